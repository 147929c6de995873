/** OTR protocol versions that this library speaks. Version 1 is recognised and refused. */
export type OtrVersion = 2 | 3

/** Message state of a session (OTRv3, "Message State"). */
export type OtrState = 'plaintext' | 'encrypted' | 'finished'

/** What the session may offer and accept. libotr's policy flags, less version 1. */
export interface OtrPolicy {
  readonly allowV2: boolean
  readonly allowV3: boolean
  /** Text is refused, never sent in the clear, unless the session is encrypted. */
  readonly requireEncryption: boolean
  readonly sendWhitespaceTag: boolean
  readonly whitespaceStartsAke: boolean
  readonly errorStartsAke: boolean
}

/** One text for the network, in sending order. */
export interface OtrWire {
  /** `?OTR…`, or plain text where the policy lets plain text go. */
  readonly text: string
  /**
   * The `id` given to `send` if this carries that text, or the last fragment of it; `null` for the
   * protocol's own messages and for other fragments.
   */
  readonly carries: string | null
}

export type SmpStep =
  /** We sent the first message and wait for their answer. */
  | { readonly step: 'started'; readonly question: string | null }
  /** The peer asks; answer with `smpAnswer`. */
  | { readonly step: 'asked'; readonly question: string | null }
  /** Our answer is on its way, or theirs has come: the result follows. */
  | { readonly step: 'working' }
  /** The secrets are equal. `provesPeer` is false for whoever answered the other's question. */
  | { readonly step: 'succeeded'; readonly provesPeer: boolean }
  | { readonly step: 'failed' }
  /** Ended without a result; says nothing about the secrets. */
  | { readonly step: 'aborted'; readonly by: 'us' | 'peer' }
  /** A proof did not hold: the peer is defective or dishonest. We aborted. */
  | { readonly step: 'cheated' }

/** What one step of the protocol means to the caller, in order. */
export type OtrEvent =
  | {
      readonly type: 'state'
      readonly state: OtrState
      /** `null` outside `encrypted`. */
      readonly version: OtrVersion | null
      /** Session id, 16 lower-case hex digits; `null` outside `encrypted`. */
      readonly ssid: string | null
      /** Which half of `ssid` is ours to read aloud (OTRv3 shows it in bold). */
      readonly ssidHalf: 'first' | 'second' | null
      /** Peer's fingerprint, 40 lower-case hex digits; `null` outside `encrypted`. */
      readonly fingerprint: string | null
      /** True if the session was encrypted before under the same fingerprint (a re-key). */
      readonly refreshed: boolean
      readonly by: 'us' | 'peer'
    }
  /** Text from the peer. `fingerprint` is the key that it came under; `null` if it came in clear. */
  | { readonly type: 'text'; readonly text: string; readonly fingerprint: string | null }
  /** Nothing of this text left: the session is not encrypted and the policy requires it, or ended. */
  | { readonly type: 'refused'; readonly id: string; readonly why: 'notEncrypted' | 'finished' }
  | ({ readonly type: 'smp' } & SmpStep)
  /** The peer's software speaks OTR: a query, a tag or a message of a handshake came. */
  | { readonly type: 'offered'; readonly versions: readonly number[] }
  /** A handshake has begun by our D-H Commit or our answer to theirs. */
  | { readonly type: 'akeStarted' }
  /** A message meant for us could not be read; it is lost. `silent` if its sender said not to mind. */
  | { readonly type: 'unreadable'; readonly why: OtrErrorCode; readonly silent: boolean }
  /** The peer's `?OTR Error:`; unauthenticated text, to be shown as such. */
  | { readonly type: 'peerError'; readonly text: string }
  /** Dropped without effect: another of our devices, a replay, a malformed or hostile message. */
  | { readonly type: 'ignored'; readonly why: OtrErrorCode }
  | { readonly type: 'heartbeat'; readonly direction: 'sent' | 'received' }
  /** We or the peer asked to use the extra symmetric key (TLV 8); `key` is 32 bytes. */
  | {
      readonly type: 'extraKey'
      readonly by: 'us' | 'peer'
      readonly use: number
      readonly data: Uint8Array
      readonly key: Uint8Array
    }

/** The result of one step: what to put on the wire, then what it means, both in order. */
export interface OtrOutput {
  readonly wire: readonly OtrWire[]
  readonly events: readonly OtrEvent[]
}

/**
 * Why an incoming OTR message had no effect. The code is the contract; no content is ever included.
 *
 * - `OTR_TRUNCATED`: a field ends after the message does.
 * - `OTR_MALFORMED`: not the shape the specification gives (base64, trailing bytes, header, MPI).
 * - `OTR_TOO_LARGE`: above a limit of `limits.ts`.
 * - `OTR_OUT_OF_RANGE`: a group element, exponent or key id outside its bounds.
 * - `OTR_BAD_MAC`, `OTR_BAD_HASH`, `OTR_BAD_SIGNATURE`: does not authenticate.
 * - `OTR_BAD_PROOF`: a zero-knowledge proof of the SMP does not hold.
 * - `OTR_REPLAYED`: the counter did not increase for this key pair, or a handshake message again.
 * - `OTR_UNKNOWN_KEY`: made with a key pair that is not, or no longer, ours or theirs.
 * - `OTR_NOT_ENCRYPTED`: a data message came outside an encrypted session.
 * - `OTR_UNEXPECTED`: the state table has no place for it now.
 * - `OTR_VERSION`: a version that policy does not allow, version 1 above all.
 * - `OTR_OTHER_INSTANCE`: for another device of ours.
 * - `OTR_REFLECTED`: our own handshake came back.
 */
export type OtrErrorCode =
  | 'OTR_TRUNCATED'
  | 'OTR_MALFORMED'
  | 'OTR_TOO_LARGE'
  | 'OTR_OUT_OF_RANGE'
  | 'OTR_BAD_MAC'
  | 'OTR_BAD_HASH'
  | 'OTR_BAD_SIGNATURE'
  | 'OTR_BAD_PROOF'
  | 'OTR_REPLAYED'
  | 'OTR_UNKNOWN_KEY'
  | 'OTR_NOT_ENCRYPTED'
  | 'OTR_UNEXPECTED'
  | 'OTR_VERSION'
  | 'OTR_OTHER_INSTANCE'
  | 'OTR_REFLECTED'
