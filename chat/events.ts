import type { NoticeFacts, NoticeName } from './notices.ts'
import type { Transfer } from './transfer-events.ts'

/** A contact's address: `sip:user@host`, host in lower case, no parameters. Made by `parseAddress`. */
export type Address = string & { readonly address: unique symbol }

/** How much a message is protected, as it was when it was sent or received. */
export type Protection = 'none' | 'unverified' | 'verified'

/**
 * The life of an own message, monotone but for `queued` → `failed` → `queued`.
 * `sent`: the next hop has it, and in a room nobody ever says more. `delivered`: the peer decrypted and
 * stored it. `displayed`: it stood on the peer's screen, as their app says.
 */
export type Delivery = 'queued' | 'sent' | 'delivered' | 'displayed' | 'failed'

export interface Message {
  /**
   * Message-ID on the wire, the same in every session; what the receiver de-duplicates by. Only a
   * second attempt within one session has another.
   */
  readonly id: string
  readonly peer: Address
  readonly author: 'us' | 'peer'
  /** Who wrote it in a room; `null` outside rooms. */
  readonly nickname: string | null
  readonly text: string
  /** Media type without parameters: `text/plain` or `text/html`. */
  readonly contentType: string
  /** Milliseconds since the epoch, of this device's clock. */
  readonly at: number
  readonly protection: Protection
  /** `null` for received messages. */
  readonly delivery: Delivery | null
  /** Why it waits or failed, for people; `null` if there is nothing to say. */
  readonly reason: string | null
  /** True if it went out more than once. */
  readonly resent: boolean
  /** In a room: address of who wrote it, as {@link RoomMember.address}. Absent for own ones. */
  readonly from?: string
  /** In a room: who besides the writer reads it, or wrote it to us alone. Absent: everybody there. */
  readonly privately?: { readonly address: string; readonly name: string }
  /** In a room: said before we came, and told us again by the room. Not new to anybody. */
  readonly earlier?: true
  /** In a room: when it was written, by the writer's clock, in milliseconds since the epoch. */
  readonly writtenAt?: number
  /** An own message that stays `sent`: nobody will say more of it, and it does not go again. */
  readonly settled?: true
}

/** How a key came to be trusted. */
export type TrustMethod =
  | 'smp'
  | 'fingerprint'
  /** Another program said so, whose file was taken over. */
  | 'import'

export interface KnownKey {
  /** 40 lower-case hex digits. */
  readonly fingerprint: string
  readonly firstSeen: number
  readonly lastSeen: number
  /** `null` while unverified. */
  readonly verified: { readonly method: TrustMethod; readonly at: number } | null
}

export interface Contact {
  readonly peer: Address
  /** Display name; the address's user part if none was given. */
  readonly name: string
  /** Text goes only under an encrypted session whose key the policy accepts. */
  readonly alwaysOtr: boolean
  /** The person chose to write unencrypted to this peer; taken back when the peer speaks OTR. */
  readonly allowPlaintext: boolean
  /** Learned fingerprints of this peer, most recently used first. */
  readonly keys: readonly KnownKey[]
  /** Highest OTR version this peer has spoken; a lower one later is announced. */
  readonly otrVersion: 2 | 3 | null
  /** Highest OTR version that this peer has offered; absent if it never made an offer. */
  readonly otrOffered?: 2 | 3
  /** What the person decided about keeping messages; absent: {@link HistoryRule} `automatic`. */
  readonly history?: HistoryRule
  /** No sound and no notification for new messages. Changes of keys are announced all the same. */
  readonly muted?: boolean
  /** Verifications that failed, or may have, since one succeeded; the next begins no sooner than `until`. */
  readonly failedChecks?: { readonly count: number; readonly until: number }
  /** Nothing from this address gets through, and nobody is told why. What it was before it was blocked. */
  readonly blocked?: 'contact' | 'stranger'
}

/**
 * What is kept of a conversation on this device. Unsent messages always are, until the peer has them.
 *
 * - `automatic`: what came or went encrypted as with `session`, everything else as with `keep`.
 * - `keep`: until it is deleted. `session`: in memory, until sign-out.
 * - `never`: in memory, until the conversation is closed by either side.
 */
export type HistoryRule = 'automatic' | 'keep' | 'session' | 'never'

/** A room, as it is while we are in it. */
export interface Room {
  readonly peer: Address
  /** What it is about; `null` if nobody said. */
  readonly subject: string | null
  /** Who is there, in the order in which the room tells them; `null` if it does not tell, or not yet. */
  readonly members: readonly RoomMember[] | null
  /** What the room lets people do, as it says itself (RFC 7701 §8). */
  readonly allows: { readonly nicknames: boolean; readonly privateMessages: boolean }
  /** How we are called here; `null` without a nickname. */
  readonly nickname: string | null
}

export interface RoomMember {
  /** `sip:user@host`, or the address that the room gave to somebody anonymous. */
  readonly address: string
  /** What to show: nickname, else display name, else user part. Never empty. */
  readonly name: string
  readonly nickname: string | null
  readonly displayName: string | null
  readonly status: 'joining' | 'here' | 'onHold'
  readonly isOwn: boolean
  /** Someone else here has a name that people would take for the same (RFC 8266): show addresses. */
  readonly isNameShared: boolean
}

/**
 * What protects the conversation now. One of these holds for each conversation at any time:
 *
 * - `none`: no session. `connecting`: SIP or MSRP on its way.
 * - `plaintext`: open, no encryption, by choice. `unsupported`: the peer does not answer to OTR.
 * - `starting`: the handshake runs; text is held.
 * - `unverified`, `verified`: encrypted.
 * - `keyChanged`: encrypted under a key that needs the person's decision; text is held.
 * - `ended`: the peer ended encryption; the composer is locked until the person chooses.
 * - `room`: a conference; OTR is never used there.
 */
export type PrivacyState =
  | 'none'
  | 'connecting'
  | 'plaintext'
  | 'unsupported'
  | 'starting'
  | 'unverified'
  | 'verified'
  | 'keyChanged'
  | 'ended'
  | 'room'

export interface Privacy {
  readonly state: PrivacyState
  /** What happens to text typed now. */
  readonly composer: 'sends' | 'holds' | 'locked'
  readonly version: 2 | 3 | null
  /** 16 hex digits; `null` unless encrypted. */
  readonly ssid: string | null
  /** 40 lower-case hex digits. */
  readonly ownFingerprint: string | null
  readonly peerFingerprint: string | null
  /** The address of another contact that has the same key, if one has. */
  readonly sameKeyAs: Address | null
  /** How and when the key in use was verified. */
  readonly verified: KnownKey['verified']
}

export type Verification =
  | { readonly step: 'idle' }
  /** We asked and wait for them. */
  | ({ readonly step: 'waiting'; readonly question: string | null } & VerificationTime)
  /** They ask us. */
  | ({ readonly step: 'asked'; readonly question: string | null } & VerificationTime)
  /** Both have spoken; the result follows. */
  | ({ readonly step: 'working' } & VerificationTime)
  /** `provesPeer` is false if we only answered their question: they know us, not yet we them. */
  | { readonly step: 'succeeded'; readonly provesPeer: boolean; readonly at: number }
  | {
      readonly step: 'failed'
      readonly at: number
      readonly attempts: number
      /** An earlier verification of this key still stands. */
      readonly stillVerified: boolean
      /** Until then none of ours begins, and none of the peer's is answered. */
      readonly until: number
    }
  | {
      readonly step: 'aborted'
      readonly by: 'us' | 'peer' | 'timeout'
      readonly at: number
      /** Both had spoken already: some apps end this way, without a result, when answers differ. */
      readonly answered: boolean
      /** Sooner than a person could have read it: their app takes no questions, as Blink Qt's does not. */
      readonly byApp?: true
      /** As of `failed`: with `answered`, it may have been a guess. */
      readonly until?: number
    }

interface VerificationTime {
  readonly since: number
  /** It is stopped then, unless there is more time: `extendVerification`. */
  readonly until: number
}

/** A line of the timeline that no person wrote. The code is the contract; the sentence is shown. */
export interface Notice {
  /** Of `message-unreadable`, which is a gap in the conversation: what `askResend` wants. */
  readonly id: string
  readonly peer: Address
  readonly at: number
  readonly code: NoticeCode
  readonly sentence: string
  /** `alert` is announced at once and stays; `status` is quiet. */
  readonly tone: 'status' | 'warning' | 'alert'
  /** What the sentence was made of, for a screen that says it in another language. */
  readonly said?: { readonly form: NoticeName } & NoticeFacts
}

export type NoticeCode =
  | 'session-opened'
  | 'session-closed'
  | 'session-failed'
  | 'encryption-started'
  | 'encryption-refreshed'
  | 'encryption-ended-by-us'
  | 'encryption-ended-by-peer'
  | 'encryption-unsupported'
  | 'key-new'
  | 'key-changed'
  | 'key-accepted'
  | 'key-shared'
  | 'version-lowered'
  | 'verification-succeeded'
  | 'verification-one-sided'
  | 'verification-failed'
  | 'verification-aborted'
  | 'message-unreadable'
  | 'message-unencrypted'
  | 'peer-otr-error'
  | 'page-message'
  | 'room-entered'
  /** The room itself says something: who came, who left. */
  | 'room-status'

/** Why something could not be done. Blame is in the first word of the code. */
export interface ChatFault {
  /** `SIP_…`, `MSRP_…`, `OTR_…` from below, or `CHAT_…` of this room. */
  readonly code: string
  /** Says what went wrong and what to do, in one or two sentences. */
  readonly sentence: string
}

export type AccountState =
  | { readonly state: 'signedOut' }
  /** The long-term key is being made, before anything else. */
  | {
      readonly state: 'makingKey'
      /** How many numbers were tried so far; about one in 33 will do. */
      readonly candidates?: number
    }
  | { readonly state: 'connecting' }
  | { readonly state: 'online' }
  | { readonly state: 'offline'; readonly fault: ChatFault; readonly retryInMs: number | null }
  | { readonly state: 'refused'; readonly fault: ChatFault }

/** Which way the account's signalling and messages take. */
export interface AccountRoute {
  /** How the server was found, see `discover`; `host`: a softphone around us brought its connection. */
  readonly kind: 'given' | 'own' | 'tunnel' | 'native' | 'host'
  /** Host of the WebSocket. */
  readonly server: string
  /** Host that keeps the registration, as far as it is known: the provider's behind a tunnel. */
  readonly sip: string
  /** Host of the relay that the latest conversation uses; `null` before the first. */
  readonly relay: string | null
  /** Whose it is: the server's own; the provider's; or, where that is of no use, the tunnel's owner's. */
  readonly relayKind: 'server' | 'provider' | 'edge' | null
}

/** Everything that can happen: the only thing that travels up to `web/` and `agent/`. */
export type ChatEvent =
  | { readonly type: 'account'; readonly account: AccountState }
  /** Comes before each `online`, and when another relay is used. */
  | { readonly type: 'route'; readonly route: AccountRoute }
  | { readonly type: 'identity'; readonly fingerprint: string; readonly created: boolean }
  /** Added, changed, or restored from the store. */
  | { readonly type: 'contact'; readonly contact: Contact }
  | { readonly type: 'contactRemoved'; readonly peer: Address }
  /** Someone wants to chat and is not a contact, or calls us into a room: `accept` or `decline`. */
  | {
      readonly type: 'invited'
      readonly peer: Address
      readonly name: string | null
      /** `peer` is a room; accepting enters it. */
      readonly room?: true
      /** The contact who calls us into the room; absent if the room itself calls and does not say. */
      readonly by?: Address
    }
  | { readonly type: 'opened'; readonly peer: Address; readonly room: boolean }
  | {
      readonly type: 'closed'
      readonly peer: Address
      readonly by: 'local' | 'remote' | 'network' | 'refused'
      /** `null` for an ordinary end. */
      readonly fault: ChatFault | null
    }
  | { readonly type: 'privacy'; readonly peer: Address; readonly privacy: Privacy }
  | { readonly type: 'verification'; readonly peer: Address; readonly verification: Verification }
  /** New (`restored` false) or read back from the store. */
  | { readonly type: 'message'; readonly message: Message; readonly restored: boolean }
  | {
      readonly type: 'delivery'
      readonly peer: Address
      readonly id: string
      readonly delivery: Delivery
      readonly protection: Protection
      readonly reason: string | null
      readonly resent: boolean
    }
  /** An unsent message was taken back, or any was deleted. */
  | { readonly type: 'messageRemoved'; readonly peer: Address; readonly id: string }
  /**
   * All of what one `send`, `sendPrivately` or `askResend` was given is on the disk: only now a draft
   * may be thrown away. Follows the `message` of the same id; does not come if the store refuses.
   */
  | { readonly type: 'kept'; readonly peer: Address; readonly id: string }
  /**
   * Answer to `loadEarlier`: messages before all that were told of this conversation, oldest first.
   * `isComplete`: there are none before these.
   */
  | {
      readonly type: 'history'
      readonly peer: Address
      readonly messages: readonly Message[]
      readonly isComplete: boolean
    }
  /** Every message of the conversation is gone but for own ones that have yet to be delivered. */
  | {
      readonly type: 'historyCleared'
      readonly peer: Address
      /** Ids of those own messages. */
      readonly left: readonly string[]
    }
  /** We are in a room, or something about it has changed. Over with the next `closed`. */
  | { readonly type: 'room'; readonly room: Room }
  /** What became of `inviteToRoom`, once for each: `fault` is `null` if the room or the person took it. */
  | {
      readonly type: 'roomInvitation'
      readonly peer: Address
      readonly who: Address
      readonly fault: ChatFault | null
    }
  | { readonly type: 'notice'; readonly notice: Notice }
  /**
   * The peer's key is not one that was known. Announce it: spoken, system notification, and for
   * `blocks` (the contact was verified or always-OTR) a card that holds text until `trust`.
   */
  | {
      readonly type: 'keyChanged'
      readonly peer: Address
      readonly name: string
      readonly fingerprint: string
      readonly previous: string
      readonly blocks: boolean
    }
  | { readonly type: 'composing'; readonly peer: Address; readonly active: boolean }
  /** A file was offered, or something about it has changed: as it is now. Not restored after sign-out. */
  | { readonly type: 'transfer'; readonly transfer: Transfer }
  /** A call of ours could not be done; nothing else changed. */
  | { readonly type: 'fault'; readonly peer: Address | null; readonly fault: ChatFault }

/** Where events go. One consumer; fan-out is the consumer's business. */
export type Sink<Event> = (event: Event) => void
