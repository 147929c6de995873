import { createHash, randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import { parseAuthParams } from '../sip-fields.ts'
import {
  header,
  headers,
  parseSip,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../sip-message.ts'

export { header, type SipRequest } from '../sip-message.ts'

/** What a REGISTER may say beyond the usual. */
export interface Registering {
  readonly password?: string
  readonly expires?: number
  readonly instance?: string
  readonly algorithm?: 'MD5' | 'SHA-256'
}

/**
 * A telephone for tests: it writes SIP as text, as a browser would, and shows what comes back. It
 * shares no code with the sending side of the edge.
 */
export class SipPhone {
  readonly socket: WebSocket
  readonly user: string
  readonly domain: string
  /** Host of its Contact and Via: nobody can connect to it (RFC 7118 §5.1). */
  readonly host = `${id()}.invalid`
  /** Everything that arrived and was not asked for yet, in order. */
  readonly inbox: SipMessage[] = []
  #waiting: (() => void)[] = []
  #cseq = 0

  constructor(wsUrl: string, user: string, domain: string, options: WebSocket.ClientOptions = {}) {
    this.user = user
    this.domain = domain
    this.socket = new WebSocket(wsUrl, 'sip', options)
    this.socket.on('message', (data: Buffer) => {
      const text = data.toString('latin1')
      if (/^[\r\n]+$/.test(text)) this.keepAlives++
      else this.inbox.push(parseSip(data))
      this.#wake()
    })
    this.socket.on('close', () => this.#wake())
    this.socket.on('error', () => {})
  }

  /** CRLF answers seen. */
  keepAlives = 0

  async open(): Promise<this> {
    if (this.socket.readyState === this.socket.OPEN) return this
    await new Promise<void>((resolve, reject) => {
      this.socket.once('open', () => resolve())
      this.socket.once('error', reject)
    })
    return this
  }

  /** The code it was closed with. */
  async closed(): Promise<number> {
    if (this.socket.readyState === this.socket.CLOSED) return 1000
    return new Promise((resolve) => this.socket.once('close', (code: number) => resolve(code)))
  }

  close(): void {
    this.socket.close()
  }

  get address(): string {
    return `sip:${this.user}@${this.domain}`
  }

  get contact(): string {
    return `sip:${this.user}@${this.host};transport=ws`
  }

  /** Sends lines as they are, CRLF between them. */
  raw(...lines: string[]): void {
    this.socket.send(lines.join('\r\n'))
  }

  /** Takes the first message that fits out of the inbox, once it is there. */
  async take<M extends SipMessage>(fits: (message: SipMessage) => message is M): Promise<M>
  async take(fits: (message: SipMessage) => boolean): Promise<SipMessage>
  async take(fits: (message: SipMessage) => boolean): Promise<SipMessage> {
    for (;;) {
      const at = this.inbox.findIndex(fits)
      if (at >= 0) return this.inbox.splice(at, 1)[0]!
      if (this.socket.readyState === this.socket.CLOSED) throw new Error('the socket closed')
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  async takeRequest(method: string): Promise<SipRequest> {
    return this.take(
      (message) => message.kind === 'request' && message.method === method,
    ) as Promise<SipRequest>
  }

  /** The next final response to a method; provisional ones before it are left in the inbox. */
  async takeFinal(method: string): Promise<SipResponse> {
    return this.take(
      (message) =>
        message.kind === 'response' &&
        message.status >= 200 &&
        header(message, 'cseq')!.endsWith(` ${method}`),
    ) as Promise<SipResponse>
  }

  /**
   * Sends a request outside a dialog.
   *
   * @param more - further header lines; one that names a standard header replaces it
   * @returns its lines, to build others from
   */
  request(method: string, uri: string, more: readonly string[] = [], body = ''): SentRequest {
    const replaced = new Set(more.map((line) => line.split(':', 1)[0]!))
    const sent: SentRequest = {
      method,
      uri,
      branch: `z9hG4bK${id()}`,
      callId: id(),
      tag: id(),
      cseq: ++this.#cseq,
    }
    const standard = [
      `Via: SIP/2.0/WS ${this.host};branch=${sent.branch}`,
      'Max-Forwards: 70',
      `From: <${this.address}>;tag=${sent.tag}`,
      `To: <${method === 'REGISTER' ? this.address : uri}>`,
      `Call-ID: ${sent.callId}`,
      `CSeq: ${sent.cseq} ${method}`,
      `Contact: <${this.contact}>`,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ].filter((line) => !replaced.has(line.split(':', 1)[0]!))
    this.raw(`${method} ${uri} SIP/2.0`, ...standard, ...more, '', body)
    return sent
  }

  /** CANCEL of an INVITE: same branch, own method (RFC 3261 §9.1). */
  cancel(sent: SentRequest): void {
    this.raw(
      `CANCEL ${sent.uri} SIP/2.0`,
      `Via: SIP/2.0/WS ${this.host};branch=${sent.branch}`,
      'Max-Forwards: 70',
      `From: <${this.address}>;tag=${sent.tag}`,
      `To: <${sent.uri}>`,
      `Call-ID: ${sent.callId}`,
      `CSeq: ${sent.cseq} CANCEL`,
      '',
      '',
    )
  }

  /** REGISTER, with the password when asked. @returns the final response */
  async register(how: Registering = {}): Promise<SipResponse> {
    const { password = PASSWORD, expires = 600, instance, algorithm = 'MD5' } = how
    const params = instance === undefined ? '' : `;reg-id=1;+sip.instance="<urn:uuid:${instance}>"`
    const more = [
      `Contact: <${this.contact}>${params};expires=${expires}`,
      'Supported: path, outbound',
      `Call-ID: ${this.host}`,
    ]
    const uri = `sip:${this.domain}`
    this.request('REGISTER', uri, more)
    const first = await this.takeFinal('REGISTER')
    if (first.status !== 401) return first
    const credentials = this.credentials(first, 'REGISTER', uri, password, algorithm)
    this.request('REGISTER', uri, [...more, `Authorization: ${credentials}`])
    return this.takeFinal('REGISTER')
  }

  /** What `Authorization` or `Proxy-Authorization` says to a challenge (RFC 7616 §3.4.1). */
  credentials(
    challenge: SipResponse,
    method: string,
    uri: string,
    password = PASSWORD,
    algorithm: 'MD5' | 'SHA-256' = 'MD5',
    nc = '00000001',
  ): string {
    const name = challenge.status === 401 ? 'www-authenticate' : 'proxy-authenticate'
    const params = headers(challenge, name)
      .map((value) => parseAuthParams(value.replace(/^Digest /, '')))
      .find((one) => (one.get('algorithm') ?? 'MD5') === algorithm)!
    const h = (text: string): string =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text)
        .digest('hex')
    const [realm, nonce, cnonce] = [params.get('realm')!, params.get('nonce')!, id()]
    const ha1 = h(`${this.user}:${realm}:${password}`)
    const response = h(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${h(`${method}:${uri}`)}`)
    return (
      `Digest username="${this.user}", realm="${realm}", nonce="${nonce}", uri="${uri}", ` +
      `response="${response}", algorithm=${algorithm}, cnonce="${cnonce}", qop=auth, nc=${nc}`
    )
  }

  /** Answers a request as a UA does: To gets our tag, Record-Route is copied. */
  respond(
    request: SipRequest,
    status: number,
    more: readonly string[] = [],
    body = '',
    reason = 'Whatever',
  ): void {
    const copied = ['Via', 'From', 'Call-ID', 'CSeq', 'Record-Route'].flatMap((name) =>
      headers(request, name.toLowerCase()).map((value) => `${name}: ${value}`),
    )
    const to = header(request, 'to')!
    const tagged = status === 100 || /;tag=/.test(to) ? to : `${to};tag=${this.host}`
    this.raw(
      `SIP/2.0 ${status} ${reason}`,
      ...copied,
      `To: ${tagged}`,
      `Contact: <${this.contact}>`,
      ...more,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    )
  }

  /** ACK of a 2xx to our INVITE: a request of its own, along the route set (RFC 3261 §13.2.2.4). */
  ack(sent: SentRequest, response: SipResponse): void {
    this.inDialog('ACK', sent, response, sent.cseq)
  }

  /** A request inside the dialog that our INVITE made. */
  inDialog(method: string, sent: SentRequest, response: SipResponse, cseq = ++this.#cseq): void {
    const target = /<([^>]+)>/.exec(header(response, 'contact')!)![1]!
    this.raw(
      `${method} ${target} SIP/2.0`,
      `Via: SIP/2.0/WS ${this.host};branch=z9hG4bK${id()}`,
      ...headers(response, 'record-route')
        .reverse()
        .map((route) => `Route: ${route}`),
      'Max-Forwards: 70',
      `From: <${this.address}>;tag=${sent.tag}`,
      `To: ${header(response, 'to')}`,
      `Call-ID: ${sent.callId}`,
      `CSeq: ${cseq} ${method}`,
      '',
      '',
    )
  }

  /** A request inside a dialog that an INVITE to us made. */
  inCalleeDialog(method: string, invite: SipRequest): void {
    const target = /<([^>]+)>/.exec(header(invite, 'contact')!)![1]!
    this.raw(
      `${method} ${target} SIP/2.0`,
      `Via: SIP/2.0/WS ${this.host};branch=z9hG4bK${id()}`,
      ...headers(invite, 'record-route').map((route) => `Route: ${route}`),
      'Max-Forwards: 70',
      `From: ${header(invite, 'to')};tag=${this.host}`,
      `To: ${header(invite, 'from')}`,
      `Call-ID: ${header(invite, 'call-id')}`,
      `CSeq: ${++this.#cseq} ${method}`,
      '',
      '',
    )
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

export const PASSWORD = 'correct horse'

export interface SentRequest {
  readonly method: string
  readonly uri: string
  readonly branch: string
  readonly callId: string
  readonly tag: string
  readonly cseq: number
}

function id(): string {
  return randomBytes(9).toString('hex')
}
