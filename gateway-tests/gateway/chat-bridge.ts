import {
  type MsrpMessage,
  type MsrpSessionEvent,
  newIdent,
  profileOf,
  readComposing,
  writeComposing,
} from '../../msrp/index.ts'
import {
  answerSetup,
  type MsrpDescription,
  type SipAgentDoor,
  type SipError,
  type SipEvent,
} from '../../sip/index.ts'
import { writeXml, type Xml, xml } from '../clients/xml.ts'
import { sipOf } from './address.ts'
import { COMPOSING, CPIM, open, type Parcel, seal, someone } from './envelope.ts'
import { conditionOf, statusOf } from './errors.ts'
import type { GatewayFaults } from './faults.ts'
import type { Middle } from './middle.ts'
import type { Berth, RelayPort } from './relay-port.ts'
import { type ChatStanza, type ChatState, errorFor } from './stanzas.ts'
import { clock } from './trunk.ts'
import { XmppLeg } from './xmpp-leg.ts'

/** What a bridge is given by its gateway. */
export interface ChatBridgeHost {
  /** The SIP user agent of the XMPP user. */
  readonly agent: SipAgentDoor
  readonly relay: RelayPort
  readonly sendStanza: (stanza: Xml) => void
  readonly faults: GatewayFaults
  /** Who reads and changes what passes. */
  readonly middle: Middle
  /** Without a word from either side the session ends: RFC 7573 §5 says about 10 minutes. */
  readonly inactivityMs: number
  /** A receipt that has not come by then will not: the report says 408. */
  readonly receiptTimeoutMs: number
}

interface Waiting {
  readonly message: MsrpMessage
  readonly stanza: ChatStanza
  readonly text: string
}

const TYPES = ['text/plain', 'text/html', COMPOSING]
/** Octets of a MESSAGE (RFC 3428 §8). */
const PAGE_MAX = 1300
/** What a server says when its user does not exist, or is away. */
const NOBODY_THERE = new Set(['item-not-found', 'service-unavailable', 'recipient-unavailable'])
const YES = { success: 'yes', failure: 'yes' } as const
const UNCONFIRMED = { success: 'no', failure: 'yes' } as const
const NONE = { success: 'no', failure: 'no' } as const

/** One SIP user's chat with one XMPP user (RFC 7573): an MSRP session and what it is in XMPP. */
export class ChatBridge {
  /** Addresses of both. */
  readonly #jid: string
  readonly #sip: { readonly address: string; readonly jid: string }
  readonly #host: ChatBridgeHost
  readonly #xmpp: XmppLeg
  #call: string | null = null
  #berth: Berth | null = null
  #isOpen = false
  readonly #waiting: Waiting[] = []
  /** By MSRP's Message-ID: the stanza that it was. */
  readonly #sent = new Map<string, ChatStanza>()
  /** By the id of the stanza that it became: MSRP's Message-ID, and how to give up on a receipt. */
  readonly #unreceived = new Map<string, { readonly id: string; readonly cancel: () => void }>()
  #givesReceipts = false
  #toldSip = false
  #cancelInactivity = () => {}
  #work: Promise<void> = Promise.resolve()

  /** @param jid - bare @param sip - the SIP user, with the JID that is used for them */
  constructor(jid: string, sip: { address: string; jid: string }, host: ChatBridgeHost) {
    this.#jid = jid
    this.#sip = sip
    this.#host = host
    this.#xmpp = new XmppLeg(sip.jid, jid, host.sendStanza)
  }

  /** A `<message/>` of the XMPP user. */
  fromXmpp(stanza: ChatStanza): void {
    this.#do(async () => {
      if (stanza.error !== null) return this.#refused(stanza)
      this.#xmpp.heard(stanza)
      if (stanza.receiptFor !== null) return this.#received(stanza)
      this.#givesReceipts ||= stanza.wantsReceipt
      if (stanza.state === 'gone') return this.end()
      if (stanza.body === null) return this.#composes(stanza.state)
      this.#toldSip = false
      const { toSip, toXmpp } = await this.#host.middle.fromXmpp(stanza.body)
      for (const text of toXmpp) this.#xmpp.say({ text, type: 'text/plain' })
      for (const text of toSip) this.#toSip(text, stanza)
    })
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** A `<message/>` to go without a session: a MESSAGE (RFC 7572). */
  pageFromXmpp(stanza: ChatStanza): void {
    const body = stanza.body ?? ''
    if (Buffer.byteLength(body) > PAGE_MAX) this.#bounce(stanza, 513)
    else this.#host.agent.sendPage(this.#sip.address, 'text/plain; charset=utf-8', body)
  }

  /** One of the XMPP user's clients has gone: with it went what was under way. */
  clientLeft(jid: string): void {
    if (this.#xmpp.leave(jid)) this.end()
  }

  /** SIP tells of a call between the two. */
  fromSip(event: SipEvent): void {
    if (event.type === 'incoming')
      this.#take(event.call, event.remote).catch(() => this.#over(null))
    if (event.type === 'page') this.#page(event.contentType, event.body)
    if (!('call' in event) || event.call !== this.#call) return
    if (event.type === 'established') {
      const { peer, remote, active } = event
      // Kamailio's relay takes no large frame, and most peers no second chunk.
      const { maxChunk } = profileOf({ userAgent: peer.userAgent, ...remote })
      const start = { remotePath: remote.path, active }
      this.#berth?.session.start(maxChunk === null ? start : { ...start, maxChunk })
    } else if (event.type === 'ended') this.#over(event.error)
  }

  /** Ends the session as the XMPP user's word (RFC 7573 §5). */
  end(): void {
    const call = this.#call
    this.#over(null)
    if (call !== null) this.#host.agent.end(call)
  }

  /** As a power cut does. */
  drop(): void {
    this.#call = null
    this.#waiting.length = 0
    this.#closeSession()
    this.#cancelInactivity()
  }

  /** One after the other, since whoever is in the middle takes time. */
  #do(task: () => Promise<void> | void): void {
    this.#work = this.#work.then(task)
    this.#cancelInactivity()
    this.#cancelInactivity = clock.after(this.#host.inactivityMs, () => this.end())
  }

  // XMPP → SIP

  #toSip(text: string, stanza: ChatStanza): void {
    const { faults } = this.#host
    const id = faults.idsVerbatim ? (stanza.id ?? 'None') : newIdent(clock.random)
    const isMarkup = stanza.xhtml !== null && !text.startsWith('?OTR')
    const [type, content] = isMarkup
      ? (['text/html', writeXml(stanza.xhtml!)] as const)
      : (['text/plain', text] as const)
    const message = this.#seal(type, content, id)
    const copies = faults.longBodiesRepeated ? Math.max(1, Math.ceil(text.length / 1000)) : 1
    for (let copy = 0; copy < copies; copy++) this.#send({ message, stanza, text })
  }

  #send(waiting: Waiting): void {
    if (!this.#isOpen) {
      this.#waiting.push(waiting)
      if (this.#call === null && this.#waiting.length === 1)
        this.#invite().catch(() => this.#over(null))
      return
    }
    this.#sent.set(waiting.message.id, waiting.stanza)
    const unconfirmed = this.#host.faults.oddEnvelopes ? NONE : UNCONFIRMED
    this.#berth?.session.send(waiting.message, waiting.stanza.wantsReceipt ? YES : unconfirmed)
    if (this.#host.faults.idleAfterEach) this.#sendComposing(false)
  }

  #composes(state: ChatState | null): void {
    const isComposing = state === 'composing'
    if (state === null || isComposing === this.#toldSip) return
    this.#toldSip = isComposing
    this.#sendComposing(isComposing)
  }

  #sendComposing(active: boolean): void {
    if (!this.#isOpen) return
    const document = writeComposing({ active, refresh: active ? 60 : 30 })
    const message = this.#seal(COMPOSING, document, newIdent(clock.random))
    this.#berth?.session.send(message, NONE)
  }

  #seal(type: string, text: string, id: string): MsrpMessage {
    const [from, to] = [someone(sipOf(this.#jid)), someone(this.#sip.address)]
    return seal(from, to, type, text, this.#host.faults, id)
  }

  #received(stanza: ChatStanza): void {
    this.#givesReceipts = true
    const key = this.#host.faults.receiptsMismatched ? (stanza.id ?? '') : stanza.receiptFor!
    this.#report(key, 200)
  }

  #refused({ id, error }: ChatStanza): void {
    this.#report(id ?? '', statusOf(error!))
    if (NOBODY_THERE.has(error!)) this.end()
  }

  #report(key: string, status: number): void {
    const unreceived = this.#unreceived.get(key)
    this.#unreceived.delete(key)
    unreceived?.cancel()
    if (unreceived !== undefined) this.#berth?.session.report(unreceived.id, status)
  }

  // The session

  async #invite(): Promise<void> {
    const berth = await this.#reserve()
    if (this.#call !== null) return berth.session.close() // They called meanwhile.
    this.#berth = berth
    this.#call = this.#host.agent.invite(this.#sip.address, describe(berth.path, 'actpass'))
  }

  async #take(call: string, remote: MsrpDescription): Promise<void> {
    const before = this.#call
    // Both called at once: the higher one's call stands, as `chat/reach.ts` has it.
    if (before !== null && !this.#isOpen && sipOf(this.#jid) > this.#sip.address) {
      return this.#host.agent.refuse(call, 486)
    }
    this.#call = call
    this.#closeSession()
    if (before !== null) this.#host.agent.end(before)
    const berth = await this.#reserve()
    if (this.#call !== call) return berth.session.close()
    this.#berth = berth
    this.#host.agent.accept(call, describe(berth.path, answerSetup(remote.setup)))
  }

  async #reserve(): Promise<Berth> {
    const berth: Berth = await this.#host.relay.reserve([CPIM, ...TYPES], (event) => {
      if (this.#berth === berth) this.#onMsrp(event)
    })
    return berth
  }

  #onMsrp(event: MsrpSessionEvent): void {
    switch (event.type) {
      case 'bound':
        this.#isOpen = true
        if (this.#host.faults.wakesWithBlank) this.#xmpp.wake()
        for (const waiting of this.#waiting.splice(0)) this.#send(waiting)
        break
      case 'message':
        this.#do(() => this.#fromMsrp(event.message, event.reportWanted))
        break
      case 'delivered':
        this.#receipt(event.id)
        break
      case 'failed':
        this.#failed(event.id, event.status)
        break
      case 'closed':
        if (this.#isOpen) this.end()
        break
      default:
    }
  }

  #over(error: SipError | null): void {
    const wasOpen = this.#isOpen
    this.#call = null
    this.#closeSession()
    this.#cancelInactivity()
    if (wasOpen) this.#xmpp.gone()
    for (const { stanza, text } of this.#waiting.splice(0)) this.#undelivered(stanza, text, error)
  }

  #closeSession(): void {
    const { session } = this.#berth ?? {}
    this.#isOpen = false
    this.#berth = null
    session?.close()
    for (const { cancel } of this.#unreceived.values()) cancel()
    this.#unreceived.clear()
  }

  /** What a session cannot carry may go without one (RFC 7572), else its sender hears why not. */
  #undelivered(stanza: ChatStanza, text: string, error: SipError | null): void {
    if (error?.code === 'SIP_NOT_ACCEPTABLE') this.pageFromXmpp({ ...stanza, body: text })
    else this.#bounce(stanza, error?.status ?? 480)
  }

  // SIP → XMPP

  #fromMsrp(message: MsrpMessage, reportWanted: boolean): Promise<void> | void {
    const parcel = open(message)
    if (parcel === null) return this.#berth?.session.report(message.id, 400)
    const { type, text, hasCharset } = parcel
    if (type === COMPOSING) {
      const composing = readComposing(text)
      if (composing === null) this.#berth?.session.report(message.id, 400)
      else this.#xmpp.state(composing.active ? 'composing' : 'active')
    } else if (!TYPES.includes(type)) this.#berth?.session.report(message.id, 413)
    else if (hasCharset || !this.#host.faults.losesTextWithoutCharset) {
      return this.#text(parcel, reportWanted ? message.id : null)
    }
  }

  /** @param reportFor - Message-ID that waits for a report */
  async #text({ type, text }: Parcel, reportFor: string | null): Promise<void> {
    const { toSip, toXmpp } = await this.#host.middle.fromSip(text)
    for (const reply of toSip) this.#send(this.#ofOurs(reply))
    for (const going of toXmpp) {
      const id = this.#xmpp.say({ text: going, type }, reportFor !== null)
      if (reportFor === null) continue
      const cancel = clock.after(this.#host.receiptTimeoutMs, () => this.#report(id, 408))
      this.#unreceived.set(id, { id: reportFor, cancel })
    }
    // Most XMPP clients give no receipts. Theirs count as delivered when they have been sent.
    if (reportFor !== null && !(this.#givesReceipts && toXmpp.length > 0)) {
      this.#berth?.session.report(reportFor, 200)
    }
  }

  #ofOurs(text: string): Waiting {
    const stanza = { ...NOBODY, from: this.#jid, to: this.#sip.jid, body: text }
    return { message: this.#seal('text/plain', text, newIdent(clock.random)), stanza, text }
  }

  #receipt(id: string): void {
    const stanza = this.#sent.get(id)
    this.#sent.delete(id)
    if (stanza?.id == null || !stanza.wantsReceipt) return
    this.#xmpp.received(stanza.from, stanza.id)
  }

  #failed(id: string, status: number): void {
    const stanza = this.#sent.get(id)
    this.#sent.delete(id)
    if (stanza !== undefined) this.#bounce(stanza, status)
  }

  #bounce({ from, to, id }: ChatStanza, status: number): void {
    if (id === null) return
    this.#host.sendStanza(errorFor(xml('message', { from, to, id }), conditionOf(status)))
  }

  #page(contentType: string, body: string): void {
    const parcel = open({ id: 'page', contentType, body: new TextEncoder().encode(body) })
    if (parcel === null || !parcel.type.startsWith('text/')) return
    const attributes = { from: this.#sip.jid, to: this.#jid }
    this.#host.sendStanza(xml('message', attributes, xml('body', {}, parcel.text)))
  }
}

const NOBODY: ChatStanza = {
  from: '',
  to: '',
  type: 'chat',
  id: null,
  body: null,
  xhtml: null,
  thread: null,
  state: null,
  wantsReceipt: false,
  receiptFor: null,
  error: null,
}

/** What an offer or answer of the deployed gateway says: everything, in envelopes. */
function describe(path: readonly string[], setup: MsrpDescription['setup']): MsrpDescription {
  return {
    protocol: path[0]?.startsWith('msrps:') ? 'TCP/TLS/MSRP' : 'TCP/MSRP',
    path,
    acceptTypes: [CPIM],
    acceptWrappedTypes: ['*'],
    setup,
    direction: 'sendrecv',
    maxSize: null,
    chatroom: null,
  }
}
