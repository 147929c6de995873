import type { OtrEngine } from '../otr/index.ts'
import type { Address, ChatEvent, Message, Sink } from './events.ts'
import type { Store } from './store.ts'

export interface ChatAccount {
  readonly address: Address
  readonly password: string
  /** One WebSocket URL that takes the subprotocols `sip` and `msrp`, e.g. `wss://host/ws`. */
  readonly server: string
  readonly displayName: string | null
  /** UUID of this installation, kept by the host over restarts. */
  readonly instanceId: string
}

/** What the outside world lends the client. */
export interface ChatEnv {
  /** `new WebSocket(url, protocol)`; in Node, `ws`. */
  connect(url: string, protocol: 'sip' | 'msrp'): WebSocket
  random(length: number): Uint8Array
  now(): number
  /** Runs `task` after `ms` milliseconds; the result cancels it. */
  after(ms: number, task: () => void): () => void
}

export interface ChatSetup {
  readonly account: ChatAccount
  readonly env: ChatEnv
  readonly otr: OtrEngine
  readonly store: Store
  readonly sink: Sink<ChatEvent>
}

/**
 * One account's conversations. Every call returns at once and its outcome arrives as events, in one
 * total order; a call that makes no sense now gives a `fault` event and changes nothing.
 */
export interface ChatClientDoor {
  /** Restores contacts and messages, makes the key if there is none, connects and registers. */
  signIn(): void
  /** Ends encryption and sessions properly, unregisters, within 3 s. The outbox stays stored. */
  signOut(): Promise<void>
  /**
   * The page goes away in this instant, and nothing that takes time is finished any more: hangs up at
   * once, so that nobody is left with a session that only looks alive, then goes on as `signOut`.
   */
  vanish(): void
  /** The network may have changed or the machine woke: checks at once instead of waiting. */
  probe(): void

  /** Adds or renames. `name` null keeps the old one, or takes the user part. */
  addContact(peer: Address, name: string | null): void
  removeContact(peer: Address): void
  setAlwaysOtr(peer: Address, on: boolean): void

  /** Starts a session if there is none. */
  open(peer: Address): void
  /** Takes an invitation; the peer becomes a contact. */
  accept(peer: Address): void
  decline(peer: Address): void
  close(peer: Address): void

  /**
   * Stores, then sends as soon as policy allows. Text longer than the path to the peer carries goes as
   * several messages.
   *
   * @returns the id of the message, or of the first
   */
  send(peer: Address, text: string): string
  /** Tries a `failed` message again. */
  retry(peer: Address, id: string): void
  /** Takes back a message that is `queued` or `failed`. */
  discard(peer: Address, id: string): void
  setComposing(peer: Address, active: boolean): void

  /** Starts, restarts or renews encryption. Also the way out of `ended` and `unsupported`. */
  startOtr(peer: Address): void
  /**
   * Ends encryption, or gives up on it: the person chooses to go on unencrypted. Held text goes out
   * in clear. Refused with a fault while the contact is always-OTR.
   */
  stopOtr(peer: Address): void

  /** Starts SMP; `question` null for a shared secret. Runs one at a time: a new one aborts the old. */
  verify(peer: Address, secret: string, question: string | null): void
  answer(peer: Address, secret: string): void
  abortVerification(peer: Address): void
  /**
   * The person compared fingerprints (`verified` true), takes the trust back (false) — or accepts a
   * changed key without verifying it (`accepted`), which releases held text.
   */
  trust(peer: Address, fingerprint: string, decision: 'verified' | 'unverified' | 'accepted'): void
  /** Forgets a learned key that is not in use. */
  forgetKey(peer: Address, fingerprint: string): void
  /** Makes a new long-term key; open sessions end and every peer will see a change. */
  renewIdentity(): void

  /** Messages of a conversation as the client knows them, oldest first. */
  messages(peer: Address): readonly Message[]
}
