import type { OtrState } from './events.ts'

/** What may happen to a session (OTRv3, "The protocol state machine", msgstate). */
export type MessageInput =
  /** The caller has text to send. */
  | 'send'
  /** A data message came for this instance. */
  | 'data'
  /** A data message was authentic and carried TLV 1. */
  | 'disconnected'
  /** The handshake completed. */
  | 'established'
  /** The caller ends the private conversation. */
  | 'end'

export type MessageAction =
  /** Unless the policy requires encryption: then refuse. */
  | 'sendPlain'
  | 'encrypt'
  | 'refuse'
  | 'decrypt'
  | 'reportUnreadable'
  /** New keys in place of any old ones. */
  | 'takeKeys'
  | 'wipeKeys'
  | 'sayDisconnected'
  | 'forget'
  | 'ignore'

/**
 * Encryption is entered by a handshake alone and left by `end` or by the peer's TLV 1 alone; the
 * latter leads to `finished`, where nothing typed can leave by mistake.
 */
export const MESSAGE = {
  plaintext: {
    send: ['sendPlain', 'plaintext'],
    data: ['reportUnreadable', 'plaintext'],
    disconnected: ['ignore', 'plaintext'], // Unreachable: nothing is authentic here.
    established: ['takeKeys', 'encrypted'],
    end: ['ignore', 'plaintext'],
  },
  encrypted: {
    send: ['encrypt', 'encrypted'],
    data: ['decrypt', 'encrypted'],
    disconnected: ['wipeKeys', 'finished'],
    established: ['takeKeys', 'encrypted'],
    end: ['sayDisconnected', 'plaintext'],
  },
  finished: {
    send: ['refuse', 'finished'],
    data: ['reportUnreadable', 'finished'],
    disconnected: ['ignore', 'finished'], // Unreachable, as in `plaintext`.
    established: ['takeKeys', 'encrypted'],
    end: ['forget', 'plaintext'],
  },
} as const satisfies Record<OtrState, Record<MessageInput, readonly [MessageAction, OtrState]>>
