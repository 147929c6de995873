/**
 * The authentication state machine (OTRv3, "The protocol state machine", authstate). The phases
 * carry the specification's AUTHSTATE names; the inputs are its messages, refined by the one
 * comparison that some cells need before a table can answer.
 */
export type AkePhase = 'none' | 'awaitingKey' | 'awaitingReveal' | 'awaitingSignature'

export type AkeInput =
  /** A query, a tag or our own wish: authentication shall begin. */
  | 'start'
  /** The same, while a commit of that version is on its way already, or the signature is due. */
  | 'startAgain'
  /** D-H Commit; while we await a key, one whose hash is higher than ours. */
  | 'commit'
  /** D-H Commit while we await a key, whose hash is lower than ours. */
  | 'commitOutranked'
  /** D-H Key; while we await a signature, one other than the key we have. */
  | 'key'
  /** D-H Key while we await a signature, the same again. */
  | 'keyRepeated'
  | 'reveal'
  | 'signature'

export type AkeAction =
  | 'sendCommit'
  | 'resendCommit'
  | 'sendKey'
  | 'resendKey'
  | 'sendReveal'
  | 'resendReveal'
  | 'sendSignature'
  | 'finish'
  | 'ignore'

/**
 * What to do and where that leads. Where the action verifies something and the verification
 * fails, nothing is done and the phase stays: a forged message cannot end a running handshake.
 *
 * `startAgain` repeats the commit that is on its way rather than making another: the specification
 * asks for a fresh one, but then a flood of queries would cost an exponentiation each.
 *
 * Nor does it leave a handshake that wants only the peer's signature, which the specification would:
 * the peer who sends that signature uses the new keys from then on. If we had begun anew instead,
 * both ends would say *encrypted*, each with other keys, for as long as the new handshake takes; and
 * that may be for ever, as a D-H Key does not say which commit it answers. So in a network that keeps
 * order and loses nothing, the two ends never disagree once everything has arrived: a peer takes our
 * Reveal Signature only if it has said nothing since its D-H Key that would take us out of
 * `awaitingSignature`.
 */
export const AKE = {
  none: {
    start: ['sendCommit', 'awaitingKey'],
    startAgain: ['sendCommit', 'awaitingKey'], // Unreachable: no commit is on its way.
    commit: ['sendKey', 'awaitingReveal'],
    commitOutranked: ['sendKey', 'awaitingReveal'], // Unreachable: we have no hash to compare.
    key: ['ignore', 'none'],
    keyRepeated: ['ignore', 'none'],
    reveal: ['ignore', 'none'],
    signature: ['ignore', 'none'],
  },
  awaitingKey: {
    start: ['sendCommit', 'awaitingKey'], // Of another version than the one on its way.
    startAgain: ['resendCommit', 'awaitingKey'],
    commit: ['sendKey', 'awaitingReveal'],
    commitOutranked: ['resendCommit', 'awaitingKey'],
    key: ['sendReveal', 'awaitingSignature'],
    keyRepeated: ['sendReveal', 'awaitingSignature'], // Unreachable: we have no key to compare.
    reveal: ['ignore', 'awaitingKey'],
    signature: ['ignore', 'awaitingKey'],
  },
  awaitingReveal: {
    start: ['sendCommit', 'awaitingKey'],
    startAgain: ['sendCommit', 'awaitingKey'], // Unreachable, as in `none`.
    commit: ['resendKey', 'awaitingReveal'],
    commitOutranked: ['resendKey', 'awaitingReveal'], // Unreachable, as in `none`.
    key: ['ignore', 'awaitingReveal'],
    keyRepeated: ['ignore', 'awaitingReveal'],
    reveal: ['sendSignature', 'none'],
    signature: ['ignore', 'awaitingReveal'],
  },
  awaitingSignature: {
    start: ['sendCommit', 'awaitingKey'],
    startAgain: ['resendReveal', 'awaitingSignature'],
    commit: ['sendKey', 'awaitingReveal'],
    commitOutranked: ['sendKey', 'awaitingReveal'], // Unreachable, as in `none`.
    key: ['ignore', 'awaitingSignature'],
    keyRepeated: ['resendReveal', 'awaitingSignature'],
    reveal: ['ignore', 'awaitingSignature'],
    signature: ['finish', 'none'],
  },
} as const satisfies Record<AkePhase, Record<AkeInput, readonly [AkeAction, AkePhase]>>
