import {
  MsrpConnection,
  type MsrpConnectionDoor,
  type MsrpSessionEvent,
  newSessionUri,
  opened,
} from '../msrp/index.ts'
import {
  type MsrpDescription,
  type Registration,
  SipAgent,
  type SipAgentDoor,
  type SipEvent,
  type SipPeer,
  type SipSocket,
} from '../sip/index.ts'
import { userOf } from './address.ts'
import { type Berth, Channel, type ChannelEvent, type Line } from './channel.ts'
import type { ChatAccount, ChatEnv } from './client-door.ts'
import { ACCEPT_TYPES } from './envelope.ts'
import type { AccountState, Sink } from './events.ts'
import { faultOf } from './faults.ts'
import { LINGER_MS } from './limits.ts'
import { type MessageServer, messageServerOf, withFraming } from './message-server.ts'

/** Someone calls: take it, refuse it, or hear that it was withdrawn. */
export interface Invitation {
  readonly peer: SipPeer
  take(sink: Sink<ChannelEvent>): Channel
  refuse(status: 480 | 486 | 488 | 603): void
}

export type ConnectionEvent =
  | { readonly type: 'account'; readonly account: AccountState }
  | { readonly type: 'invitation'; readonly invitation: Invitation }
  | { readonly type: 'withdrawn'; readonly invitation: Invitation }
  | Extract<SipEvent, { type: 'page' }>

/**
 * What one account has of the network: its registration, and the one MSRP connection that all its
 * sessions share, opened when the first is needed. A provider's relay takes one session for each.
 */
export class AccountConnection implements Line {
  readonly #account: ChatAccount
  readonly #env: ChatEnv
  readonly #sink: Sink<ConnectionEvent>
  readonly #server: MessageServer
  readonly #agent: SipAgentDoor
  readonly #channels = new Map<string, Channel>()
  readonly #invitations = new Map<string, Invitation>()
  #isOnline = false
  #wire: Promise<MsrpConnectionDoor> | null = null
  #berths = 0
  #cancelLinger = () => {}

  constructor(account: ChatAccount, env: ChatEnv, sink: Sink<ConnectionEvent>) {
    this.#account = account
    this.#env = env
    this.#server = messageServerOf(account.server)
    this.#sink = sink
    // The DOM types callbacks with arguments that sip does not look at.
    const connect = (url: string) => {
      const socket = env.connect(url, 'sip')
      socket.binaryType = 'arraybuffer'
      return socket as SipSocket
    }
    this.#agent = new SipAgent(account, { ...env, connect }, (event) => this.#onSip(event))
  }

  get isOnline(): boolean {
    return this.#isOnline
  }

  start(): void {
    this.#agent.start()
  }

  async stop(): Promise<void> {
    this.#isOnline = false
    this.#dropWire()
    await this.#agent.stop()
  }

  probe(): void {
    this.#agent.probe()
  }

  call(peer: string, sink: Sink<ChannelEvent>): Channel {
    return Channel.place(this, peer, sink)
  }

  async reserve(sink: Sink<MsrpSessionEvent>): Promise<Berth> {
    this.#cancelLinger()
    const connection = this.#server.isShared ? await this.#shared() : await this.#connect()
    const { address, password } = this.#account
    const uri = newSessionUri(this.#env.random)
    try {
      const { usePath } = await connection.authenticate({
        relay: this.#server.relay,
        uri,
        username: userOf(address),
        password,
        through: [],
      })
      const setup = { uri, usePath, acceptTypes: ACCEPT_TYPES }
      const session = connection.open(setup, (event) => {
        if (event.type === 'closed') this.#left(connection)
        sink(event)
      })
      this.#berths += 1
      return { session, path: [...usePath].reverse().concat(uri) }
    } catch (error) {
      if (!this.#server.isShared) connection.close()
      throw error
    }
  }

  invite(channel: Channel, peer: string, offer: MsrpDescription): string {
    const call = this.#agent.invite(peer, offer)
    this.#channels.set(call, channel)
    return call
  }

  answer(call: string, answer: MsrpDescription): void {
    this.#agent.accept(call, answer)
  }

  refuse(call: string, status: 480 | 486 | 488 | 603): void {
    this.#invitations.delete(call)
    this.#channels.delete(call)
    this.#agent.refuse(call, status)
  }

  hangUp(call: string): void {
    this.#channels.delete(call)
    this.#agent.end(call)
  }

  #onSip(event: SipEvent): void {
    switch (event.type) {
      case 'registration':
        this.#onRegistration(event.registration)
        return
      case 'incoming': {
        const invitation = this.#invitation(event.call, event.peer, event.remote)
        this.#invitations.set(event.call, invitation)
        this.#sink({ type: 'invitation', invitation })
        return
      }
      case 'ringing':
        return
      case 'established':
        this.#channels.get(event.call)?.established(event.peer, event.remote, event.active)
        return
      case 'peer':
        this.#channels.get(event.call)?.peerChanged(event.peer)
        return
      case 'ended': {
        const channel = this.#channels.get(event.call)
        const invitation = this.#invitations.get(event.call)
        this.#channels.delete(event.call)
        this.#invitations.delete(event.call)
        if (invitation) this.#sink({ type: 'withdrawn', invitation })
        channel?.ended(event.by, event.error)
        return
      }
      case 'page':
        this.#sink(event)
    }
  }

  #onRegistration(registration: Registration): void {
    const account = accountState(registration)
    const wasOnline = this.#isOnline
    this.#isOnline = account.state === 'online'
    // Both connections go to one server: what broke the one has broken the other, or soon will.
    if (wasOnline && account.state === 'offline') this.#dropWire()
    this.#sink({ type: 'account', account })
  }

  #invitation(call: string, peer: SipPeer, remote: MsrpDescription): Invitation {
    return {
      peer,
      take: (sink) => {
        this.#invitations.delete(call)
        const channel = Channel.take(this, call, peer, remote, sink)
        this.#channels.set(call, channel)
        return channel
      },
      refuse: (status) => this.refuse(call, status),
    }
  }

  async #shared(): Promise<MsrpConnectionDoor> {
    const before = this.#wire
    const connection = await before?.catch(() => null)
    if (connection?.isOpen) return connection
    if (this.#wire === before) this.#wire = null // Whoever waited with us may have renewed it.
    this.#wire ??= this.#connect()
    return this.#wire
  }

  async #connect(): Promise<MsrpConnectionDoor> {
    const { url, framing } = this.#server
    const wire = await opened(this.#env.connect(url, 'msrp'))
    return new MsrpConnection(withFraming(wire, framing), this.#env)
  }

  /** A session is over. */
  #left(connection: MsrpConnectionDoor): void {
    this.#berths -= 1
    if (!this.#server.isShared) return connection.close()
    if (this.#berths > 0) return
    this.#cancelLinger()
    this.#cancelLinger = this.#env.after(LINGER_MS, () => {
      if (this.#berths === 0) this.#dropWire()
    })
  }

  #dropWire(): void {
    this.#cancelLinger()
    const wire = this.#wire
    this.#wire = null
    wire?.then(
      (connection) => connection.close(),
      () => {},
    )
  }
}

function accountState(registration: Registration): AccountState {
  switch (registration.state) {
    case 'registered':
      return { state: 'online' }
    case 'offline':
      return {
        state: 'offline',
        fault: faultOf(registration.error),
        retryInMs: registration.retryInMs,
      }
    case 'refused':
      return { state: 'refused', fault: faultOf(registration.error) }
    default:
      return { state: 'connecting' }
  }
}
