import type { Notice, NoticeCode, PrivacyState } from './events.ts'

/** What a sentence may need. */
export interface NoticeFacts {
  /** The contact's name. */
  readonly name: string
  /** Another contact, a fault's sentence, or a text of the peer's: see each sentence. */
  readonly detail: string
}

interface NoticeForm {
  readonly tone: Notice['tone']
  readonly say: (facts: NoticeFacts) => string
}

/** Every line that the timeline may show. Plain words; technical ones stay in the codes. */
const NOTICES = {
  'session-opened': { tone: 'status', say: ({ name }) => `You are connected to ${name}.` },
  'session-closed': { tone: 'status', say: ({ name }) => `${name} left the conversation.` },
  'session-failed': { tone: 'warning', say: ({ detail }) => detail },
  'session-offline': {
    tone: 'status',
    say: ({ name }) =>
      `${name} is not online now. What you write waits here and goes out when ${name} is back.`,
  },
  'session-unknown': {
    tone: 'warning',
    say: ({ name }) => `There is nobody with this address. Ask ${name} for the right one.`,
  },
  'session-declined': { tone: 'status', say: ({ name }) => `${name} does not want to chat now.` },
  'session-lost': {
    tone: 'warning',
    say: ({ name }) => `The connection to ${name} was lost. It is tried again by itself.`,
  },
  'encryption-started': {
    tone: 'status',
    say: ({ name }) => `Encrypted. You have not checked yet that this is really ${name}.`,
  },
  'encryption-verified': {
    tone: 'status',
    say: ({ name }) => `Encrypted and verified: this is ${name}.`,
  },
  'encryption-refreshed': { tone: 'status', say: () => 'Encryption was renewed.' },
  'encryption-ended-by-us': {
    tone: 'warning',
    say: () => 'Messages are not encrypted from here on, as you chose.',
  },
  'encryption-declined': {
    tone: 'warning',
    say: ({ name }) => `You chose to write to ${name} without encryption.`,
  },
  'encryption-ended-by-peer': {
    tone: 'alert',
    say: ({ name }) => `${name} ended encryption. Nothing is sent until you choose.`,
  },
  'encryption-unsupported': {
    tone: 'warning',
    say: ({ name }) =>
      `${name}’s app does not answer to encryption. Your messages wait here: try again, or choose to send them unencrypted.`,
  },
  'encryption-unsupported-allowed': {
    tone: 'warning',
    say: ({ name }) =>
      `${name}’s app does not answer to encryption. Messages are not encrypted, as you chose.`,
  },
  'key-new': {
    tone: 'status',
    say: ({ name }) =>
      `Encrypted, for the first time with ${name}. A quick check rules out that someone sits between you.`,
  },
  'key-changed': {
    tone: 'warning',
    say: ({ name }) => `${name} is using a new device or key, seen for the first time now.`,
  },
  'key-changed-blocking': {
    tone: 'alert',
    say: ({ name }) => `${name}’s identity has changed. Your messages are waiting.`,
  },
  'key-accepted': {
    tone: 'status',
    say: ({ name }) => `You accepted ${name}’s new identity.`,
  },
  'key-shared': {
    tone: 'alert',
    say: ({ name, detail }) =>
      `${name} has the same key as ${detail}. Either both are one person, or one of them pretends.`,
  },
  'version-lowered': {
    tone: 'warning',
    say: ({ name }) => `${name} used a newer kind of encryption before. Someone may be in between.`,
  },
  'verification-succeeded': {
    tone: 'status',
    say: ({ name }) => `Verified. You are talking to ${name}.`,
  },
  'verification-one-sided': {
    tone: 'status',
    say: ({ name }) => `${name} has verified you. Now verify ${name}?`,
  },
  'verification-failed': {
    tone: 'alert',
    say: () =>
      'The answers did not match. This can be a typo – or someone in between. Try another way.',
  },
  'verification-failed-still': {
    tone: 'alert',
    say: ({ name }) =>
      `That check failed. Your earlier verification of ${name} still stands – check again on a call.`,
  },
  'verification-aborted': { tone: 'status', say: () => 'The verification was stopped.' },
  'verification-aborted-by-peer': {
    tone: 'status',
    say: ({ name }) =>
      `${name}, or ${name}’s app, stopped the verification. If the app takes no questions, compare the numbers instead.`,
  },
  'verification-aborted-late': {
    tone: 'alert',
    say: ({ name }) =>
      `${name}’s app stopped the verification after the answers were given. Some apps do that when they differ. Try again, or compare fingerprints.`,
  },
  'verification-timeout': {
    tone: 'status',
    say: () => 'The verification took too long and was stopped. You can start it again.',
  },
  'message-unreadable': {
    tone: 'warning',
    say: ({ name }) =>
      `A message could not be read. Ask ${name} to send it again, if it does not come by itself.`,
  },
  'message-unencrypted': {
    tone: 'warning',
    say: () => 'The next message came unencrypted: others may have read or written it.',
  },
  'peer-otr-error': {
    tone: 'warning',
    say: ({ detail }) => `Their app reports an encryption problem: “${detail}”`,
  },
  'page-message': {
    tone: 'status',
    say: ({ name }) =>
      `${name} sent a single message outside a conversation. It was not encrypted.`,
  },
  'room-entered': {
    tone: 'status',
    say: ({ name }) => `${name} is a room. Rooms are not encrypted.`,
  },
  'room-status': { tone: 'status', say: ({ detail }) => detail },
  'room-joined': { tone: 'status', say: ({ detail }) => `${detail} came in.` },
  'room-joined-many': { tone: 'status', say: ({ detail }) => `${detail} people came in.` },
  'room-left': { tone: 'status', say: ({ detail }) => `${detail} left.` },
  'room-left-many': { tone: 'status', say: ({ detail }) => `${detail} people left.` },
  'room-renamed': { tone: 'status', say: ({ name, detail }) => `${name} is now ${detail}.` },
} as const satisfies Record<NoticeForms, NoticeForm>

/** A code, or one of its other sentences. */
type NoticeForms =
  | NoticeCode
  | 'session-lost'
  | 'session-offline'
  | 'session-unknown'
  | 'session-declined'
  | 'encryption-declined'
  | 'encryption-verified'
  | 'encryption-unsupported-allowed'
  | 'key-changed-blocking'
  | 'verification-failed-still'
  | 'verification-aborted-by-peer'
  | 'verification-aborted-late'
  | 'verification-timeout'
  | 'room-joined'
  | 'room-joined-many'
  | 'room-left'
  | 'room-left-many'
  | 'room-renamed'

export type NoticeName = keyof typeof NOTICES

const CODES: Partial<Record<NoticeName, NoticeCode>> = {
  'session-lost': 'session-failed',
  'session-offline': 'session-failed',
  'session-unknown': 'session-failed',
  'session-declined': 'session-failed',
  'encryption-declined': 'encryption-ended-by-us',
  'encryption-verified': 'encryption-started',
  'encryption-unsupported-allowed': 'encryption-unsupported',
  'key-changed-blocking': 'key-changed',
  'verification-failed-still': 'verification-failed',
  'verification-aborted-by-peer': 'verification-aborted',
  'verification-aborted-late': 'verification-aborted',
  'verification-timeout': 'verification-aborted',
  'room-joined': 'room-status',
  'room-joined-many': 'room-status',
  'room-left': 'room-status',
  'room-left-many': 'room-status',
  'room-renamed': 'room-status',
}

/** The line for a session that could not begin: with the name where that helps. */
export function failureForm(faultCode: string): NoticeName {
  return FAILURE_FORMS[faultCode] ?? 'session-failed'
}

const FAILURE_FORMS: Readonly<Record<string, NoticeName>> = {
  SIP_PEER_OFFLINE: 'session-offline',
  SIP_UNKNOWN_PEER: 'session-unknown',
  SIP_DECLINED: 'session-declined',
}

/** Code, sentence and tone of a notice, and what the sentence was made of. */
export function phrase(
  form: NoticeName,
  facts: NoticeFacts,
): Pick<Notice, 'code' | 'sentence' | 'tone' | 'said'> {
  const { tone, say } = NOTICES[form] satisfies NoticeForm
  const code = CODES[form] ?? (form as NoticeCode)
  return { code, sentence: say(facts), tone, said: { form, ...facts } }
}

/** Why text waits, for each state in which it does; `null` where it goes. */
export function holdReason(state: PrivacyState, name: string): string | null {
  const reasons: Partial<Record<PrivacyState, (name: string) => string>> = HOLD_REASONS
  return reasons[state]?.(name) ?? null
}

const HOLD_REASONS = {
  none: (name) => `Held until ${name} can be reached.`,
  connecting: (name) => `Held until ${name} can be reached.`,
  starting: (name) => `Held until ${name}’s app is ready to encrypt.`,
  unsupported: (name) => `Held: ${name}’s app does not answer to encryption.`,
  keyChanged: (name) => `Held: ${name}’s identity has changed.`,
  ended: (name) => `Held: ${name} ended encryption.`,
} as const satisfies Partial<Record<PrivacyState, (name: string) => string>>

/** What is said of a message that did not get through. */
export const DELIVERY_REASONS = {
  unreadable: 'Their app could not read it.',
  unreadableAgain:
    'Their app could not read it. It goes again by itself once encryption is renewed.',
  notThere: 'Nobody with this address is in the room any more.',
  notPrivate: 'They cannot get private messages in this room.',
  notRoom: 'This is not a room any more: there is nobody to write to privately.',
  refused: 'Their app did not take it.',
  unconfirmed: 'It left, but the other network does not confirm it.',
  unsettled: 'It may have arrived. It goes again when the connection is back.',
  otherKey:
    'It may have arrived before their identity changed. Send it again only if you are sure.',
  room: 'This is a room: everyone there reads it. Send it again if that is what you want.',
  attempts: 'It left several times and was never confirmed.',
} as const

/** What a person says to have something repeated, unless the screen says it in another language. */
export const RESEND_REQUEST = 'I could not read your last message. Please send it again.'

/** Why a message waits or failed: `held-` and a state, or how its way ended. */
export type ReasonCode = `held-${keyof typeof HOLD_REASONS}` | keyof typeof DELIVERY_REASONS

/**
 * Which reason a message gives. The store keeps the sentence; a screen may speak another language.
 *
 * @param name - the contact's, as it stands in the sentence
 * @returns `null` for a fault's sentence, or one of another version of this program
 */
export function reasonCodeOf(sentence: string, name: string): ReasonCode | null {
  for (const [code, known] of Object.entries(DELIVERY_REASONS))
    if (known === sentence) return code as ReasonCode
  for (const [state, say] of Object.entries(HOLD_REASONS))
    if (say(name) === sentence) return `held-${state}` as ReasonCode
  return null
}
