import { type Invitation, Inviter, type Message, type URI, UserAgent } from 'sip.js'
import type {
  IncomingReferRequest,
  IncomingRequestMessage,
  OutgoingRequestMessage,
} from 'sip.js/lib/core/index.js'
import { parseAddress, parseNameAddr } from './address.ts'
import type { SipClock, SipSink } from './agent-door.ts'
import { type Call, type CallHost, settle } from './call.ts'
import { MsrpDescriptionHandler } from './description-handler.ts'
import { type MsrpDescription, SipError } from './events.ts'
import { IncomingCall } from './incoming-call.ts'
import { CALLS_MAX } from './limits.ts'
import { OutgoingCall } from './outgoing-call.ts'
import { checkPage, sendPage } from './page.ts'
import { senderOf } from './peer.ts'
import { randomToken } from './random.ts'
import { Room } from './room.ts'
import { readMedia } from './sdp.ts'
import { ALLOW_UPDATE } from './update.ts'

/** The user agent that calls go over, and what is known of it. */
export interface CallsOver {
  readonly userAgent: UserAgent
  /** Requests that must not be sent again with credentials, since they were taken back. */
  readonly withdrawn: WeakSet<OutgoingRequestMessage>
  /** Address of record of the account. */
  readonly own: string
}

/**
 * The calls of one account, and what else is asked of a peer, over a user agent that somebody else
 * connects and registers. See `SipAgentDoor` for what its members promise.
 */
export class Calls {
  readonly #over: CallsOver
  readonly #env: SipClock
  readonly #tell: SipSink
  readonly #host: CallHost
  readonly #calls = new Map<string, Call>()
  /** By call. */
  readonly #rooms = new Map<string, Room>()
  /** Pages under way: how to give each up. */
  readonly #pages = new Map<string, (error: SipError | null) => void>()
  /** True once the flow was lost under standing calls, until they have been refreshed. */
  #stale = false

  constructor(over: CallsOver, env: SipClock, tell: SipSink) {
    this.#over = over
    this.#env = env
    this.#tell = tell
    this.#host = { env, tell, forget: (id) => this.#forget(id) }
  }

  invite(peer: string, offer: MsrpDescription): string {
    const description = this.#description('offerer')
    description.describe(offer)
    const id = randomToken(this.#env, 8)
    const target = this.#target(peer)
    if (target instanceof SipError) {
      const by = target.code === 'SIP_UNKNOWN_PEER' ? 'local' : 'network'
      this.#tell({ type: 'ended', call: id, by, error: target })
      return id
    }
    // `callId` reaches the request, though sip.js does not declare it.
    const params: { callId: string; fromTag?: string } = { callId: randomToken(this.#env, 16) }
    const call = new OutgoingCall(
      id,
      new Inviter(this.#over.userAgent, target.uri, { params, extraHeaders: [ALLOW_UPDATE] }),
      description,
      { address: target.address, displayName: null, isFocus: false, userAgent: null },
      this.#host,
      this.#over.withdrawn,
    )
    this.#calls.set(id, call)
    call.begin()
    return id
  }

  accept(call: string, answer: MsrpDescription): void {
    const incoming = this.#calls.get(call)
    if (incoming instanceof IncomingCall) incoming.accept(answer)
  }

  refuse(call: string, status: 480 | 486 | 488 | 603): void {
    const incoming = this.#calls.get(call)
    if (incoming instanceof IncomingCall) incoming.refuse(status)
  }

  end(call: string, cause?: number): void {
    this.#calls.get(call)?.end(cause)
  }

  endAll(): void {
    for (const call of [...this.#calls.values()]) call.end()
  }

  watchRoom(call: string): void {
    this.#room(call)?.watch()
  }

  inviteToRoom(call: string, who: string): void {
    this.#room(call)?.invite(who)
  }

  sendPage(peer: string, contentType: string, body: string): string {
    checkPage({ contentType, body })
    const page = randomToken(this.#env, 8)
    const report = (error: SipError | null) => {
      if (this.#pages.delete(page)) this.#tell({ type: 'pageResult', page, error })
    }
    this.#pages.set(page, report)
    const target = this.#target(peer)
    if (target instanceof SipError) report(target)
    else {
      const callId = randomToken(this.#env, 16)
      sendPage(this.#over.userAgent, target.uri, callId, { contentType, body }, report)
    }
    return page
  }

  /** An INVITE has come. */
  receive(invitation: Invitation): void {
    const refuse = (statusCode: number, extraHeaders: string[] = []) =>
      settle(invitation.reject({ statusCode, extraHeaders }))
    const { request } = invitation
    // sip.js does not look at Require (RFC 3261 §8.2.2.3). Nothing that may be in it is supported.
    const required = request.getHeaders('require').join(', ')
    if (required !== '') return refuse(420, [`Unsupported: ${required}`])
    const peer = senderOf(request)
    if (peer === null) return refuse(400)
    if (this.#calls.size >= CALLS_MAX) return refuse(486)
    const type = request.getHeader('content-type') ?? ''
    const description = this.#description('answerer')
    // An INVITE without offer asks us to offer; whoever does that is a phone system, not a chat.
    if (request.body !== '' && !description.hasDescription(type)) return refuse(415)
    let remote: MsrpDescription
    try {
      remote = readMedia(request.body).chat
    } catch {
      return refuse(488)
    }
    const id = randomToken(this.#env, 8)
    const call = new IncomingCall(id, invitation, description, peer, this.#host)
    this.#calls.set(id, call)
    call.ring()
    this.#tell({ type: 'incoming', call: id, peer, remote })
  }

  /** A MESSAGE has come. */
  receivePage(message: Message): void {
    const peer = senderOf(message.request)
    if (peer === null) return settle(message.reject({ statusCode: 400 }))
    settle(message.accept())
    const contentType = message.request.getHeader('content-type') ?? 'text/plain'
    this.#tell({ type: 'page', peer, contentType, body: message.request.body })
  }

  /**
   * A REFER outside a session has come. It is told, never followed by itself. There is no subscription
   * for it (RFC 4488): nobody learns from us whether the person went.
   */
  receiveReferral(referral: IncomingReferRequest): void {
    const { message } = referral
    const peer = senderOf(message)
    const target = parseNameAddr(message.getHeader('refer-to') ?? '')
    const to = target === null ? null : parseAddress(target.uri)
    const method = /[;?]method=(\w+)/i.exec(`${target?.uri}${target?.params}`)?.[1] ?? 'INVITE'
    if (peer === null || to === null) referral.reject({ statusCode: 400 })
    else if (method.toUpperCase() !== 'INVITE') referral.reject({ statusCode: 603 })
    else {
      referral.accept({ statusCode: 202, extraHeaders: ['Refer-Sub: false'] })
      this.#tell({ type: 'referral', peer, to })
    }
  }

  /** An UPDATE has come. @returns false if it is of no session of ours */
  receiveUpdate(request: IncomingRequestMessage): boolean {
    return [...this.#calls.values()].some((call) => call.update(request))
  }

  /** The flow is gone; what stands is refreshed when another is there. */
  lost(error: SipError): void {
    this.#stale = true
    for (const call of [...this.#calls.values()]) call.flowLost(error)
    for (const room of this.#rooms.values()) room.lost(error)
    for (const report of [...this.#pages.values()]) report(error)
  }

  /** The account is registered. */
  back(): void {
    if (!this.#stale) return
    this.#stale = false
    for (const call of this.#calls.values()) call.refresh()
    for (const room of this.#rooms.values()) room.back()
  }

  #forget(id: string): void {
    this.#rooms.get(id)?.close()
    this.#rooms.delete(id)
    this.#calls.delete(id)
  }

  #room(id: string): Room | null {
    const address = this.#calls.get(id)?.room ?? null
    const uri = address === null ? undefined : UserAgent.makeURI(address)
    if (uri === undefined) return null
    const { userAgent, own } = this.#over
    const room = this.#rooms.get(id) ?? new Room(id, { userAgent, uri, own }, this.#env, this.#tell)
    this.#rooms.set(id, room)
    return room
  }

  /** Where to send a request for this peer; an error if there is no way. */
  #target(peer: string): { readonly address: string; readonly uri: URI } | SipError {
    const address = parseAddress(peer)
    const uri = address === null ? undefined : UserAgent.makeURI(address)
    if (address === null || uri === undefined) {
      return new SipError('SIP_UNKNOWN_PEER', 'This is not a SIP address.')
    }
    if (!this.#over.userAgent.isConnected()) {
      return new SipError('SIP_CONNECTION_LOST', 'There is no connection.')
    }
    return { address, uri }
  }

  #description(side: 'offerer' | 'answerer'): MsrpDescriptionHandler {
    // A decimal below 2^48: RFC 4566 §5.2 allows more, JavaScript and some peers do not.
    const sessionId = BigInt(`0x${randomToken(this.#env, 6)}`).toString()
    const origin = this.#over.userAgent.configuration.viaHost
    return new MsrpDescriptionHandler(side, { sessionId, origin })
  }
}
