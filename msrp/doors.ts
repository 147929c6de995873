import type { MsrpContent, MsrpMessage, MsrpReports, MsrpSessionEvent } from './events.ts'
import type { MsrpFileEnd } from './file.ts'
import type { MsrpRequest } from './frame.ts'

/** Where events go. One consumer; fan-out is the consumer's business. */
export type Sink<Event> = (event: Event) => void

/** What AUTH needs (RFC 4976 §5.1). */
export interface RelayLogin {
  /** The relay as the AUTH's To-Path names it, e.g. `msrps://host:443;ws`. */
  readonly relay: string
  /** Own URI, the one to be used in the session. */
  readonly uri: string
  readonly username: string
  readonly password: string
  /** Relays that were authenticated at before, nearest first. Empty for the first. */
  readonly through: readonly string[]
  /** Seconds to ask for; if absent, as long as the relay likes. */
  readonly expires?: number
}

/** What the relay granted: one session's worth. */
export interface RelayGrant {
  /** `Use-Path`, nearest relay first. */
  readonly usePath: readonly string[]
  /** Seconds until the grant lapses. */
  readonly expires: number
}

export interface MsrpSessionSetup {
  /** Own URI, `msrps://<random>.invalid:2855/<session-id>;tcp`. See `newSessionUri`. */
  readonly uri: string
  /** From {@link RelayGrant}; empty without a relay. */
  readonly usePath: readonly string[]
  /** What our SDP accepts, e.g. `['message/cpim', 'text/*']`; anything else is answered 415. */
  readonly acceptTypes?: readonly string[]
  /**
   * Answers requests other than SEND and REPORT, which are 501 without it. For a focus, that has to
   * do with NICKNAME (RFC 7701).
   */
  readonly onRequest?: (request: MsrpRequest) => {
    readonly status: number
    readonly comment: string
  }
  /** The session carries this file, and no messages. */
  readonly file?: MsrpFileEnd
}

/** One connection, and the sessions on it. `MsrpConnection` implements it. */
export interface MsrpConnectionDoor {
  /**
   * Authenticates at a relay; answers its challenge once, and `stale` or 423 as often as they come
   * (at most 3 times).
   * @throws MsrpError `MSRP_AUTH_REFUSED`, `MSRP_AUTH_FAILED`, `MSRP_TIMEOUT`,
   *   `MSRP_CONNECTION_LOST`
   */
  authenticate(login: RelayLogin): Promise<RelayGrant>
  /**
   * Authenticates again in time, again and again, so that a grant stays in force as long as the
   * connection does.
   *
   * @param login - read anew each time; the URI must be that of the grant
   * @param onLapse - called once if the grant is about to lapse after all: its session should end,
   *   and another begin
   * @returns stops it
   */
  keep(login: () => RelayLogin, grant: RelayGrant, onLapse: () => void): () => void
  /** Opens a session on this connection; nothing is sent before {@link MsrpSessionDoor.start}. */
  open(setup: MsrpSessionSetup, sink: Sink<MsrpSessionEvent>): MsrpSessionDoor
  /** Closes the wire; every session gets `closed`. */
  close(): void
  /** False once the wire has closed. */
  readonly isOpen: boolean
}

/** What the offer and answer settled. */
export interface MsrpSessionStart {
  /** The peer's `a=path`. */
  readonly remotePath: readonly string[]
  /** True: we send the first SEND, an empty one. False: we wait for theirs. */
  readonly active: boolean
  /** What the peer's software does not bear; see `profiles.ts`. */
  readonly maxChunk?: number
}

/** One session between two endpoints (RFC 4975 §5). `MsrpSession` implements it. */
export interface MsrpSessionDoor {
  /** Binds. `bound` follows, or `closed` within 30 s. */
  start(start: MsrpSessionStart): void
  /**
   * The peer is elsewhere from now on (RFC 4975 §8.6). What it has not answered yet fails in its time.
   * `closed` follows within 30 s if we are to bind there and cannot.
   */
  move(start: MsrpSessionStart): void
  /**
   * Sends one message, in chunks only where it is larger than `maxChunk` bytes of body (default:
   * one chunk whatever its size, since deployed peers take no second). Events carry `message.id`.
   * Before `bound`, or after `closed`, the answer is `failed` with status 481.
   */
  send(message: MsrpMessage, reports: MsrpReports): void
  /**
   * Says what became of a received message: 200 once it is read and stored, 400 if it could not be
   * read, 413 if its kind is unwanted. Does nothing where the sender asked for no report.
   *
   * @param content - body of the REPORT; a room's about a private message has one (RFC 7701 §6.2)
   */
  report(id: string, status: number, content?: MsrpContent): void
  /**
   * Asks a focus for a nickname, or gives it back with `''` (RFC 7701 §7); resolves to the status, 408
   * if none came.
   *
   * @param isQuoted - as a quoted string (§7.1), which SylkServer does not read; true if not given
   */
  setNickname(nickname: string, isQuoted?: boolean): Promise<number>
  /** Ends the session here; the connection stays for others. */
  close(): void
}

/** A message/cpim object (RFC 3862), as far as chat needs it. */
export interface CpimMessage {
  readonly from: CpimIdentity
  readonly to: CpimIdentity
  /** RFC 3339 date-time; `null` if absent or unreadable. */
  readonly dateTime: string | null
  /** Media type of the content, with parameters. */
  readonly contentType: string
  readonly body: Uint8Array
  /** Content-Disposition, which notifications need (RFC 5438 §7.2); written, not read. */
  readonly disposition?: 'notification'
  /** Headers of other namespaces, in order, e.g. SylkServer's `Message-Type: status`. */
  readonly extensions?: readonly CpimExtension[]
}

export interface CpimExtension {
  /** URI that the NS header binds to the prefix. */
  readonly namespace: string
  readonly name: string
  readonly value: string
}

export interface CpimIdentity {
  readonly name: string | null
  /** Absolute URI without angle brackets. */
  readonly uri: string
}

/** RFC 3994. `refresh` in seconds; `null` if absent. */
export interface Composing {
  readonly active: boolean
  readonly refresh: number | null
}
