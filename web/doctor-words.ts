import { msg, str } from '@lit/localize'
import type { AccountRoute, DoctorStep, DoctorStepName } from '../chat/index.ts'
import { number, wordsOf } from './wording.ts'

export const DOCTOR = wordsOf(() => ({
  title: msg('Connection check'),
  running: msg('Checking…'),
  good: msg('All is well: a message to yourself went the whole way and came back.'),
  bad: msg('The connection does not work. What failed is marked below.'),
  report: msg('Report'),
  reportHint: msg('It holds no passwords and no messages.'),
  mask: msg('Leave out the names of servers'),
  copy: msg('Copy report'),
  copied: msg('Copied.'),
  again: msg('Check again'),
}))

/** What is checked. */
export const STEP = wordsOf(
  () =>
    ({
      socket: msg('The server answers'),
      name: msg('The provider’s name is known'),
      tls: msg('Its certificate is right'),
      registration: msg('It accepts your name and password'),
      relay: msg('The message relay lets you in'),
      echo: msg('A message to yourself comes back'),
    }) satisfies Record<DoctorStepName, string>,
)

export const STEP_STATE = wordsOf(
  () =>
    ({
      waiting: msg('Waiting', { id: 'step-waiting' }),
      running: msg('Checking', { id: 'step-running' }),
      ok: msg('Good', { id: 'step-ok' }),
      failed: msg('Failed', { id: 'step-failed' }),
      skipped: msg('Not checked', { id: 'step-skipped' }),
    }) satisfies Record<DoctorStep['state'], string>,
)

export function duration(ms: number): string {
  const n = number(ms)
  return msg(str`${n} ms`)
}

/** Which way signalling goes. */
export function serverWords({ kind, server, sip }: AccountRoute): string {
  switch (kind) {
    case 'tunnel':
      return msg(str`${sip}, through ${server}`)
    case 'host':
      return msg('The softphone’s own connection')
    default:
      return server
  }
}

/** Whose relay the messages go through; `null` before the first conversation. */
export function relayWords({ relay, relayKind }: AccountRoute): string | null {
  switch (relayKind) {
    case null:
      return null
    case 'provider':
      return msg(str`Your provider’s relay, ${String(relay)}`)
    case 'edge':
      return msg(str`This page’s relay, ${String(relay)}, since the provider’s is of no use`)
    case 'server':
      return msg(str`The server’s relay, ${String(relay)}`)
  }
}

/** What went wrong on the way, by the fault's code: see `fault-words.ts` for all others. */
export const WAY_FAULTS = {
  TUNNEL_NOT_ALLOWED: () =>
    msg(
      'This server does not connect to that provider. Ask whoever runs it to allow the provider.',
    ),
  TUNNEL_NOT_FOUND: () =>
    msg('The provider’s name has no such service. Check the part of your address after the @.'),
  TUNNEL_TOO_MANY: () =>
    msg('There are too many connections from this network. Close other windows, or wait a minute.'),
  TUNNEL_CERTIFICATE: () =>
    msg(
      'The provider’s certificate is not valid for its name, so nothing was sent. Tell the provider.',
    ),
  TUNNEL_UNREACHABLE: () =>
    msg('The provider’s server does not take connections now. Try again later.'),
  TUNNEL_PRIVATE: () =>
    msg('The provider’s name leads into a private network. Ask whoever runs this server.'),
  TUNNEL_TIMEOUT: () => msg('The provider’s server does not answer. Try again later.'),
  CHECK_ADDRESS: () => msg('This page may not use that server address. It should begin with wss:.'),
  CHECK_UNREACHABLE: () =>
    msg(
      'The server cannot be reached; the browser does not say why. Check the network, the server address, and that its certificate is for that name.',
    ),
  CHECK_TIMEOUT: () => msg('There was no answer in time. Check the network, and try again later.'),
  CHECK_ENDED: () =>
    msg(
      'The message to yourself did not come back. The server may not let an account call itself.',
    ),
} as const
