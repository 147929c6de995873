import type { Privacy, PrivacyState } from './events.ts'

/**
 * What can happen to the privacy of a conversation.
 *
 * - `connect`: a session is being set up. `openPrivate`, `openRoom`: it is there. `closed`: it is gone.
 * - `offered`: the peer's software speaks OTR. `start`: the person asked for encryption.
 * - `unanswered`: the peer did not answer in time; `unansweredAllowed`: and the person had chosen
 *   before to write to this peer without encryption.
 * - `keyVerified`, `keyUnverified`, `keyBlocked`: encrypted, and what `trust.ts` says of the key.
 * - `peerEnded`: they ended encryption. `endedByUs`: the person did, or gave up on it.
 */
export type PrivacyInput =
  | 'connect'
  | 'openPrivate'
  | 'openRoom'
  | 'closed'
  | 'offered'
  | 'start'
  | 'unanswered'
  | 'unansweredAllowed'
  | 'keyVerified'
  | 'keyUnverified'
  | 'keyBlocked'
  | 'peerEnded'
  | 'endedByUs'

/**
 * The next state for every state and input. `plaintext` is entered by `endedByUs` and
 * `unansweredAllowed` alone, both of them a person's choice: nothing falls back to clear by itself.
 */
export const PRIVACY = {
  none: {
    connect: 'connecting',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'none',
    start: 'none',
    unanswered: 'none',
    unansweredAllowed: 'none',
    keyVerified: 'none',
    keyUnverified: 'none',
    keyBlocked: 'none',
    peerEnded: 'none',
    endedByUs: 'none',
  },
  connecting: {
    connect: 'connecting',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'connecting',
    start: 'connecting',
    unanswered: 'connecting',
    unansweredAllowed: 'connecting',
    keyVerified: 'connecting',
    keyUnverified: 'connecting',
    keyBlocked: 'connecting',
    peerEnded: 'connecting',
    endedByUs: 'connecting',
  },
  starting: {
    connect: 'starting',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'starting',
    start: 'starting',
    unanswered: 'unsupported',
    unansweredAllowed: 'plaintext',
    keyVerified: 'verified',
    keyUnverified: 'unverified',
    keyBlocked: 'keyChanged',
    peerEnded: 'ended',
    endedByUs: 'plaintext',
  },
  plaintext: {
    connect: 'plaintext',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'starting', // From here on the peer can encrypt: text waits for it.
    start: 'starting',
    unanswered: 'plaintext',
    unansweredAllowed: 'plaintext',
    keyVerified: 'verified',
    keyUnverified: 'unverified',
    keyBlocked: 'keyChanged',
    peerEnded: 'ended',
    endedByUs: 'plaintext',
  },
  unsupported: {
    connect: 'unsupported',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'starting', // Late, but an answer.
    start: 'starting',
    unanswered: 'unsupported',
    unansweredAllowed: 'plaintext',
    keyVerified: 'verified',
    keyUnverified: 'unverified',
    keyBlocked: 'keyChanged',
    peerEnded: 'ended',
    endedByUs: 'plaintext',
  },
  unverified: {
    connect: 'unverified',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'unverified',
    start: 'unverified', // A renewal: what is encrypted stays so meanwhile.
    unanswered: 'unverified',
    unansweredAllowed: 'unverified',
    keyVerified: 'verified',
    keyUnverified: 'unverified',
    keyBlocked: 'keyChanged',
    peerEnded: 'ended',
    endedByUs: 'plaintext',
  },
  verified: {
    connect: 'verified',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'verified',
    start: 'verified',
    unanswered: 'verified',
    unansweredAllowed: 'verified',
    keyVerified: 'verified',
    keyUnverified: 'unverified',
    keyBlocked: 'keyChanged',
    peerEnded: 'ended',
    endedByUs: 'plaintext',
  },
  keyChanged: {
    connect: 'keyChanged',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'keyChanged',
    start: 'keyChanged',
    unanswered: 'keyChanged',
    unansweredAllowed: 'keyChanged',
    keyVerified: 'verified',
    keyUnverified: 'unverified',
    keyBlocked: 'keyChanged',
    peerEnded: 'ended',
    endedByUs: 'keyChanged', // The person decides about the key first.
  },
  ended: {
    connect: 'ended',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'starting',
    start: 'starting',
    unanswered: 'ended',
    unansweredAllowed: 'ended',
    keyVerified: 'verified',
    keyUnverified: 'unverified',
    keyBlocked: 'keyChanged',
    peerEnded: 'ended',
    endedByUs: 'plaintext',
  },
  room: {
    connect: 'room',
    openPrivate: 'starting',
    openRoom: 'room',
    closed: 'none',
    offered: 'room',
    start: 'room',
    unanswered: 'room',
    unansweredAllowed: 'room',
    keyVerified: 'room',
    keyUnverified: 'room',
    keyBlocked: 'room',
    peerEnded: 'room',
    endedByUs: 'room',
  },
} as const satisfies Record<PrivacyState, Record<PrivacyInput, PrivacyState>>

/** What happens to text in each state. `locked` is for people; what is sent anyhow is held. */
export const COMPOSER = {
  none: 'holds',
  connecting: 'holds',
  starting: 'holds',
  plaintext: 'sends',
  unsupported: 'holds',
  unverified: 'sends',
  verified: 'sends',
  keyChanged: 'holds',
  ended: 'locked',
  room: 'sends',
} as const satisfies Record<PrivacyState, Privacy['composer']>

/** True while what leaves is encrypted. */
export function isEncrypted(state: PrivacyState): boolean {
  return state === 'unverified' || state === 'verified' || state === 'keyChanged'
}
