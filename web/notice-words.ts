import { msg, str } from '@lit/localize'
import {
  type Message,
  type Notice,
  type NoticeName,
  type ReasonCode,
  reasonCodeOf,
} from '../chat/index.ts'
import { sentenceOfFault } from './fault-words.ts'
import { number, plural } from './wording.ts'

/** A line that no person wrote, in the reader's language. One of a later version stays in English. */
export function noticeSentence({ said, sentence }: Notice): string {
  if (said === undefined || !Object.hasOwn(NOTICES, said.form)) return sentence
  return NOTICES[said.form](said.name, said.detail)
}

/**
 * Why a message waits or failed, in the reader's language; `null` if there is nothing to say.
 *
 * @param name - of the contact
 */
export function reasonSentence({ reason }: Pick<Message, 'reason'>, name: string): string | null {
  if (reason === null) return null
  const code = reasonCodeOf(reason, name)
  return code === null ? sentenceOfFault(reason) : REASONS[code](name)
}

const NOTICES = {
  'session-opened': (name) => msg(str`You are connected to ${name}.`),
  'session-closed': (name) => msg(str`${name} left the conversation.`),
  'session-failed': (_, detail) => sentenceOfFault(detail),
  'session-offline': (name) =>
    msg(
      str`${name} is not online now. What you write waits here and goes out when ${name} is back.`,
    ),
  'session-unknown': (name) =>
    msg(str`There is nobody with this address. Ask ${name} for the right one.`),
  'session-declined': (name) => msg(str`${name} does not want to chat now.`),
  'session-lost': (name) =>
    msg(str`The connection to ${name} was lost. It is tried again by itself.`),
  'encryption-started': (name) =>
    msg(str`Encrypted. You have not checked yet that this is really ${name}.`),
  'encryption-verified': (name) => msg(str`Encrypted and verified: this is ${name}.`),
  'encryption-refreshed': () => msg('Encryption was renewed.'),
  'encryption-ended-by-us': () => msg('Messages are not encrypted from here on, as you chose.'),
  'encryption-declined': (name) => msg(str`You chose to write to ${name} without encryption.`),
  'encryption-ended-by-peer': (name) =>
    msg(str`${name} ended encryption. Nothing is sent until you choose.`),
  'encryption-unsupported': (name) =>
    msg(
      str`${name}’s app does not answer to encryption. Your messages wait here: try again, or choose to send them unencrypted.`,
    ),
  'encryption-unsupported-allowed': (name) =>
    msg(
      str`${name}’s app does not answer to encryption. Messages are not encrypted, as you chose.`,
    ),
  'key-new': (name) =>
    msg(
      str`Encrypted, for the first time with ${name}. A quick check rules out that someone sits between you.`,
    ),
  'key-changed': (name) =>
    msg(str`${name} is using a new device or key, seen for the first time now.`),
  'key-changed-blocking': (name) =>
    msg(str`${name}’s identity has changed. Your messages are waiting.`),
  'key-accepted': (name) => msg(str`You accepted ${name}’s new identity.`),
  'key-shared': (name, other) =>
    msg(
      str`${name} has the same key as ${other}. Either both are one person, or one of them pretends.`,
    ),
  'version-lowered': (name) =>
    msg(str`${name} used a newer kind of encryption before. Someone may be in between.`),
  'verification-succeeded': (name) => msg(str`Verified. You are talking to ${name}.`),
  'verification-one-sided': (name) => msg(str`${name} has verified you. Now verify ${name}?`),
  'verification-failed': () =>
    msg('The answers did not match. This can be a typo – or someone in between. Try another way.'),
  'verification-failed-still': (name) =>
    msg(
      str`That check failed. Your earlier verification of ${name} still stands – check again on a call.`,
    ),
  'verification-aborted': () => msg('The verification was stopped.'),
  'verification-aborted-by-peer': (name) =>
    msg(
      str`${name}, or ${name}’s app, stopped the verification. If the app takes no questions, compare the numbers instead.`,
    ),
  'verification-aborted-late': (name) =>
    msg(
      str`${name}’s app stopped the verification after the answers were given. Some apps do that when they differ. Try again, or compare fingerprints.`,
    ),
  'verification-timeout': () =>
    msg('The verification took too long and was stopped. You can start it again.'),
  'message-unreadable': (name) =>
    msg(
      str`A message could not be read. Ask ${name} to send it again, if it does not come by itself.`,
    ),
  'message-unencrypted': () =>
    msg('The next message came unencrypted: others may have read or written it.'),
  'peer-otr-error': (_, text) => msg(str`Their app reports an encryption problem: “${text}”`),
  'page-message': (name) =>
    msg(str`${name} sent a single message outside a conversation. It was not encrypted.`),
  'room-entered': (name) => msg(str`${name} is a room. Rooms are not encrypted.`),
  'room-status': (_, text) => text,
  'room-joined': (_, who) => msg(str`${who} came in.`),
  'room-joined-many': (_, count) => joined(Number(count)),
  'room-left': (_, who) => msg(str`${who} left.`),
  'room-left-many': (_, count) => left(Number(count)),
  'room-renamed': (before, now) => msg(str`${before} is now ${now}.`),
} as const satisfies Record<NoticeName, (name: string, detail: string) => string>

function joined(count: number): string {
  const n = number(count)
  return plural(count, {
    zero: msg(str`${n} people came in.`, { id: 'joined-zero' }),
    one: msg(str`${n} person came in.`, { id: 'joined-one' }),
    two: msg(str`${n} people came in.`, { id: 'joined-two' }),
    few: msg(str`${n} people came in.`, { id: 'joined-few' }),
    many: msg(str`${n} people came in.`, { id: 'joined-many' }),
    other: msg(str`${n} people came in.`, { id: 'joined-other' }),
  })
}

function left(count: number): string {
  const n = number(count)
  return plural(count, {
    zero: msg(str`${n} people left.`, { id: 'left-zero' }),
    one: msg(str`${n} person left.`, { id: 'left-one' }),
    two: msg(str`${n} people left.`, { id: 'left-two' }),
    few: msg(str`${n} people left.`, { id: 'left-few' }),
    many: msg(str`${n} people left.`, { id: 'left-many' }),
    other: msg(str`${n} people left.`, { id: 'left-other' }),
  })
}

const REASONS = {
  'held-none': (name) => msg(str`Held until ${name} can be reached.`),
  'held-connecting': (name) => msg(str`Held until ${name} can be reached.`),
  'held-starting': (name) => msg(str`Held until ${name}’s app is ready to encrypt.`),
  'held-unsupported': (name) => msg(str`Held: ${name}’s app does not answer to encryption.`),
  'held-keyChanged': (name) => msg(str`Held: ${name}’s identity has changed.`),
  'held-ended': (name) => msg(str`Held: ${name} ended encryption.`),
  unreadable: () => msg('Their app could not read it.'),
  unreadableAgain: () =>
    msg('Their app could not read it. It goes again by itself once encryption is renewed.'),
  notThere: () => msg('Nobody with this address is in the room any more.'),
  notPrivate: () => msg('They cannot get private messages in this room.'),
  notRoom: () => msg('This is not a room any more: there is nobody to write to privately.'),
  refused: () => msg('Their app did not take it.'),
  unconfirmed: () => msg('It left, but the other network does not confirm it.'),
  unsettled: () => msg('It may have arrived. It goes again when the connection is back.'),
  otherKey: () =>
    msg('It may have arrived before their identity changed. Send it again only if you are sure.'),
  room: () =>
    msg('This is a room: everyone there reads it. Send it again if that is what you want.'),
  attempts: () => msg('It left several times and was never confirmed.'),
} as const satisfies Record<ReasonCode, (name: string) => string>
