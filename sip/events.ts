import type { FileDescription } from './file-description.ts'

/** The MSRP stream of an offer or answer: `m=message` and its attributes (RFC 4975 §8, RFC 6135). */
export interface MsrpDescription {
  /** `TCP/TLS/MSRP` where the first URI of the path is `msrps:`. */
  readonly protocol: 'TCP/MSRP' | 'TCP/TLS/MSRP'
  /** `a=path`: relays first, the endpoint last. Never empty. */
  readonly path: readonly string[]
  readonly acceptTypes: readonly string[]
  readonly acceptWrappedTypes: readonly string[]
  /** `null` if the attribute is absent: an offerer is then active, an answerer passive. */
  readonly setup: 'active' | 'passive' | 'actpass' | null
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'
  /** `a=max-size`, octets. */
  readonly maxSize: number | null
  /** Tokens of `a=chatroom` (RFC 7701 §8); `null` if absent. */
  readonly chatroom: readonly string[] | null
  /** What of Sotto's own the other side takes: tokens of `a=sotto-features` (`docs/files.md`). */
  readonly features?: readonly string[]
  /** The stream carries this file and no messages (RFC 5547); absent in a chat. */
  readonly file?: FileDescription
}

export type Registration =
  | { readonly state: 'connecting' | 'registering' | 'unregistered' }
  /** `expires` in seconds; 0 where the host of an embedded agent keeps the registration. */
  | { readonly state: 'registered'; readonly expires: number }
  /** The server is away or does not answer; tried again in `retryInMs`. */
  | { readonly state: 'offline'; readonly error: SipError; readonly retryInMs: number }
  /** The server refuses this account; not tried again by itself. */
  | { readonly state: 'refused'; readonly error: SipError }

/** Who is at the other end of a session, as SIP tells it. */
export interface SipPeer {
  /** Address of record, `sip:user@host`, host in lower case, no parameters. */
  readonly address: string
  readonly displayName: string | null
  /** `isfocus` in its Contact (RFC 4579): a room, not a person. */
  readonly isFocus: boolean
  readonly userAgent: string | null
}

/** Who is in a room, as its focus says (RFC 4575). */
export interface Roster {
  /** What the room is about; `null` if nobody said. */
  readonly subject: string | null
  /** Those who are there or on the way in; whoever has left is not among them. */
  readonly users: readonly RosterUser[]
}

export interface RosterUser {
  /**
   * In the form of {@link SipPeer.address} where it is a SIP address, with its `gr` if there is one;
   * else as the focus wrote it.
   */
  readonly entity: string
  readonly displayName: string | null
  /** What they call themselves in this room (RFC 7701 §7). */
  readonly nickname: string | null
  /** One for each of the user's sessions. May be empty. */
  readonly endpoints: readonly RosterEndpoint[]
  /** True for the account that asks. */
  readonly isOwn: boolean
}

export interface RosterEndpoint {
  readonly entity: string
  /** `null` if the focus does not say. */
  readonly status: RosterStatus | null
}

/** RFC 4575 §5, as seen from the room. */
export type RosterStatus =
  | 'pending'
  | 'dialing-out'
  | 'dialing-in'
  | 'alerting'
  | 'on-hold'
  | 'connected'
  | 'muted-via-focus'
  | 'disconnecting'
  | 'disconnected'

/** Everything that SIP tells upwards. `call` names a session from its first event to `ended`. */
export type SipEvent =
  | { readonly type: 'registration'; readonly registration: Registration }
  | {
      readonly type: 'incoming'
      readonly call: string
      readonly peer: SipPeer
      readonly remote: MsrpDescription
    }
  /** The peer's device rings. */
  | { readonly type: 'ringing'; readonly call: string }
  | {
      readonly type: 'established'
      readonly call: string
      readonly peer: SipPeer
      readonly remote: MsrpDescription
      /** True if we connect or bind: the outcome of `a=setup` (RFC 6135 §4.2). */
      readonly active: boolean
    }
  /** The peer's messages come and go elsewhere from now on (RFC 4975 §8.6): its path is another. */
  | {
      readonly type: 'moved'
      readonly call: string
      readonly remote: MsrpDescription
      /** True if we connect or bind there. */
      readonly active: boolean
    }
  /** A re-INVITE or UPDATE made the peer a room, or a person again: `peer.isFocus` has changed. */
  | { readonly type: 'peer'; readonly call: string; readonly peer: SipPeer }
  | {
      readonly type: 'ended'
      readonly call: string
      readonly by: 'local' | 'remote' | 'network'
      /** What went wrong; `null` for an ordinary end. */
      readonly error: SipError | null
    }
  /** A MESSAGE outside a session (RFC 3428); it has been answered 200. */
  | {
      readonly type: 'page'
      readonly peer: SipPeer
      readonly contentType: string
      readonly body: string
    }
  /** Someone asks us to call somebody, as a rule a room (RFC 4579 §5); it has been answered 202. */
  | { readonly type: 'referral'; readonly peer: SipPeer; readonly to: string }
  /** What became of `sendPage`; `error` is `null` if it was taken. Once for each. */
  | { readonly type: 'pageResult'; readonly page: string; readonly error: SipError | null }
  /** Who is in the room of this call: after `watchRoom`, and whenever it changes. */
  | { readonly type: 'roster'; readonly call: string; readonly roster: Roster }
  /**
   * What became of `inviteToRoom`, once for each unless the call ends before: `error` is `null` if
   * they came, or if the room took the request and said no more.
   */
  | {
      readonly type: 'roomInvitation'
      readonly call: string
      /** As given to `inviteToRoom`. */
      readonly who: string
      readonly error: SipError | null
    }

/**
 * What SIP could not do. The code is the contract; the sentence is for people.
 *
 * - `SIP_WRONG_PASSWORD`: 401, 403 or 407 after credentials were given.
 * - `SIP_UNKNOWN_PEER`: 404, 410, 484, 604. `SIP_PEER_OFFLINE`: 480, 408 of a ringing peer, 430.
 * - `SIP_DECLINED`: 603, 486, 600. `SIP_NOT_ACCEPTABLE`: 406, 415, 488, 606, or SDP without chat.
 * - `SIP_FORBIDDEN`: 403 to anything but REGISTER. `SIP_CANCELLED`: 487.
 * - `SIP_SERVER`: any other final response. `SIP_TIMEOUT`: none in time.
 * - `SIP_UNREACHABLE`: the server's socket does not open. `SIP_CONNECTION_LOST`: it closed.
 * - `SIP_MALFORMED`: the peer's SDP or message is not usable.
 */
export type SipErrorCode =
  | 'SIP_WRONG_PASSWORD'
  | 'SIP_UNKNOWN_PEER'
  | 'SIP_PEER_OFFLINE'
  | 'SIP_DECLINED'
  | 'SIP_NOT_ACCEPTABLE'
  | 'SIP_FORBIDDEN'
  | 'SIP_CANCELLED'
  | 'SIP_SERVER'
  | 'SIP_TIMEOUT'
  | 'SIP_UNREACHABLE'
  | 'SIP_CONNECTION_LOST'
  | 'SIP_MALFORMED'

export class SipError extends Error {
  override readonly name = 'SipError'
  readonly code: SipErrorCode
  /** SIP status code, or `null` where none came. */
  readonly status: number | null

  constructor(code: SipErrorCode, sentence: string, status: number | null = null) {
    super(sentence)
    this.code = code
    this.status = status
  }
}
