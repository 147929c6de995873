import {
  acceptsType,
  IMDN_TYPE,
  type MsrpMessage,
  type MsrpReports,
  type MsrpSessionDoor,
  type MsrpSessionEvent,
  type PeerProfile,
  profileOf,
} from '../msrp/index.ts'
import {
  answerSetup,
  type MsrpDescription,
  type Roster,
  SipError,
  type SipPeer,
} from '../sip/index.ts'
import { ACCEPT_TYPES, ACCEPT_WRAPPED_TYPES, CHATROOM, COMPOSING } from './envelope.ts'
import type { ChatFault, Sink } from './events.ts'
import { faultOf } from './faults.ts'

/** A channel's part of the account's connection, obtained anew for each channel. */
export interface Berth {
  readonly session: MsrpSessionDoor
  /** Own `a=path`: relays first, own URI last. */
  readonly path: readonly string[]
}

/** What a channel asks of the account's connection. */
export interface Line {
  /** Connects where needed, authenticates at the relay, opens an MSRP session. @throws MsrpError */
  reserve(sink: Sink<MsrpSessionEvent>): Promise<Berth>
  /** @returns the SIP call */
  invite(channel: Channel, peer: string, offer: MsrpDescription): string
  answer(call: string, answer: MsrpDescription): void
  refuse(call: string, status: 480 | 486 | 488 | 603): void
  hangUp(call: string): void
  /** For rooms; see `SipAgentDoor`. */
  watchRoom(call: string): void
  inviteToRoom(call: string, who: string): void
}

export type ChannelEvent =
  /** Messages may go. Once more if the peer has turned into a room, or out of one. */
  | { readonly type: 'opened' }
  | Extract<MsrpSessionEvent, { type: 'message' | 'sent' | 'delivered' | 'failed' }>
  /** The peer is a room: who is there, after {@link Channel.watchRoom}. */
  | { readonly type: 'roster'; readonly roster: Roster }
  /** What became of {@link Channel.inviteToRoom}. */
  | { readonly type: 'roomInvitation'; readonly who: string; readonly fault: ChatFault | null }
  /** The last event; none follows {@link Channel.close}. */
  | {
      readonly type: 'closed'
      readonly by: 'remote' | 'network' | 'refused'
      readonly fault: ChatFault | null
    }

/** One way to a peer: a SIP dialog and the MSRP session it describes, from setting up to its end. */
export class Channel {
  readonly role: 'caller' | 'callee'
  readonly #line: Line
  readonly #sink: Sink<ChannelEvent>
  #berth: Berth | null = null
  #call: string | null = null
  #peer: SipPeer | null = null
  #remote: MsrpDescription | null = null
  #isOpen = false
  #isOver = false

  private constructor(role: 'caller' | 'callee', line: Line, sink: Sink<ChannelEvent>) {
    this.role = role
    this.#line = line
    this.#sink = sink
  }

  /** Invites the peer. @param features - what the offer says in `a=sotto-features` */
  static place(
    line: Line,
    peer: string,
    sink: Sink<ChannelEvent>,
    features: readonly string[] = FEATURES,
  ): Channel {
    const channel = new Channel('caller', line, sink)
    void channel.#reserve((path) => {
      channel.#call = line.invite(channel, peer, { ...describe(path, 'actpass'), features })
    })
    return channel
  }

  /** Takes the peer's invitation. */
  static take(
    line: Line,
    call: string,
    peer: SipPeer,
    remote: MsrpDescription,
    sink: Sink<ChannelEvent>,
  ): Channel {
    const channel = new Channel('callee', line, sink)
    channel.#call = call
    channel.#peer = peer
    channel.#remote = remote
    void channel.#reserve((path) => {
      line.answer(call, describe(path, answerSetup(remote.setup)))
    })
    return channel
  }

  /** True once the peer may have heard of it. */
  get isAnnounced(): boolean {
    return this.#call !== null
  }

  /** Who is there; `null` before the peer has answered. */
  get peer(): SipPeer | null {
    return this.#peer
  }

  get isRoom(): boolean {
    return this.#peer?.isFocus === true
  }

  /** What the peer's software bears. */
  get profile(): PeerProfile {
    return profileOf({
      userAgent: this.#peer?.userAgent ?? null,
      acceptTypes: this.#remote?.acceptTypes ?? [],
      acceptWrappedTypes: this.#remote?.acceptWrappedTypes ?? [],
    })
  }

  get takesCpim(): boolean {
    return acceptsType(this.#remote?.acceptTypes ?? [], 'message/cpim')
  }

  get takesComposing(): boolean {
    const types = this.takesCpim ? this.#remote?.acceptWrappedTypes : this.#remote?.acceptTypes
    return acceptsType(types ?? [], COMPOSING)
  }

  /** Takes notifications of what was displayed, and says so: `*` would be any relay's word. */
  get takesReceipts(): boolean {
    const types = this.#remote?.acceptWrappedTypes ?? []
    return this.takesCpim && this.profile.receipts === 'asked' && types.includes(IMDN_TYPE)
  }

  /** The peer's app takes encrypted files, and says so (`docs/files.md`). */
  get takesSealedFiles(): boolean {
    return this.#remote?.features?.includes(SEALED_FILES) ?? false
  }

  /** What the peer says of itself as a room (RFC 7701 §8). */
  get chatroom(): readonly string[] {
    return this.#remote?.chatroom ?? []
  }

  watchRoom(): void {
    if (this.#call !== null) this.#line.watchRoom(this.#call)
  }

  inviteToRoom(who: string): void {
    if (this.#call !== null) this.#line.inviteToRoom(this.#call, who)
  }

  /** @returns the status (RFC 7701 §7.2); 481 if there is no session */
  async setNickname(nickname: string): Promise<number> {
    const isQuoted = this.profile.nicknames === 'quoted'
    return (await this.#berth?.session.setNickname(nickname, isQuoted)) ?? 481
  }

  send(message: MsrpMessage, reports: MsrpReports): void {
    this.#berth?.session.send(message, reports)
  }

  report(id: string, status: number): void {
    this.#berth?.session.report(id, status)
  }

  /** Ends it, in whatever stage it is. Does nothing if it has ended. */
  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#berth?.session.close()
    if (this.#call !== null) this.#line.hangUp(this.#call)
  }

  /** For the line: the peer has answered, or our answer has reached the peer. */
  established(peer: SipPeer, remote: MsrpDescription, active: boolean): void {
    if (this.#isOver || this.#berth === null) return
    this.#peer = peer
    this.#start(remote, active, 'start')
  }

  /** For the line: a later offer or answer of the peer's leads elsewhere. */
  moved(remote: MsrpDescription, active: boolean): void {
    if (!this.#isOver) this.#start(remote, active, 'move')
  }

  /** For the line: a re-INVITE has made the peer a room, or a person. */
  peerChanged(peer: SipPeer): void {
    this.#peer = peer
    if (this.#isOpen && !this.#isOver) this.#sink({ type: 'opened' })
  }

  /** For the line: the room has told who is there. */
  rosterCame(roster: Roster): void {
    if (!this.#isOver) this.#sink({ type: 'roster', roster })
  }

  /** For the line: what became of {@link inviteToRoom}. */
  roomInvited(who: string, error: SipError | null): void {
    if (this.#isOver) return
    this.#sink({ type: 'roomInvitation', who, fault: error && faultOf(error) })
  }

  /** For the line: SIP has ended the call. */
  ended(by: 'local' | 'remote' | 'network', error: SipError | null): void {
    this.#call = null
    if (by === 'network') this.#end('network', error && faultOf(error))
    else this.#end(error !== null && !this.#isOpen ? 'refused' : 'remote', error && faultOf(error))
  }

  #start(remote: MsrpDescription, active: boolean, how: 'start' | 'move'): void {
    this.#remote = remote
    try {
      const { maxChunk } = this.profile
      const start = { remotePath: remote.path, active }
      this.#berth?.session[how](maxChunk === null ? start : { ...start, maxChunk })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.#end('remote', faultOf(new SipError('SIP_MALFORMED', 'no session in a=path')))
    }
  }

  async #reserve(next: (path: readonly string[]) => void): Promise<void> {
    try {
      const berth = await this.#line.reserve((event) => this.#onMsrp(event))
      if (this.#isOver) {
        berth.session.close()
        return
      }
      this.#berth = berth
      next(berth.path)
    } catch (error) {
      if (this.role === 'callee' && this.#call !== null && !this.#isOver) {
        this.#line.refuse(this.#call, 480)
        this.#call = null
      }
      this.#end('network', faultOf(error))
    }
  }

  #onMsrp(event: MsrpSessionEvent): void {
    if (this.#isOver) return
    switch (event.type) {
      case 'bound':
        this.#isOpen = true
        this.#sink({ type: 'opened' })
        return
      case 'closed':
        this.#end(event.by === 'local' ? 'network' : event.by, null)
        return
      case 'violation':
        return // The frame had no effect; what matters of it has been answered below.
      default:
        this.#sink(event)
    }
  }

  #end(by: 'remote' | 'network' | 'refused', fault: ChatFault | null): void {
    if (this.#isOver) return
    this.close()
    this.#sink({ type: 'closed', by, fault })
  }
}

/** In `a=sotto-features`: whoever says it may be sent OTR records of type 8 about files. */
const SEALED_FILES = 'otr-file'
const FEATURES: readonly string[] = [SEALED_FILES]

function describe(path: readonly string[], setup: MsrpDescription['setup']): MsrpDescription {
  return {
    protocol: path[0]?.startsWith('msrps:') ? 'TCP/TLS/MSRP' : 'TCP/MSRP',
    path,
    acceptTypes: ACCEPT_TYPES,
    acceptWrappedTypes: ACCEPT_WRAPPED_TYPES,
    setup,
    direction: 'sendrecv',
    maxSize: null,
    chatroom: CHATROOM,
    features: FEATURES,
  }
}
