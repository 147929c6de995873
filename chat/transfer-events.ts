import type { Address, ChatFault, Protection } from './events.ts'

/** A file on its way to a peer or from one, as it is now. */
export interface Transfer {
  /** The same through every attempt. */
  readonly id: string
  readonly peer: Address
  readonly direction: 'in' | 'out'
  /** A plain name to show and to store under: no path, nothing that misleads, at most 255 bytes. */
  readonly name: string
  /** Octets. */
  readonly size: number
  /** Media type without parameters, as the sender says. Nothing to rely on. */
  readonly contentType: string
  /** Milliseconds since the epoch, of this device's clock: when it was offered. */
  readonly at: number
  /** Of the file's bytes, its name and its hash: `none` until it is decided, and where they go in clear. */
  readonly protection: Protection
  readonly state: TransferState
}

export type TransferState =
  /**
   * Waits for the person. `offered`: to take it (`acceptFile`) or not (`cancelFile`). `unencrypted`: to
   * let it go without encryption (`approveUnencrypted`) or not (`cancelFile`).
   */
  | { readonly step: 'asks'; readonly about: 'offered' | 'unencrypted' }
  /** For the hash, for the conversation to be encrypted, or for the peer to take it. */
  | { readonly step: 'waiting' }
  /**
   * `done`: octets that are at the receiving end, as far as is known: some apps say nothing before the
   * end, and then these are those that have left.
   */
  | { readonly step: 'active'; readonly done: number }
  /** All of it is there, and its hash is right. */
  | { readonly step: 'done' }
  /** `resumable`: `resumeFile` goes on where it stopped, or begins anew where that cannot be. */
  | { readonly step: 'failed'; readonly fault: ChatFault; readonly resumable: boolean }
  | { readonly step: 'cancelled'; readonly by: 'us' | 'peer' }
