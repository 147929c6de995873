import { type Registerer, RegistererState, TransportState, type UserAgent } from 'sip.js'
import { parseAddress } from './address.ts'
import type { SipAgentDoor, SipClock, SipSink } from './agent-door.ts'
import { Calls } from './calls.ts'
import { type MsrpDescription, SipError } from './events.ts'
import { HostHooks } from './host-hooks.ts'
import { OrderedSink } from './ordered-sink.ts'

/** The account of a softphone that has a connection and a registration of its own. */
export interface HostAccount {
  /** `sip:user@domain`, the same that its user agent goes by. */
  readonly address: string
  /** What registers it. Without one, the account counts as registered while there is a connection. */
  readonly registerer?: Registerer
}

/**
 * Chat beside what a softphone does already, over its user agent. The host connects, registers and
 * stops it; its credentials are used; its sessions stay as they are. From `start` to `stop`:
 *
 * - An INVITE that offers a chat and nothing else comes to us, every other one to the host.
 * - A MESSAGE outside a session comes to us, unless the host's delegate has `onMessage`.
 * - Everything else is the host's. Its delegate and its session description handler factory must be
 *   in place before `start`, and stay.
 *
 * `probe` does nothing: the connection is the host's. `registered` says 0 s.
 *
 * @throws TypeError if `account.address` is not that of the user agent
 */
export function attachToUserAgent(
  userAgent: UserAgent,
  account: HostAccount,
  env: SipClock,
  sink: SipSink,
): SipAgentDoor {
  return new EmbeddedAgent(userAgent, account, env, sink)
}

class EmbeddedAgent implements SipAgentDoor {
  readonly #userAgent: UserAgent
  readonly #registerer: Registerer | null
  readonly #hooks: HostHooks
  readonly #calls: Calls
  readonly #events: OrderedSink
  #state: 'stopped' | 'away' | 'registered' = 'stopped'
  readonly #look = () => this.#onHost()

  constructor(userAgent: UserAgent, account: HostAccount, env: SipClock, sink: SipSink) {
    const own = parseAddress(account.address)
    if (own === null || own !== parseAddress(userAgent.configuration.uri.toString())) {
      throw new TypeError('account.address is not that of the user agent')
    }
    this.#userAgent = userAgent
    this.#registerer = account.registerer ?? null
    this.#events = new OrderedSink(sink)
    this.#hooks = new HostHooks(userAgent, {
      onInvite: (invitation) => this.#calls.receive(invitation),
      onMessage: (message) => this.#calls.receivePage(message),
      onUpdate: (request) => this.#calls.receiveUpdate(request),
    })
    const { withdrawn } = this.#hooks
    this.#calls = new Calls({ userAgent, withdrawn, own }, env, this.#events.tell)
  }

  start(): void {
    if (this.#state !== 'stopped') return
    this.#events.isSilent = false
    this.#state = 'away'
    this.#hooks.attach()
    this.#userAgent.transport.stateChange.addListener(this.#look)
    this.#registerer?.stateChange.addListener(this.#look)
    this.#events.tell({ type: 'registration', registration: { state: 'connecting' } })
    this.#onHost()
  }

  async stop(): Promise<void> {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#calls.endAll()
    this.#userAgent.transport.stateChange.removeListener(this.#look)
    this.#registerer?.stateChange.removeListener(this.#look)
    this.#hooks.detach()
    this.#events.tell({ type: 'registration', registration: { state: 'unregistered' } })
    await Promise.resolve() // The last events are on their way already; let them arrive.
    this.#events.isSilent = true
  }

  probe(): void {}

  /** @throws TypeError if the offer cannot be written as SDP */
  invite(peer: string, offer: MsrpDescription): string {
    return this.#calls.invite(peer, offer)
  }

  accept(call: string, answer: MsrpDescription): void {
    this.#calls.accept(call, answer)
  }

  refuse(call: string, status: 480 | 486 | 488 | 603): void {
    this.#calls.refuse(call, status)
  }

  end(call: string, cause?: number): void {
    this.#calls.end(call, cause)
  }

  watchRoom(call: string): void {
    this.#calls.watchRoom(call)
  }

  inviteToRoom(call: string, who: string): void {
    this.#calls.inviteToRoom(call, who)
  }

  sendPage(peer: string, contentType: string, body: string): string {
    return this.#calls.sendPage(peer, contentType, body)
  }

  /** The host's connection or registration may have changed. */
  #onHost(): void {
    const { state } = this.#userAgent.transport
    const isRegistered =
      this.#registerer === null || this.#registerer.state === RegistererState.Registered
    if (this.#state === 'away' && state === TransportState.Connected && isRegistered) {
      this.#state = 'registered'
      this.#events.tell({ type: 'registration', registration: { state: 'registered', expires: 0 } })
      this.#calls.back()
    } else if (this.#state === 'registered' && state !== TransportState.Connected) {
      this.#leave(new SipError('SIP_CONNECTION_LOST', 'The connection was lost.'))
    } else if (this.#state === 'registered' && !isRegistered) {
      this.#leave(new SipError('SIP_SERVER', 'The account is no longer registered.'))
    }
  }

  #leave(error: SipError): void {
    this.#state = 'away'
    if (error.code === 'SIP_CONNECTION_LOST') this.#calls.lost(error)
    const registration = { state: 'offline', error, retryInMs: 0 } as const
    this.#events.tell({ type: 'registration', registration })
  }
}
