import type { OtrPolicy } from '../otr/index.ts'
import type { Contact, PrivacyState, Protection } from './events.ts'
import type { ChatFaultCode } from './faults.ts'
import { COMPOSER, type PrivacyInput } from './privacy-table.ts'
import type { KeyJudgement } from './trust.ts'

/**
 * What the OTR session is allowed. It is the second lock behind {@link maySend}: text is refused by
 * the session itself unless the person has chosen `plaintext`.
 */
export function otrPolicy(state: PrivacyState): OtrPolicy {
  return {
    allowV2: true, // profanity speaks nothing else.
    allowV3: true,
    requireEncryption: state !== 'plaintext',
    sendWhitespaceTag: false, // Blink leaves its blanks in the text; a query says the same.
    whitespaceStartsAke: true,
    errorStartsAke: false, // Errors are unauthenticated: `PrivacyGate` answers them, and rarely.
  }
}

/** True if text may leave now. */
export function maySend(state: PrivacyState): boolean {
  return COMPOSER[state] === 'sends'
}

/** Who asks for encryption when a session opens. Blink asks from both ends; the tie costs a round. */
export function asksFirst(role: 'caller' | 'callee'): boolean {
  return role === 'caller'
}

/** Why a person may not go on in clear text now; `null` if it is theirs to choose. */
export function whyNotInClear(state: PrivacyState, contact: Contact | null): ChatFaultCode | null {
  if (contact?.alwaysOtr) return 'CHAT_ALWAYS_OTR'
  if (state === 'room') return 'CHAT_ROOM'
  if (state === 'none' || state === 'connecting') return 'CHAT_NOT_OPEN'
  return state === 'keyChanged' ? 'CHAT_KEY_UNDECIDED' : null
}

/** Whoever is between us may say that a person is a room: then the person's text must not go. */
export function mayBeRoom(contact: Contact | null): boolean {
  return contact !== null && !contact.alwaysOtr && contact.keys.length === 0
}

/** What the end of the wait for an answer means. */
export function onSilence(contact: Contact): PrivacyInput {
  return contact.allowPlaintext && !contact.alwaysOtr ? 'unansweredAllowed' : 'unanswered'
}

export function onKey(judgement: KeyJudgement): PrivacyInput {
  if (judgement.blocks) return 'keyBlocked'
  return judgement.verified === null ? 'keyUnverified' : 'keyVerified'
}

/** What own text sent in this state is marked with. */
export function protectionOf(state: PrivacyState): Protection {
  if (state === 'verified') return 'verified'
  return state === 'unverified' ? 'unverified' : 'none'
}

/** True if a peer's clear text is worth a warning: the conversation was, or had to be, encrypted. */
export function clearTextIsOdd(state: PrivacyState, contact: Contact | null): boolean {
  if (contact?.alwaysOtr) return true
  return state !== 'plaintext' && state !== 'unsupported' && state !== 'starting'
}
