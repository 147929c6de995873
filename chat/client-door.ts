import type { OtrEngine } from '../otr/index.ts'
import type { SipAgentDoor, SipEvent } from '../sip/index.ts'
import type { ServerKind } from './discovery.ts'
import type { Address, ChatEvent, HistoryRule, Message, Sink } from './events.ts'
import type { FileCalls, FileHost } from './file-door.ts'
import type { Store } from './store.ts'

export interface ChatAccount {
  readonly address: Address
  readonly password: string
  /** One WebSocket URL that takes the subprotocols `sip` and `msrp`, e.g. `wss://host/ws`. */
  readonly server: string
  readonly displayName: string | null
  /** UUID of this installation, kept by the host over restarts. */
  readonly instanceId: string
  /** How `server` was found, to be told again by `route` events; see `discover`. */
  readonly found?: ServerKind
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
  /** Where received files go. Without it, files that are offered are refused. */
  readonly files?: FileHost
  /**
   * For a host that has a SIP connection and registration of its own: gives the agent that works over
   * them, such as `attachToUserAgent` of `sip/` makes. Called once for each sign-in. The account's
   * `server` then serves MSRP only, and `password` AUTH at its relay.
   */
  readonly sipAgent?: ((sink: Sink<SipEvent>) => SipAgentDoor) | undefined
  /** Whether peers are told what was displayed, and asked to tell; `setReceipts` changes it. Default: true. */
  readonly receipts?: boolean
}

/** A conversation to take along: as data, and as a text for people. */
export interface HistoryExport {
  readonly account: Address
  readonly peer: Address
  readonly name: string
  /** When it was exported, milliseconds since the epoch. */
  readonly at: number
  /** All that is stored, and what is in memory; oldest first. */
  readonly messages: readonly Message[]
  /** One message a line: time (UTC), who, text, protection. */
  readonly text: string
}

/**
 * One account's conversations. Every call returns at once and its outcome arrives as events, in one
 * total order; a call that makes no sense now gives a `fault` event and changes nothing.
 */
export interface ChatClientDoor extends FileCalls {
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
   * Closes what is open with the peer and lets nothing through from now on: invitations, messages and
   * files are turned away as if nobody were there. The `contact` event says it.
   */
  block(peer: Address): void
  /** A contact is one again; a stranger is forgotten. */
  unblock(peer: Address): void

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

  /**
   * A message of the peer stood before the person's eyes. Tells the peer, if the person allows it and
   * the peer asked: inside OTR where the message was, never to rooms. May be called again, or for any
   * message: what is not to be told is not.
   */
  displayed(peer: Address, id: string): void
  /** Whether peers are told what was displayed. Off, they are not asked either. */
  setReceipts(on: boolean): void
  /**
   * Asks the peer to repeat what could not be read, as an ordinary message of the person's. Once for
   * each gap.
   *
   * @param gapId - id of a `message-unreadable` notice
   * @param text - in the person's language; English if not given
   */
  askResend(peer: Address, gapId: string, text?: string): void

  /** Asks the room for a nickname, or gives it back with `''`. A refusal is a fault. */
  setNickname(room: Address, nickname: string): void
  /**
   * As `send`, for one member's eyes. Not encrypted: the room's server reads it.
   *
   * @param member - a {@link RoomMember.address}
   */
  sendPrivately(room: Address, member: string, text: string): string
  /** Calls somebody into the room; `roomInvitation` tells the outcome. */
  inviteToRoom(room: Address, who: Address): void

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
   * More time for the verification that runs. A peer that waits for our answer learns that we write it,
   * and waits on if its app is one of ours.
   */
  extendVerification(peer: Address): void
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
  /** Reads the next older messages from the store; `history` brings them. */
  loadEarlier(peer: Address): void
  /**
   * What to keep of this conversation, from now on and of what is there: a rule that does not keep a
   * stored message deletes it from the store at once.
   */
  setHistory(peer: Address, rule: HistoryRule): void
  setMuted(peer: Address, muted: boolean): void
  /** Deletes one message here, in memory and in the store. The peer keeps theirs. */
  deleteMessage(peer: Address, id: string): void
  /** Deletes all messages of a conversation here, but own ones that have yet to be delivered. */
  clearHistory(peer: Address): void
  /**
   * Messages that contain the text, whatever its case and accents; newest first, 200 at most.
   *
   * @param peer - `null` for all conversations
   */
  searchHistory(text: string, peer: Address | null): Promise<readonly Message[]>
  /** @returns `null` if there is no such contact */
  exportHistory(peer: Address): Promise<HistoryExport | null>
}
