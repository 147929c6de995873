import type { OtrOutput, OtrPolicy } from './events.ts'

/** What the outside world lends a session. It reads no clock and draws no randomness itself. */
export interface OtrEnv {
  /** Fills a fresh array from a CSPRNG. */
  random(length: number): Uint8Array
  /** Milliseconds since the epoch. */
  now(): number
}

/** An account's long-term key and instance tag, as stored; the caller of the engine never sees it. */
export interface KeyRecord {
  /** The DSA key, in the library's own serialisation. Secret. */
  readonly key: Uint8Array
  /** This installation's instance tag, ≥ 0x100 (OTRv3, "Instance Tags"). */
  readonly instanceTag: number
}

/** Where long-term keys live. Kept beside the engine: in the worker, or in the Node process. */
export interface KeyStore {
  load(account: string): Promise<KeyRecord | null>
  save(account: string, record: KeyRecord): Promise<void>
}

export interface OtrIdentity {
  /** Own fingerprint, 40 lower-case hex digits. */
  readonly fingerprint: string
  /** True if the key was made by this call: peers who knew an older one will see a change. */
  readonly created: boolean
}

/** For whoever waits while a key is made. */
export interface KeyWatch {
  /** Told before each costly test how many candidates were tested before; about one in 33 is a key. */
  onProgress?(candidates: number): void
  /** Gives up. What is being saved by then can no longer be called back. */
  readonly signal?: AbortSignal
}

/** What a peer's software does not bear (`quirks.md`); the session leaves it out. */
export interface PeerProfile {
  /** Largest text the path carries in one message, in characters; above it, OTR fragments. */
  readonly fragmentAbove: number | null
  /** Pad data messages with TLV 0 to multiples of this many bytes; 0 for none. */
  readonly padTo: number
  /** May send `?OTR Error:` replies. */
  readonly errors: boolean
}

export interface OtrSessionSetup {
  readonly account: string
  readonly policy: OtrPolicy
  readonly profile: PeerProfile
}

export type OtrCommand =
  /** Asks the peer for OTR: a query. */
  | { readonly op: 'start' }
  | { readonly op: 'receive'; readonly text: string }
  /**
   * `id` comes back as {@link OtrWire.carries}, or in `refused`. With `bare`, nothing is put after the
   * text, no padding either: for bodies other than `text/*`, where Blink looks for no records.
   *
   * @throws RangeError if the text is empty, contains U+0000 or is longer than 512 KiB
   */
  | { readonly op: 'send'; readonly id: string; readonly text: string; readonly bare?: boolean }
  /** Tells the peer (TLV 1), wipes the keys, and returns to plaintext. */
  | { readonly op: 'end' }
  | { readonly op: 'smpStart'; readonly secret: string; readonly question: string | null }
  | { readonly op: 'smpAnswer'; readonly secret: string }
  | { readonly op: 'smpAbort' }
  /** Asks the peer to use the extra symmetric key; the event `extraKey` brings it to us as well. */
  | { readonly op: 'extraKey'; readonly use: number; readonly data: Uint8Array }
  | { readonly op: 'policy'; readonly policy: OtrPolicy }

/**
 * OTR sessions, wherever they run: in a Web Worker for a page, in process for a headless client.
 * Commands for one session take effect in the order of the calls. Of all secrets only the extra symmetric
 * key of a session crosses this line, which is made to be lent.
 */
export interface OtrEngine {
  /**
   * Loads the account's key, or makes one (tens of milliseconds to a second) and saves it. Whoever asks
   * meanwhile gets the same one. It is made in slices, for as long as one of them has not given up.
   *
   * @throws DOMException `AbortError` if `watch` gave up; nothing was saved on its behalf
   */
  identity(account: string, watch?: KeyWatch): Promise<OtrIdentity>
  /**
   * Makes a new key in place of the old, in the same way. Sessions that are open keep the old one until
   * they end.
   *
   * @throws DOMException `AbortError` if `watch` gave up; the old key stays
   */
  renewIdentity(account: string, watch?: KeyWatch): Promise<OtrIdentity>
  /** Opens a session in plaintext. @throws RangeError if `session` is open already. */
  open(session: string, setup: OtrSessionSetup): Promise<void>
  /** Runs one command. @throws RangeError if `session` is not open. */
  run(session: string, command: OtrCommand): Promise<OtrOutput>
  /** Forgets the session and its keys without a word to the peer. */
  close(session: string): Promise<void>
  /** Ends the engine; every open session is forgotten. */
  dispose(): void
}
