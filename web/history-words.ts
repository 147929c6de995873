import { msg, str } from '@lit/localize'
import type { HistoryRule } from '../chat/index.ts'
import { number, plural, wordsOf } from './wording.ts'

/** What is kept of conversations, found in them, and taken out of them. */
export const HISTORY = wordsOf(() => ({
  keeping: msg('Keep messages…'),
  keepingTitle: (name: string) => msg(str`Messages with ${name}`),
  keepingField: msg('What is kept on this device'),
  keepingLoses: msg('Messages that this choice does not keep are deleted from the disk at once.'),
  clear: msg('Clear history…'),
  clearTitle: (name: string) => msg(str`Clear the history with ${name}?`),
  clearSure: msg('All messages of this conversation are deleted from this device, for good.'),
  clearLeaves: (name: string) =>
    msg(str`${name} keeps their copy. Messages of yours that have yet to arrive stay.`),
  clearAction: msg('Clear history'),
  cancel: msg('Cancel'),
  save: msg('Save'),
  delete: msg('Delete message'),
  deleted: msg('Message deleted.'),
  undo: msg('Undo'),
  mute: msg('Mute'),
  muted: msg('Muted'),
  search: msg('Search…'),
  searchTitle: msg('Search messages'),
  searchField: msg('Search for'),
  searchHere: (name: string) => msg(str`Only with ${name}`),
  searching: msg('Searching…'),
  results: msg('Found messages'),
  found,
  foundMost: (n: string) => msg(str`The ${n} newest messages found`),
  export: msg('Export…'),
  exportTitle: (name: string) => msg(str`Export messages with ${name}`),
  exportWarning: msg(
    'The file is not encrypted. Whoever gets it can read it: keep it in a safe place.',
  ),
  exportWhat: msg('It holds everything that is stored or on the screen of this conversation.'),
  exportText: msg('Download as text'),
  exportJson: msg('Download as JSON'),
  askResend: msg('Ask to resend'),
  asked: msg('Asked', { desc: 'The peer was asked to send a lost message again' }),
  /** Goes to the peer, as a message. */
  resendText: msg('A message of yours could not be read here. Could you send it again?'),
  loading: msg('Loading earlier messages…'),
  seen: msg('Receipts'),
  receipts: msg('Tell people when I have seen their messages'),
  receiptsHint: msg('If you do not tell, you are not told either.'),
}))

/** Each choice of what to keep, and what it means. */
export const HISTORY_RULE = wordsOf(
  () =>
    ({
      automatic: [
        msg('Automatic'),
        msg('Encrypted messages until you sign out, everything else until it is deleted.'),
      ],
      keep: [msg('Keep', { id: 'history-keep' }), msg('Everything until it is deleted.')],
      session: [msg('This session only'), msg('Nothing longer than until you sign out.')],
      never: [msg('Never'), msg('Nothing longer than until the conversation is closed.')],
    }) satisfies Record<HistoryRule, readonly [string, string]>,
)

function found(count: number): string {
  const n = number(count)
  return plural(count, {
    zero: msg(str`${n} messages found`, { id: 'found-zero' }),
    one: msg(str`${n} message found`, { id: 'found-one' }),
    two: msg(str`${n} messages found`, { id: 'found-two' }),
    few: msg(str`${n} messages found`, { id: 'found-few' }),
    many: msg(str`${n} messages found`, { id: 'found-many' }),
    other: msg(str`${n} messages found`, { id: 'found-other' }),
  })
}
