import type { SipAgentDoor, SipEvent } from '../../sip/index.ts'
import type { Xml } from '../clients/xml.ts'
import { ending } from '../ending.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'
import { jidOf, parseJid, sipOf } from './address.ts'
import { ChatBridge, type ChatBridgeHost } from './chat-bridge.ts'
import { XmppComponent } from './component.ts'
import type { GatewayFaults } from './faults.ts'
import { type Middle, NOBODY_BETWEEN } from './middle.ts'
import { answerTo, Presences, RESOURCE } from './presence.ts'
import { RelayPort } from './relay-port.ts'
import { type GuestHost, SipGuest } from './sip-guest.ts'
import { type ChatStanza, readMessage } from './stanzas.ts'
import { SipTrunk, type TrunkOptions, type TrunkUser } from './trunk.ts'
import { XmppGuest } from './xmpp-guest.ts'

export interface GatewayOptions {
  /** Its component domains are the SIP domains that we stand for. */
  readonly xmpp: XmppServer
  /** A SIP server with a trunk to us for `xmpp.domain` and `xmpp.roomsDomain`. */
  readonly sip: TrunkOptions
  readonly faults?: GatewayFaults
  /** Who stands between the two of a chat. Asked once for each pair. */
  readonly middle?: (jid: string, sip: string) => Middle
  /** A session in which nothing is said ends then. Default: 10 minutes. */
  readonly inactivityMs?: number
  /** How long a receipt is waited for. Default: 30 s, as the deployed gateway does. */
  readonly receiptTimeoutMs?: number
  /** Sees every stanza that comes from the server or goes to it. */
  readonly tap?: (stanza: Xml) => void
}

/**
 * A SIP–XMPP gateway (RFC 7247, 7572, 7573, 7702): an XMPP component on one side, on the other a SIP
 * trunk with our own `sip` and `msrp`. `sip:bob@xmpp.test` is `bob@xmpp.test`, and `alice@sip.test` is
 * `sip:alice@sip.test`.
 */
export class Gateway {
  readonly #options: GatewayOptions
  #up: Up | null = null

  constructor(options: GatewayOptions) {
    this.#options = options
  }

  static async start(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options)
    await gateway.start()
    return gateway
  }

  /** Both sides are connected when it resolves. */
  async start(): Promise<void> {
    this.#up = await Up.start(this.#options)
  }

  /** Whether SIP finds us: not while its server is away. */
  get isRegistered(): boolean {
    return this.#up?.isRegistered === true
  }

  /** Hangs up everywhere, tells everybody, and leaves. Knows nothing of it after the next start. */
  async stop(): Promise<void> {
    await this.#up?.stop()
    this.#up = null
  }

  /** Ends as a power cut does: nobody hears of it. */
  crash(): void {
    this.#up?.cut()
    this.#up = null
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }
}

/** A gateway from one start to its end. */
class Up {
  readonly #options: GatewayOptions
  readonly #trunk: SipTrunk
  readonly #relay: RelayPort
  readonly #components = new Map<string, XmppComponent>()
  readonly #presences = new Presences((stanza) => this.#toXmpp(stanza))
  /** By `jid sip-jid`, both bare. */
  readonly #chats = new Map<string, ChatBridge>()
  readonly #middles: Middle[] = []
  /** Whoever asks now is not answered: after its last word nobody is there. */
  #isLeaving = false
  /** SIP users in XMPP rooms and XMPP users in SIP rooms, by `room guest`, both bare. */
  readonly #sipGuests = new Map<string, SipGuest>()
  readonly #xmppGuests = new Map<string, XmppGuest>()

  private constructor(options: GatewayOptions) {
    this.#options = options
    this.#relay = new RelayPort(options.sip)
    this.#trunk = new SipTrunk(options.sip, {
      userAt: (address) => this.#userAt(address),
      onEvent: (address, event) => this.#onSip(address, event),
      onRequest: (request) => this.#onSubscribe(request),
    })
  }

  static async start(options: GatewayOptions): Promise<Up> {
    const up = new Up(options)
    const { componentPort: port, componentSecret: secret, componentDomains } = options.xmpp
    const connect = async () => {
      await up.#trunk.start()
      for (const domain of componentDomains) {
        const onStanza = (stanza: Xml) => up.#onStanza(stanza)
        up.#components.set(domain, await XmppComponent.connect({ port, domain, secret }, onStanza))
      }
    }
    await connect().catch(ending(() => up.cut()))
    return up
  }

  get isRegistered(): boolean {
    return this.#trunk.isRegistered
  }

  async stop(): Promise<void> {
    this.#isLeaving = true
    this.#presences.all('unavailable')
    for (const chat of this.#chats.values()) chat.end()
    for (const guest of this.#sipGuests.values()) guest.leave()
    for (const guest of this.#xmppGuests.values()) guest.leave()
    for (const middle of this.#middles) middle.dispose()
    await this.#trunk.stop()
    this.#relay.close('close')
    for (const component of this.#components.values()) await component.close()
  }

  cut(): void {
    for (const component of this.#components.values()) component.cut()
    this.#trunk.cut()
    this.#relay.close('cut')
    for (const chat of this.#chats.values()) chat.drop()
    for (const middle of this.#middles) middle.dispose()
  }

  // From XMPP

  #onStanza(stanza: Xml): void {
    this.#options.tap?.(stanza)
    if (this.#isLeaving) return
    const [from, to] = [parseJid(stanza.attributes['from']!), parseJid(stanza.attributes['to']!)]
    if (stanza.name === 'iq') {
      const answer = answerTo(stanza)
      if (answer !== null) this.#toXmpp(answer)
    } else if (from.domain === this.#options.xmpp.roomsDomain) {
      this.#sipGuests.get(`${from.bare} ${to.bare}`)?.fromXmpp(stanza)
    } else if (to.domain.startsWith('conference.')) this.#toRoom(stanza)
    else if (stanza.name === 'presence') this.#onPresence(stanza)
    else if (stanza.name === 'message') this.#onMessage(readMessage(stanza))
  }

  #onPresence(stanza: Xml): void {
    const { from = '', type } = stanza.attributes
    this.#presences.receive(stanza)
    if (type === 'unavailable') for (const chat of this.#chats.values()) chat.clientLeft(from)
  }

  #toRoom(stanza: Xml): void {
    const { from = '', to = '', type } = stanza.attributes
    const room = parseJid(to)
    const key = `${room.bare} ${parseJid(from).bare}`
    const guest = this.#xmppGuests.get(key)
    if (guest !== undefined) return guest.fromXmpp(stanza)
    if (stanza.name !== 'presence' || type !== undefined || room.resource === null) return
    const agent = this.#trunk.agent(sipOf(parseJid(from).bare))
    const made = new XmppGuest(room.bare, from, room.resource, {
      ...this.#guestHost(agent),
      onLeft: () => this.#xmppGuests.delete(key),
    })
    this.#xmppGuests.set(key, made)
    made.enter().catch(() => made.leave())
  }

  #onMessage(message: ChatStanza): void {
    const { from, to, type, body } = message
    const chat = this.#chat(from, to)
    // RFC 7572: a message that is no chat goes without a session, unless there is one.
    if (type === 'normal' && body !== null && !chat.isOpen) chat.pageFromXmpp(message)
    else chat.fromXmpp(message)
  }

  #toXmpp(stanza: Xml): void {
    this.#options.tap?.(stanza)
    this.#components.get(parseJid(stanza.attributes['from'] ?? '').domain)?.send(stanza)
  }

  // From SIP

  /** Everybody of the XMPP server's domain has an address; whether they exist it will say itself. */
  #userAt(address: string): TrunkUser | null {
    const { domain, roomsDomain } = this.#options.xmpp
    const host = address.slice(address.lastIndexOf('@') + 1)
    if (host !== domain && host !== roomsDomain) return null
    return { address, isFocus: host === roomsDomain }
  }

  #onSip(address: string, event: SipEvent): void {
    if (event.type === 'registration') return
    const jid = jidOf(address)!
    if (event.type === 'incoming' && parseJid(jid).domain === this.#options.xmpp.roomsDomain) {
      this.#enter(jid, event)
      return
    }
    if (event.type === 'incoming' || event.type === 'page') {
      this.#chat(jid, jidOf(event.peer.address)!).fromSip(event)
      return
    }
    for (const [pair, chat] of this.#chats) if (pair.startsWith(`${jid} `)) chat.fromSip(event)
    for (const guest of this.#sipGuests.values()) guest.fromSip(event)
    for (const guest of this.#xmppGuests.values()) guest.fromSip(event)
  }

  #enter(room: string, { call, peer, remote }: Extract<SipEvent, { type: 'incoming' }>): void {
    const jid = jidOf(peer.address)!
    const key = `${room} ${jid}`
    this.#sipGuests.get(key)?.leave()
    const guest = new SipGuest(room, `${jid}/${RESOURCE}`, call, {
      ...this.#guestHost(this.#trunk.agent(sipOf(room))),
      onLeft: () => this.#sipGuests.delete(key),
    })
    this.#sipGuests.set(key, guest)
    guest.take(remote).catch(() => guest.leave())
  }

  /** Who is in a room is asked for beside the session, and answered beside sip.js. */
  #onSubscribe(request: string): boolean {
    const room = jidOf(/^SUBSCRIBE (\S+)/.exec(request)?.[1] ?? '')
    const from = jidOf(/^From:.*<([^>]+)>/im.exec(request)?.[1] ?? '')
    const guest = this.#sipGuests.get(`${room} ${from}`)
    guest?.subscribe(request)
    return guest !== undefined
  }

  #guestHost(agent: SipAgentDoor): Omit<GuestHost, 'onLeft'> {
    return {
      agent,
      relay: this.#relay,
      sendStanza: (stanza) => this.#toXmpp(stanza),
      sendSip: (message) => this.#trunk.send(message),
    }
  }

  #chat(jid: string, sipJid: string): ChatBridge {
    const [xmpp, sip] = [parseJid(jid).bare, parseJid(sipJid).bare]
    const pair = `${xmpp} ${sip}`
    const known = this.#chats.get(pair)
    if (known !== undefined) return known
    const made = new ChatBridge(
      xmpp,
      { address: sipOf(sip), jid: `${sip}/${RESOURCE}` },
      this.#hostOf(xmpp, sip),
    )
    this.#chats.set(pair, made)
    return made
  }

  #hostOf(jid: string, sip: string): ChatBridgeHost {
    const { faults = {}, middle: between, inactivityMs = 600_000 } = this.#options
    const { receiptTimeoutMs = 30_000 } = this.#options
    const middle = between?.(jid, sip) ?? NOBODY_BETWEEN
    this.#middles.push(middle)
    const sendStanza = (stanza: Xml) => this.#toXmpp(stanza)
    const agent = this.#trunk.agent(sipOf(jid))
    return { agent, relay: this.#relay, sendStanza, faults, middle, inactivityMs, receiptTimeoutMs }
  }
}
