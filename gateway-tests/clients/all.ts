import { verdictOf } from '../found/results.ts'
import { BITLBEE } from './bitlbee.ts'
import { LIBOTR_CLIENT, OTR3_CLIENT, POTR_CLIENT } from './library-client.ts'
import { MCABBER } from './mcabber.ts'
import { PIDGIN } from './pidgin.ts'
import { PROFANITY } from './profanity.ts'
import { ABILITIES, type Ability, testedClient, type XmppClientKind } from './xmpp-client.ts'

/** Everyone who meets our `otr/` over XMPP: clients of people's, then bare libraries. */
export const XMPP_CLIENTS: readonly XmppClientKind[] = [
  PIDGIN,
  BITLBEE,
  MCABBER,
  PROFANITY,
  LIBOTR_CLIENT,
  OTR3_CLIENT,
  POTR_CLIENT,
]

/** Who does not take part, and why, as far as it was tried with the packages of Debian 12. */
const ABSENT: Readonly<Record<string, string>> = {
  'poezio 0.14':
    'with `potr_shim.py` it makes a key, is encrypted and verifies; but its OTR is in conversations with a full address alone, and there nothing that its user types ever leaves: `ConversationTab.command_say` waits for a log that `StaticConversationTab.init_logs` does not load. potr itself takes part',
  finch: '`pidgin-otr.so` is a plugin for GTK alone',
  'irssi with irssi-plugin-otr': '`irssi-plugin-xmpp` insists on STARTTLS',
}

const NAMES = Object.keys(ABILITIES) as readonly Ability[]

/** What a client was found to be able to do; nobody says yes or no of what was not run, or failed. */
function cell(client: XmppClientKind, ability: Ability): string {
  const limit = client.limits[ability] ?? null
  const verdict = verdictOf(testedClient(client), ability, limit)
  if (verdict !== 'passed') return `**${verdict}**`
  return limit === null ? 'yes' : '**no**'
}

/** What each can, as the last runs found it: a table, then the evidence for each gap in it. */
export function clientMatrix(): string {
  const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rows = NAMES.map((ability) =>
    row(ABILITIES[ability], ...XMPP_CLIENTS.map((client) => cell(client, ability))),
  )
  const evidence = XMPP_CLIENTS.flatMap(({ name, limits }) =>
    NAMES.filter((ability) => limits[ability] !== undefined).map(
      (ability) => `- ${name}, not: _${ABILITIES[ability]}_: ${limits[ability]}.`,
    ),
  )
  return [
    row('', ...XMPP_CLIENTS.map(({ name }) => name)),
    row('---', ...XMPP_CLIENTS.map(() => '---')),
    row('driven by', ...XMPP_CLIENTS.map(({ drivenBy }) => drivenBy)),
    row('Debian packages', ...XMPP_CLIENTS.map(({ packages }) => packages.join(', '))),
    ...rows,
    '',
    ...evidence,
    '',
    ...Object.entries(ABSENT).map(([name, why]) => `- ${name} does not take part: ${why}.`),
  ].join('\n')
}
