import type { SipAccount, SipEnv, SipSocket } from '../agent-door.ts'
import type { MsrpDescription } from '../events.ts'
import { writeSdp } from '../sdp.ts'

/** Time, dice and sockets of a test: nothing happens unless the test says so. */
export class TestEnv implements SipEnv {
  readonly sockets: TestSocket[] = []
  /** Whether servers know CRLF keep-alive; then pings are not among what was `sent`. */
  answersPings = false
  #now = 1_700_000_000_000
  #seed = 1
  #timers: { readonly at: number; readonly task: () => void }[] = []

  connect(url: string): TestSocket {
    const socket = new TestSocket(url, this.answersPings)
    this.sockets.push(socket)
    return socket
  }

  random(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      this.#seed = (Math.imul(this.#seed, 1_103_515_245) + 12_345) >>> 0
      return this.#seed >>> 24
    })
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  now(): number {
    return this.#now
  }

  /** Timers that wait; a program that leaks them, leaks. */
  get pending(): number {
    return this.#timers.length
  }

  /** Lets time pass, and each task run at its time. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.#timers = this.#timers.filter((timer) => timer !== next)
      this.#now = Math.max(this.#now, next.at)
      next.task()
      await settled()
    }
    this.#now = end
  }

  get socket(): TestSocket {
    return this.sockets.at(-1)!
  }
}

/** The server's end of a WebSocket: reads what was sent, and says what it likes. */
export class TestSocket implements SipSocket {
  readonly url: string
  readyState = 0
  /** Everything the client sent and nobody has taken yet. */
  sent: string[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  onerror: (() => void) | null = null

  readonly #answersPings: boolean

  constructor(url: string, answersPings: boolean) {
    this.url = url
    this.#answersPings = answersPings
  }

  send(data: string): void {
    if (this.readyState !== 1) throw new Error('InvalidStateError')
    if (data !== '\r\n\r\n' || !this.#answersPings) this.sent.push(data)
    else queueMicrotask(() => this.onmessage?.({ data: '\r\n' }))
  }

  close(): void {
    this.readyState = 3
  }

  async open(): Promise<void> {
    this.readyState = 1
    this.onopen?.()
    await settled()
  }

  async drop(code = 1006): Promise<void> {
    this.readyState = 3
    this.onclose?.({ code, reason: '' })
    await settled()
  }

  async say(text: string): Promise<void> {
    this.onmessage?.({ data: text })
    await settled()
  }

  /** The next thing sent, which must be this method or status. */
  take(start: string): SipText {
    const text = this.sent.shift()
    if (text === undefined) throw new Error(`nothing sent, expected ${start}`)
    const message = new SipText(text)
    if (!message.start.startsWith(start)) throw new Error(`sent ${message.start}, not ${start}`)
    return message
  }

  answer(request: SipText, status: string, extra: Extra = {}): Promise<void> {
    return this.say(response(request, status, extra))
  }
}

export interface Extra {
  readonly headers?: readonly string[]
  readonly body?: string
  readonly tag?: string
}

/** A SIP message, as far as a test needs to look into it. */
export class SipText {
  readonly text: string
  readonly start: string
  readonly body: string

  constructor(text: string) {
    this.text = text
    this.start = text.slice(0, text.indexOf('\r\n'))
    this.body = text.slice(text.indexOf('\r\n\r\n') + 4)
  }

  all(name: string): string[] {
    const head = this.text.slice(0, this.text.indexOf('\r\n\r\n'))
    return [...head.matchAll(new RegExp(`^${name}:[ \t]*(.*)$`, 'gim'))].map((match) =>
      match[1]!.trimEnd(),
    )
  }

  get(name: string): string {
    const value = this.all(name)[0]
    if (value === undefined) throw new Error(`${this.start} has no ${name}`)
    return value
  }
}

/** A response as a proxy passes it on: the request's own headers, a tag, then what the test adds. */
export function response(request: SipText, status: string, extra: Extra = {}): string {
  const to = request.get('to')
  const tagged = to.includes(';tag=') || status.startsWith('100')
  return lines(
    [
      `SIP/2.0 ${status}`,
      ...request.all('via').map((via) => `Via: ${via}`),
      `From: ${request.get('from')}`,
      `To: ${tagged ? to : `${to};tag=${extra.tag ?? 'server'}`}`,
      `Call-ID: ${request.get('call-id')}`,
      `CSeq: ${request.get('cseq')}`,
      ...(extra.headers ?? []),
    ],
    extra.body,
  )
}

export function lines(head: readonly string[], body = ''): string {
  const typed = body === '' || head.some((line) => /^content-type:/i.test(line))
  const type = typed ? [] : ['Content-Type: application/sdp']
  const length = new TextEncoder().encode(body).length
  return [...head, ...type, `Content-Length: ${length}`, '', body].join('\r\n')
}

/** Lets every promise that can settle do so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

export const ACCOUNT: SipAccount = {
  address: 'sip:alice@example.org',
  password: 'secret',
  server: 'wss://sip.example.org/',
  displayName: 'Alice',
  instanceId: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
}

export const OFFER: MsrpDescription = {
  protocol: 'TCP/MSRP',
  path: ['msrp://relay.example.org:2855/r1;tcp', 'msrp://a.invalid:2855/a1;ws'],
  acceptTypes: ['message/cpim', 'text/*'],
  acceptWrappedTypes: ['text/*'],
  setup: 'actpass',
  direction: 'sendrecv',
  maxSize: null,
  chatroom: null,
}

/** What bob answers, or offers. */
export const ANSWER: MsrpDescription = {
  ...OFFER,
  path: ['msrp://bob.example.net:2855/b1;tcp'],
  setup: 'passive',
}

/** An SDP of bob's. */
export function bobsSdp(description = ANSWER): string {
  return writeSdp(description, { sessionId: '1', version: 1, origin: 'bob.invalid' })
}

/** A request of bob's; `to` is ours, `extra` overrides nothing and adds. */
export function bobsRequest(
  method: string,
  cseq: number,
  { to = '<sip:alice@example.org>', headers = [], body = '' }: Asked = {},
): string {
  return lines(
    [
      `${method} sip:alice@example.org SIP/2.0`,
      `Via: SIP/2.0/WSS proxy.example.org;branch=z9hG4bK${method}${cseq}`,
      'From: "Bob" <sip:bob@Example.NET>;tag=bob',
      `To: ${to}`,
      'Call-ID: bobs-call',
      `CSeq: ${cseq} ${method}`,
      ...(headers.some((header) => header.startsWith('Contact'))
        ? []
        : ['Contact: <sip:bob@bob.invalid;transport=ws>']),
      'Max-Forwards: 70',
      ...headers,
    ],
    body,
  )
}

interface Asked {
  readonly to?: string
  readonly headers?: readonly string[]
  readonly body?: string
}
