import type { MsrpSessionEvent } from '../msrp/index.ts'
import {
  type MsrpDescription,
  type Registration,
  SipAgent,
  type SipAgentDoor,
  type SipEnv,
  type SipEvent,
  type SipPeer,
  type SipSocket,
} from '../sip/index.ts'
import { type Berth, Channel, type ChannelEvent, type Line } from './channel.ts'
import type { ChatAccount, ChatEnv, ChatSetup } from './client-door.ts'
import type { AccountRoute, AccountState, ChatFault, Sink } from './events.ts'
import { faultOf } from './faults.ts'
import type { FileWires } from './file-leg.ts'
import { FileLine, type FileLineEvent } from './file-line.ts'
import type { MessageServer } from './message-server.ts'
import { Relays } from './relays.ts'
import { hearTunnel, readTunnel, type TunnelNote, tunnelFault } from './tunnel-notes.ts'

/** Someone calls: take it, refuse it, or hear that it was withdrawn. */
export interface Invitation {
  readonly peer: SipPeer
  /** We called our own address, and the call has come back to ourselves. */
  readonly isEcho: boolean
  /** A connection check calls its own account: nobody is there to chat with. */
  readonly isCheck: boolean
  take(sink: Sink<ChannelEvent>): Channel
  refuse(status: 480 | 486 | 488 | 603): void
}

export type ConnectionEvent =
  | { readonly type: 'account'; readonly account: AccountState }
  | { readonly type: 'invitation'; readonly invitation: Invitation }
  | { readonly type: 'withdrawn'; readonly invitation: Invitation }
  | { readonly type: 'route'; readonly route: AccountRoute }
  | Extract<SipEvent, { type: 'page' | 'referral' }>
  | FileLineEvent

/** What one account has of the network: its registration, and its way to a relay. */
export class AccountConnection implements Line {
  readonly files: FileLine
  readonly #sink: Sink<ConnectionEvent>
  readonly #relays: Relays
  readonly #agent: SipAgentDoor
  readonly #channels = new Map<string, Channel>()
  readonly #invitations = new Map<string, Invitation>()
  /** Own MSRP URI of each session that we offered, by call. */
  readonly #offered = new Map<string, string>()
  #isOnline = false
  #route: AccountRoute
  /** Why the tunnel to the provider was closed, if it was for a reason of its own. */
  #tunnelFault: ChatFault | null = null

  /** @param hosts - an agent of the host's, instead of one with a connection of its own */
  constructor(
    account: ChatAccount,
    env: ChatEnv,
    sink: Sink<ConnectionEvent>,
    hosts: ChatSetup['sipAgent'] = undefined,
  ) {
    this.#sink = sink
    this.#route = startRoute(account, hosts !== undefined)
    this.#relays = new Relays(account, env, (server) => this.#onRelay(server))
    const tell = (event: SipEvent) => this.#onSip(event)
    this.#agent = hosts?.(tell) ?? new SipAgent(account, this.#sipEnv(env), tell)
    const { after } = env
    const reserve: FileWires['reserve'] = (events, file) => this.#relays.reserve(events, file)
    this.files = new FileLine(this.#agent, { reserve, after }, sink)
  }

  get isOnline(): boolean {
    return this.#isOnline
  }

  start(): void {
    this.#agent.start()
  }

  async stop(): Promise<void> {
    this.#isOnline = false
    this.#relays.drop()
    await this.#agent.stop()
  }

  probe(): void {
    this.#agent.probe()
  }

  call(peer: string, sink: Sink<ChannelEvent>): Channel {
    return Channel.place(this, peer, sink)
  }

  /** Calls the own account, for a connection check alone. */
  callForCheck(own: string, sink: Sink<ChannelEvent>): Channel {
    return Channel.place(this, own, sink, [CHECK])
  }

  reserve(sink: Sink<MsrpSessionEvent>): Promise<Berth> {
    return this.#relays.reserve(sink)
  }

  invite(channel: Channel, peer: string, offer: MsrpDescription): string {
    const call = this.#agent.invite(peer, offer)
    this.#channels.set(call, channel)
    this.#offered.set(call, offer.path.at(-1)!)
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
    this.#offered.delete(call)
    this.#agent.end(call)
  }

  watchRoom(call: string): void {
    this.#agent.watchRoom(call)
  }

  inviteToRoom(call: string, who: string): void {
    this.#agent.inviteToRoom(call, who)
  }

  #onSip(event: SipEvent): void {
    if (this.files.hear(event)) return
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
      case 'moved':
        this.#channels.get(event.call)?.moved(event.remote, event.active)
        return
      case 'peer':
        this.#channels.get(event.call)?.peerChanged(event.peer)
        return
      case 'ended': {
        const channel = this.#channels.get(event.call)
        const invitation = this.#invitations.get(event.call)
        this.#channels.delete(event.call)
        this.#offered.delete(event.call)
        this.#invitations.delete(event.call)
        if (invitation) this.#sink({ type: 'withdrawn', invitation })
        channel?.ended(event.by, event.error)
        return
      }
      case 'roster':
        this.#channels.get(event.call)?.rosterCame(event.roster)
        return
      case 'roomInvitation':
        this.#channels.get(event.call)?.roomInvited(event.who, event.error)
        return
      case 'referral':
      case 'page':
        this.#sink(event)
    }
  }

  #onRegistration(registration: Registration): void {
    const account = accountState(registration, this.#tunnelFault)
    const wasOnline = this.#isOnline
    this.#isOnline = account.state === 'online'
    // Both connections go to one server: what broke the one has broken the other, or soon will.
    if (wasOnline && account.state === 'offline') this.#relays.drop()
    if (this.#isOnline) this.#sink({ type: 'route', route: this.#route })
    this.#sink({ type: 'account', account })
  }

  #invitation(call: string, peer: SipPeer, remote: MsrpDescription): Invitation {
    return {
      peer,
      isEcho: [...this.#offered.values()].includes(remote.path.at(-1)!),
      isCheck: remote.features?.includes(CHECK) ?? false,
      take: (sink) => {
        this.#invitations.delete(call)
        const channel = Channel.take(this, call, peer, remote, sink)
        this.#channels.set(call, channel)
        return channel
      },
      refuse: (status) => this.refuse(call, status),
    }
  }

  #sipEnv(env: ChatEnv): SipEnv {
    return {
      ...env,
      connect: (url) => {
        const socket = env.connect(url, 'sip')
        socket.binaryType = 'arraybuffer'
        if (readTunnel(url) !== null) hearTunnel(socket, (note) => this.#onTunnel(note))
        // The DOM types callbacks with arguments that sip does not look at.
        return socket as SipSocket
      },
    }
  }

  #onTunnel(note: TunnelNote): void {
    switch (note.note) {
      case 'connected':
        this.#tunnelFault = null
        this.#route = { ...this.#route, sip: note.host }
        return
      case 'relay':
        this.#relays.takePass({ username: note.user, password: note.password })
        return
      case 'closed':
        this.#tunnelFault = tunnelFault(note.code)
    }
  }

  #onRelay({ kind, url, relay }: MessageServer): void {
    const host = kind === 'provider' ? hostOf(relay) : hostOf(url)
    if (this.#route.relay === host && this.#route.relayKind === kind) return
    this.#route = { ...this.#route, relay: host, relayKind: kind }
    this.#sink({ type: 'route', route: this.#route })
  }
}

function startRoute(account: ChatAccount, isHosts: boolean): AccountRoute {
  const { server, found } = account
  const tunnel = readTunnel(server)
  return {
    kind: isHosts ? 'host' : (found ?? (tunnel === null ? 'given' : 'tunnel')),
    server: hostOf(server),
    sip: tunnel?.domain ?? hostOf(server),
    relay: null,
    relayKind: null,
  }
}

/** In `a=sotto-features`: see {@link Invitation.isCheck}. */
const CHECK = 'check'

/** Host and port of a URL, as people read them. */
function hostOf(url: string): string {
  return /^\w+:\/\/([^/;]+)/.exec(url)?.[1] ?? url
}

/** @param tunnel - what a tunnel said when it closed knows more than the agent does */
function accountState(registration: Registration, tunnel: ChatFault | null): AccountState {
  switch (registration.state) {
    case 'registered':
      return { state: 'online' }
    case 'offline':
      return {
        state: 'offline',
        fault: tunnel ?? faultOf(registration.error),
        retryInMs: registration.retryInMs,
      }
    case 'refused':
      return { state: 'refused', fault: faultOf(registration.error) }
    default:
      return { state: 'connecting' }
  }
}
