import { msg, str } from '@lit/localize'
import type { DiscoveryStep } from '../chat/index.ts'
import { faultSentence } from './fault-words.ts'
import { wordsOf } from './wording.ts'

/** How a server is found: what the form and the settings say of it. */
export const SERVER = wordsOf(() => ({
  addressHint: (domain: string) =>
    msg(str`Your address at any SIP provider, such as alice@example.org; or a name at ${domain}.`),
  addressHintAlone: msg('Your address at any SIP provider, such as alice@example.org.'),
  advanced: msg('Advanced'),
  field: msg('Server'),
  fieldHint: msg(
    'Leave it empty unless your provider named one. It begins with wss: and takes SIP and MSRP.',
  ),
  searching: msg('Finding your server…'),
  steps: msg('How your server is found'),
  notFound: (domain: string) =>
    msg(
      str`No way to ${domain} was found. Check the address; or ask your provider for a WebSocket server, and whoever runs this page to allow the provider.`,
    ),
  check: msg('Check the connection'),
  connection: msg('Connection'),
  server: msg('Server'),
  relay: msg('Messages'),
  noRelay: msg('No conversation yet'),
}))

/** One line of the search. */
export function searchLine({ kind, url, state, fault }: DiscoveryStep): string {
  const host = new URL(url).host
  if (fault !== null) return faultSentence(fault)
  switch (state) {
    case 'trying':
      return msg(str`Looking at ${host}…`)
    case 'failed':
      return msg(str`There is nothing for you at ${host}.`)
    case 'found':
      return FOUND[kind](host)
  }
}

const FOUND = {
  given: (host: string) => msg(str`Found: ${host}, as you said.`),
  own: (host: string) => msg(str`Found: this page’s own server, ${host}.`),
  tunnel: (host: string) => msg(str`Found: your provider, through this page’s server ${host}.`),
  native: (host: string) => msg(str`Found: ${host}, a server of your provider’s.`),
} as const
