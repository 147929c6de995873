import { type Invitation, Inviter, type Message, UserAgent } from 'sip.js'
import { parseAddress } from './address.ts'
import type { SipAccount, SipAgentDoor, SipEnv, SipSink } from './agent-options.ts'
import { type Call, type CallHost, settle } from './call.ts'
import { MsrpDescriptionHandler } from './description-handler.ts'
import { type MsrpDescription, SipError, type SipEvent } from './events.ts'
import { IncomingCall } from './incoming-call.ts'
import { CALLS_MAX } from './limits.ts'
import { OutgoingCall } from './outgoing-call.ts'
import { senderOf } from './peer.ts'
import { randomToken } from './random.ts'
import { registerSender } from './register-request.ts'
import { RegistrationKeeper } from './registration.ts'
import { readMedia } from './sdp.ts'
import { createStack, type Stack } from './user-agent.ts'

/**
 * One SIP account over one WebSocket: registered, calling and callable.
 *
 * Events come one at a time and never from within a call to this class. A call that stands when the
 * socket is lost goes on, since its messages travel elsewhere; when the account is registered again,
 * a re-INVITE repairs its route or shows that it is over. Calls that were being set up end.
 *
 * @throws TypeError if the account's address or instance id is malformed
 */
export class SipAgent implements SipAgentDoor {
  readonly #env: SipEnv
  readonly #stack: Stack
  readonly #registration: RegistrationKeeper
  readonly #calls = new Map<string, Call>()
  readonly #host: CallHost
  readonly #sink: SipSink
  /** True once the flow was lost under standing calls, until they have been refreshed. */
  #stale = false
  #silent = false

  constructor(account: SipAccount, env: SipEnv, sink: SipSink) {
    this.#env = env
    this.#sink = sink
    const transportSink = {
      opened: () => this.#registration.opened(),
      lost: (error: SipError) => this.#onLost(error),
      alive: () => this.#registration.alive(),
      doubtful: () => this.#registration.doubtful(),
    }
    this.#stack = createStack(account, env, transportSink, {
      onInvite: (invitation) => this.#onInvite(invitation),
      onMessage: (message) => this.#onMessage(message),
    })
    const { userAgent, transport } = this.#stack
    const send = registerSender(userAgent, account, randomToken(env, 16))
    const flow = {
      connect: () => settle(transport.connect()),
      disconnect: () => settle(transport.disconnect()),
      abandon: (error: SipError) => transport.abandon(error),
      probe: () => transport.probe(),
      keepAliveWithin: (seconds: number | null) => transport.keepAliveWithin(seconds),
    }
    this.#registration = new RegistrationKeeper(flow, send, env, (registration) => {
      this.#tell({ type: 'registration', registration })
      if (registration.state === 'registered') this.#refreshCalls()
    })
    this.#host = {
      env,
      tell: (event) => this.#tell(event),
      forget: (id) => this.#calls.delete(id),
    }
  }

  start(): void {
    this.#silent = false
    settle(this.#stack.userAgent.start())
    this.#registration.start()
  }

  async stop(): Promise<void> {
    for (const call of [...this.#calls.values()]) call.end()
    await this.#registration.stop()
    settle(this.#stack.userAgent.stop())
    await Promise.resolve() // The last events are on their way already; let them arrive.
    this.#silent = true
  }

  probe(): void {
    this.#registration.probe()
  }

  /** @throws TypeError if the offer cannot be written as SDP */
  invite(peer: string, offer: MsrpDescription): string {
    const description = this.#description('offerer')
    description.describe(offer)
    const id = randomToken(this.#env, 8)
    const address = parseAddress(peer)
    const target = address === null ? undefined : UserAgent.makeURI(address)
    if (address === null || target === undefined) {
      return this.#stillborn(id, new SipError('SIP_UNKNOWN_PEER', 'This is not a SIP address.'))
    }
    if (!this.#stack.transport.isConnected()) {
      return this.#stillborn(id, new SipError('SIP_CONNECTION_LOST', 'There is no connection.'))
    }
    // `callId` reaches the request, though sip.js does not declare it.
    const params: { callId: string; fromTag?: string } = { callId: randomToken(this.#env, 16) }
    const inviter = new Inviter(this.#stack.userAgent, target, { params })
    const call = new OutgoingCall(
      id,
      inviter,
      description,
      { address, displayName: null, isFocus: false, userAgent: null },
      this.#host,
      this.#stack.withdrawn,
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

  end(call: string): void {
    this.#calls.get(call)?.end()
  }

  /**
   * Later, in order: the consumer may call back at once without finding sip.js in the middle of
   * something, and an exception of the consumer is not mistaken for one of the peer.
   */
  #tell(event: SipEvent): void {
    queueMicrotask(() => {
      if (!this.#silent) this.#sink(event)
    })
  }

  #stillborn(call: string, error: SipError): string {
    const by = error.code === 'SIP_UNKNOWN_PEER' ? 'local' : 'network'
    this.#tell({ type: 'ended', call, by, error })
    return call
  }

  #description(side: 'offerer' | 'answerer'): MsrpDescriptionHandler {
    // A decimal below 2^48: RFC 4566 §5.2 allows more, JavaScript and some peers do not.
    const sessionId = BigInt(`0x${randomToken(this.#env, 6)}`).toString()
    return new MsrpDescriptionHandler(side, { sessionId, origin: this.#stack.host })
  }

  #onInvite(invitation: Invitation): void {
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

  #onMessage(message: Message): void {
    const peer = senderOf(message.request)
    if (peer === null) return settle(message.reject({ statusCode: 400 }))
    settle(message.accept())
    const contentType = message.request.getHeader('content-type') ?? 'text/plain'
    this.#tell({ type: 'page', peer, contentType, body: message.request.body })
  }

  #onLost(error: SipError): void {
    this.#stale = true
    for (const call of [...this.#calls.values()]) call.flowLost(error)
    this.#registration.lost(error)
  }

  #refreshCalls(): void {
    if (!this.#stale) return
    this.#stale = false
    for (const call of this.#calls.values()) call.refresh()
  }
}
