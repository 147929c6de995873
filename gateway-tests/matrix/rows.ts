import { BITLBEE } from '../clients/bitlbee.ts'
import { LIBOTR_CLIENT, OTR3_CLIENT, POTR_CLIENT } from '../clients/library-client.ts'
import { MCABBER } from '../clients/mcabber.ts'
import { PIDGIN } from '../clients/pidgin.ts'
import { PROFANITY } from '../clients/profanity.ts'
import type { XmppClientKind } from '../clients/xmpp-client.ts'
import type { TestedRow } from '../found/results.ts'
import type { Column, MatrixLimit } from './columns.ts'
import type { ServerName, SipServerName } from './meeting.ts'

/** One client at one server. */
export interface MatrixRow {
  /** As its test file is called. */
  readonly id: string
  readonly kind: XmppClientKind
  readonly server: ServerName
  /** What is at SIP. Default: the embedded edge. */
  readonly sip?: SipServerName
  /** What it cannot besides `kind.limits`, each with the evidence. */
  readonly limits: Readonly<Partial<Record<MatrixLimit, string>>>
}

const otr3 = {
  kind: OTR3_CLIENT,
  limits: {
    meetsStrangers:
      'it answers a query with a commit for the one device that it knows: only after a restart can somebody come between',
  },
} as const

const mcabber = { kind: MCABBER, limits: {} } as const
const bitlbee = {
  kind: BITLBEE,
  limits: {
    takesBursts:
      'of lines that come at once it loses a whole read of 512 octets that begins between CR and LF: here 11 of 30; of the hundred each is awaited',
    ignoresCarbons:
      "it answers the carbon of a query that its user's other device sent (XEP-0364 §1.2)",
  },
} as const
const profanity = { kind: PROFANITY, limits: {} } as const
const pidgin = {
  kind: PIDGIN,
  limits: { givesReceipts: 'it knows no receipts (XEP-0184)' },
} as const

export const ROWS = [
  { id: 'profanity', server: 'prosody', ...profanity },
  { id: 'mcabber', server: 'prosody', ...mcabber },
  { id: 'bitlbee', server: 'prosody', ...bitlbee },
  { id: 'pidgin', server: 'prosody', ...pidgin },
  { id: 'libotr', server: 'prosody', kind: LIBOTR_CLIENT, limits: {} },
  { id: 'otr3', server: 'prosody', ...otr3 },
  { id: 'potr', server: 'prosody', kind: POTR_CLIENT, limits: {} },
  { id: 'ejabberd-mcabber', server: 'ejabberd', ...mcabber },
  { id: 'ejabberd-libotr', server: 'ejabberd', kind: LIBOTR_CLIENT, limits: {} },
  { id: 'kamailio-mcabber', server: 'prosody', sip: 'kamailio', ...mcabber },
] as const satisfies readonly MatrixRow[]

export type RowId = (typeof ROWS)[number]['id']

/** Who it is, and over what. */
export function nameOf({ kind, server, sip = 'edge' }: MatrixRow): string {
  return `${kind.name}, ${server}${sip === 'edge' ? '' : ', through Kamailio'}`
}

/** The row as its results are kept. */
export function testedRow(row: MatrixRow): TestedRow {
  const { id, kind, server, sip = 'edge' } = row
  const packages = [...kind.packages, server, ...(sip === 'edge' ? [] : [sip])]
  return { id: `matrix/${id}`, head: nameOf(row), packages }
}

/** What a client cannot do of a column, with the evidence. @returns `null` if it can do all of it */
export function limitOf(row: MatrixRow, { needs }: Column): string | null {
  if (needs === undefined) return null
  const limits: Readonly<Record<string, string | undefined>> = { ...row.kind.limits, ...row.limits }
  return limits[needs] ?? null
}
