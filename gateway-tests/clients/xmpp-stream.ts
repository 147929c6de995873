import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { childOf, textOf, writeXml, type Xml, XmlStreamReader, xml } from './xml.ts'

const CHAT_STATES = 'http://jabber.org/protocol/chatstates'
const RECEIPTS = 'urn:xmpp:receipts'
const CARBONS = 'urn:xmpp:carbons:2'
const MAM = 'urn:xmpp:mam:2'
const FORWARD = 'urn:xmpp:forward:0'
const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const BIND = 'urn:ietf:params:xml:ns:xmpp-bind'
const STATES = ['active', 'composing', 'paused', 'inactive', 'gone'] as const

export type XmppChatState = (typeof STATES)[number]

/** A `<message/>`, with the extensions that chat software of today puts in. */
export interface XmppMessage {
  readonly from: string
  readonly to: string
  /** `normal` if it was left out (RFC 6121 §5.2.2). */
  readonly type: string
  readonly id: string | null
  /** `null` if there is none: a receipt, a chat state. */
  readonly body: string | null
  /** Whether a receipt is asked for, and the id that this is the receipt for (XEP-0184). */
  readonly wantsReceipt: boolean
  readonly receiptFor: string | null
  readonly chatState: XmppChatState | null
  /** Not for us: the copy of what another of our clients sent or received (XEP-0280). */
  readonly carbon: 'sent' | 'received' | null
  readonly stanza: Xml
}

/** What an archive has of a message. */
export interface ArchivedMessage {
  /** Bare. */
  readonly from: string
  readonly body: string
}

export interface XmppMessageOptions {
  readonly type?: string
  readonly id?: string
  readonly wantsReceipt?: boolean
  readonly receiptFor?: string
  readonly chatState?: XmppChatState
  /** More children: hints, XHTML. */
  readonly extra?: readonly Xml[]
}

export interface XmppLogin {
  /** Of 127.0.0.1. */
  readonly port: number
  /** A bare address. */
  readonly account: string
  readonly password: string
  readonly resource?: string
}

/**
 * The least of an XMPP client (RFC 6120, RFC 6121) that real clients take for one: it logs in by SASL
 * PLAIN without TLS, lets everybody subscribe to its presence, and refuses questions politely.
 */
export class XmppStream implements AsyncDisposable {
  /** Every message that came, in order, and what to call for the next. */
  readonly messages: XmppMessage[] = []
  onMessage: (message: XmppMessage) => void = () => {}
  /** Presence of others: who, and whether they are there. */
  onPresence: (from: string, isAvailable: boolean) => void = () => {}
  /** The full address that the server gave us. */
  jid = ''
  /** All that the wire carried, for whoever looks for a fault. */
  readonly log: string[] = []
  readonly #socket: Socket
  #reader = this.#newReader()
  #waiting: ((stanza: Xml) => void) | null = null
  readonly #answers = new Map<string, (answer: Xml) => void>()

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.log.push(`<- ${text}`)
      this.#reader.read(text)
    })
    socket.on('error', (error) => this.log.push(`!! ${error.message}`))
  }

  /** Logs in and becomes available. @throws Error with what the server said, if it refuses */
  static async connect(login: XmppLogin): Promise<XmppStream> {
    const { port, account, password, resource } = login
    const [user = '', domain = ''] = account.split('@')
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const stream = new XmppStream(socket)
    await stream.#open(domain)
    const plain = Buffer.from(`\0${user}\0${password}`).toString('base64')
    const auth = xml('auth', { xmlns: SASL, mechanism: 'PLAIN' }, plain)
    const answer = await stream.#exchange(auth)
    if (answer.name !== 'success') throw new Error(`Login refused: ${writeXml(answer)}`)
    await stream.#open(domain)
    const wanted = resource === undefined ? [] : [xml('resource', {}, resource)]
    const bound = await stream.ask('set', xml('bind', { xmlns: BIND }, ...wanted))
    stream.jid = textOf(childOf(childOf(bound, 'bind')!, 'jid')!)
    await stream.ask('set', xml('session', { xmlns: 'urn:ietf:params:xml:ns:xmpp-session' }))
    stream.send(xml('presence'))
    // Its answer comes after it took our presence: from now on it delivers to us.
    await stream.ask('get', xml('ping', { xmlns: 'urn:xmpp:ping' }), domain)
    return stream
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.destroyed) return
    const closed = once(this.#socket, 'close')
    this.#socket.end('</stream:stream>')
    await closed
  }

  send(stanza: Xml): void {
    this.#write(writeXml(stanza))
  }

  /** @returns its id */
  say(to: string, body: string | null, options: XmppMessageOptions = {}): string {
    const { type = 'chat', id = newId(), wantsReceipt, receiptFor, chatState, extra = [] } = options
    const children = [...extra]
    if (chatState !== undefined) children.unshift(xml(chatState, { xmlns: CHAT_STATES }))
    if (wantsReceipt) children.unshift(xml('request', { xmlns: RECEIPTS }))
    if (receiptFor !== undefined) {
      children.unshift(xml('received', { xmlns: RECEIPTS, id: receiptFor }))
    }
    if (body !== null) children.unshift(xml('body', {}, body))
    this.send(xml('message', { to, type, id }, ...children))
    return id
  }

  /** Asks the server, or somebody else. @returns the answer, which may be an error */
  ask(type: 'get' | 'set', question: Xml, to?: string): Promise<Xml> {
    const id = newId()
    const answered = new Promise<Xml>((resolve) => this.#answers.set(id, resolve))
    this.send(xml('iq', { type, id, to }, question))
    return answered
  }

  /** What the server has kept of our conversations (XEP-0313), the latest last. */
  async archive(): Promise<ArchivedMessage[]> {
    const before = this.messages.length
    // Empty: the last page, which is all of what one test says.
    const page = xml('set', { xmlns: 'http://jabber.org/protocol/rsm' }, xml('before', {}))
    await this.ask('set', xml('query', { xmlns: MAM }, page))
    return this.messages.slice(before).flatMap(({ stanza }) => {
      const result = childOf(stanza, 'result', MAM)
      const forwarded = result && childOf(result, 'forwarded', FORWARD)
      const message = forwarded && childOf(forwarded, 'message')
      const body = message && childOf(message, 'body')
      if (body === undefined) return []
      return [{ from: bareJid(message!.attributes['from'] ?? ''), body: textOf(body) }]
    })
  }

  /** From now on we hear what our other clients send and receive (XEP-0280). */
  async enableCarbons(): Promise<void> {
    await this.ask('set', xml('enable', { xmlns: CARBONS }))
  }

  #write(text: string): void {
    // Behind the end of our stream nothing may follow, while theirs still flows (RFC 6120 §4.4).
    if (!this.#socket.writable) return
    this.log.push(`-> ${text}`)
    this.#socket.write(text)
  }

  /** Begins the stream, anew after the login. @returns once the server's features are here */
  async #open(domain: string): Promise<void> {
    this.#reader = this.#newReader()
    const features = this.#next()
    const namespaces = 'xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams"'
    this.#write(`<?xml version="1.0"?><stream:stream to="${domain}" version="1.0" ${namespaces}>`)
    await features
  }

  #newReader(): XmlStreamReader {
    return new XmlStreamReader(
      () => {},
      (stanza) => this.#take(stanza),
    )
  }

  #next(): Promise<Xml> {
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  #exchange(element: Xml): Promise<Xml> {
    const answer = this.#next()
    this.send(element)
    return answer
  }

  #take(stanza: Xml): void {
    const { from = '', id, type } = stanza.attributes
    if (this.#waiting !== null) {
      this.#waiting(stanza)
      this.#waiting = null
    } else if (stanza.name === 'message') {
      const message = readMessage(stanza)
      this.messages.push(message)
      this.onMessage(message)
    } else if (stanza.name === 'iq' && (type === 'result' || type === 'error')) {
      this.#answers.get(id ?? '')?.(stanza)
      this.#answers.delete(id ?? '')
    } else if (stanza.name === 'iq') {
      this.send(answerTo(stanza))
    } else if (stanza.name === 'presence' && type === 'subscribe') {
      this.send(xml('presence', { to: from, type: 'subscribed' }))
    } else if (stanza.name === 'presence' && (type === undefined || type === 'unavailable')) {
      this.onPresence(from, type === undefined)
    }
  }
}

export function bareJid(jid: string): string {
  return jid.split('/')[0]!
}

function newId(): string {
  return randomBytes(8).toString('hex')
}

/** RFC 6120 §8.2.3: every question is answered, a ping (XEP-0199) and a roster push with a yes. */
function answerTo({ attributes, children }: Xml): Xml {
  const { from, id } = attributes
  const question = children.find((child): child is Xml => typeof child !== 'string')
  const understood = ['urn:xmpp:ping', 'jabber:iq:roster']
  if (understood.includes(question?.attributes['xmlns'] ?? '')) {
    return xml('iq', { type: 'result', to: from, id })
  }
  const stanzas = 'urn:ietf:params:xml:ns:xmpp-stanzas'
  const error = xml('error', { type: 'cancel' }, xml('service-unavailable', { xmlns: stanzas }))
  return xml('iq', { type: 'error', to: from, id }, error)
}

function readMessage(outer: Xml): XmppMessage {
  const sent = childOf(outer, 'sent', CARBONS)
  const received = childOf(outer, 'received', CARBONS)
  const copy = sent ?? received
  const forwarded = copy && childOf(copy, 'forwarded', FORWARD)
  const stanza = (forwarded && childOf(forwarded, 'message')) ?? outer
  const body = childOf(stanza, 'body')
  return {
    from: stanza.attributes['from'] ?? '',
    to: stanza.attributes['to'] ?? '',
    type: stanza.attributes['type'] ?? 'normal',
    id: stanza.attributes['id'] ?? null,
    body: body === undefined ? null : textOf(body),
    wantsReceipt: childOf(stanza, 'request', RECEIPTS) !== undefined,
    receiptFor: childOf(stanza, 'received', RECEIPTS)?.attributes['id'] ?? null,
    chatState: STATES.find((state) => childOf(stanza, state, CHAT_STATES)) ?? null,
    carbon: copy === undefined ? null : copy === sent ? 'sent' : 'received',
    stanza,
  }
}
