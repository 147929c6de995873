import { EmitterImpl, type Transport, TransportState } from 'sip.js'
import type { SipEnv, SipSocket } from './agent-door.ts'
import { jittered } from './back-off.ts'
import { withOneChallenge } from './challenges.ts'
import { SipError } from './events.ts'
import {
  CONNECT_TIMEOUT_MS,
  HEAD_MAX,
  MESSAGE_MAX,
  PING_INTERVAL_MS,
  PONG_TIMEOUT_MS,
  PROBE_TIMEOUT_MS,
} from './limits.ts'
import { randomFraction } from './random.ts'
import { StreamReader } from './stream-reader.ts'

/** What the socket's owner hears besides what sip.js hears. */
export interface TransportSink {
  opened(): void
  /** The socket did not open, or has closed, or does not answer. It is gone when this is called. */
  lost(error: SipError): void
  /** The server answered a ping: the flow works both ways. */
  alive(): void
  /** A ping went unanswered by a server that never answered one: it may not know them. */
  doubtful(): void
}

/**
 * sip.js's transport over the socket that {@link SipEnv} lends, one at a time, with the keep-alive of
 * RFC 5626 §3.5.1: CRLF CRLF, answered by CRLF. When and whether to connect again is the owner's
 * decision.
 *
 * A WebSocket message is a SIP message (RFC 7118), but for a URL whose path begins with
 * `/tunnel/sips/`: that leads to the TLS port of a provider without WebSocket, so that bytes come in
 * any portions, and to the provider we are a TLS client. Text there is not the provider's but the
 * tunnel's own, for whoever lent the socket.
 */
export class SipTransport implements Transport {
  readonly stateChange = new EmitterImpl<TransportState>()
  onConnect: (() => void) | undefined
  onDisconnect: ((error?: Error) => void) | undefined
  onMessage: ((message: string) => void) | undefined

  readonly #servers: readonly string[]
  /** Which of them is the present one, or the next. */
  #server = 0
  readonly #isTunnel: boolean
  readonly #env: SipEnv
  readonly #sink: TransportSink
  #state = TransportState.Disconnected
  #socket: SipSocket | null = null
  #stream = new StreamReader()
  #cancelTimer = () => {}
  /** The deadline of the ping under way; `null` if none is. */
  #cancelDeadline: (() => void) | null = null
  /** Not every server knows the ping; one that has answered once does. */
  #serverAnswers = false
  #interval = PING_INTERVAL_MS

  /** @param servers - URLs of one kind, at least one: the next is for when one cannot be reached */
  constructor(servers: readonly string[], env: SipEnv, sink: TransportSink) {
    this.#servers = servers
    this.#isTunnel = isTunnel(this.#url)
    this.#env = env
    this.#sink = sink
  }

  /** As Via names it. */
  get protocol(): string {
    return this.#isTunnel ? 'TLS' : this.#url.startsWith('wss:') ? 'WSS' : 'WS'
  }

  get state(): TransportState {
    return this.#state
  }

  isConnected(): boolean {
    return this.#state === TransportState.Connected
  }

  /** Opens a socket if there is none. Resolves at once: the sink hears what became of it. */
  async connect(): Promise<void> {
    if (this.#socket !== null) return
    this.#moveTo(TransportState.Connecting)
    let socket: SipSocket
    try {
      socket = this.#env.connect(this.#url)
    } catch {
      // A URL that this browser refuses, such as `ws:` from a secure page.
      this.#lose(new SipError('SIP_UNREACHABLE', 'This server address cannot be used.'))
      return
    }
    this.#socket = socket
    this.#stream = new StreamReader()
    this.#cancelTimer = this.#env.after(CONNECT_TIMEOUT_MS, () => {
      this.#lose(new SipError('SIP_UNREACHABLE', 'The server does not answer.'))
    })
    socket.onopen = () => this.#onOpen()
    socket.onmessage = ({ data }) => this.#onData(data)
    socket.onerror = () => {} // A close event follows, with all that is known.
    socket.onclose = ({ code }) => this.#lose(closed(code, this.isConnected()))
  }

  /** Closes without telling the sink, who asked for it. */
  async disconnect(): Promise<void> {
    this.#drop()
  }

  async dispose(): Promise<void> {
    this.#drop()
  }

  /** Closes as if the network had: for an owner who knows that the server does not answer. */
  abandon(error: SipError): void {
    if (this.#socket === null) return
    if (this.isConnected()) this.#turn()
    this.#lose(error)
  }

  async send(message: string): Promise<void> {
    if (this.#socket === null || !this.isConnected()) throw new Error('Not connected.')
    this.#socket.send(message)
  }

  /** Pings now, and does not wait long for the answer. */
  probe(): void {
    if (!this.isConnected()) return
    this.#cancelDeadline?.()
    this.#cancelDeadline = null
    this.#ping(PROBE_TIMEOUT_MS)
  }

  /**
   * @param flowTimer - seconds after which the server gives a silent flow up (RFC 5626 §4.4.1);
   *   `null` if it did not say
   */
  keepAliveWithin(flowTimer: number | null): void {
    const asked = flowTimer === null ? PING_INTERVAL_MS : flowTimer * 1000
    this.#interval = Math.max(PROBE_TIMEOUT_MS, Math.min(asked, PING_INTERVAL_MS))
  }

  #onOpen(): void {
    this.#cancelTimer()
    this.#moveTo(TransportState.Connected)
    this.#schedulePing()
    this.onConnect?.()
    this.#sink.opened()
  }

  #onData(data: unknown): void {
    try {
      const texts = this.#isTunnel ? this.#stream.push(piece(data)) : [toText(data)]
      for (const text of texts) this.#onText(text)
    } catch (error) {
      if (!(error instanceof SipError)) throw error
      this.#lose(error) // Where the next message of the stream begins cannot be told.
    }
  }

  #onText(text: string): void {
    if (text.length > MESSAGE_MAX) return
    if (/^(?:\r\n)+$/.test(text)) {
      if (text === '\r\n') this.#onPong()
      else this.#socket?.send('\r\n')
      return
    }
    const message = text.replace(/^(?:\r\n)+/, '')
    if (message.slice(0, HEAD_MAX).includes('\r\n\r\n')) this.#deliver(message)
  }

  #deliver(message: string): void {
    try {
      this.onMessage?.(withOneChallenge(message))
    } catch {
      // sip.js throws on some malformed messages, instead of dropping them as it does others.
    }
  }

  #onPong(): void {
    this.#cancelDeadline?.()
    this.#cancelDeadline = null
    this.#serverAnswers = true
    this.#sink.alive()
  }

  #schedulePing(): void {
    this.#cancelTimer()
    const wait = jittered(this.#interval, randomFraction(this.#env))
    this.#cancelTimer = this.#env.after(wait, () => {
      this.#ping(PONG_TIMEOUT_MS)
      this.#schedulePing()
    })
  }

  #ping(patience: number): void {
    if (this.#cancelDeadline !== null) return
    this.#socket?.send('\r\n\r\n')
    this.#cancelDeadline = this.#env.after(patience, () => {
      this.#cancelDeadline = null
      if (this.#serverAnswers) {
        this.#lose(new SipError('SIP_CONNECTION_LOST', 'The server no longer answers.'))
      } else {
        this.#sink.doubtful()
      }
    })
  }

  get #url(): string {
    return this.#servers[this.#server]!
  }

  #turn(): void {
    this.#server = (this.#server + 1) % this.#servers.length
  }

  /** A server that was reached is asked again first: its network, or ours, may just have changed. */
  #lose(error: SipError): void {
    if (!this.isConnected()) this.#turn()
    this.#drop()
    this.onDisconnect?.(error)
    this.#sink.lost(error)
  }

  #drop(): void {
    this.#cancelTimer()
    this.#cancelDeadline?.()
    this.#cancelDeadline = null
    const socket = this.#socket
    this.#socket = null
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null // Nothing late from an old socket.
      socket.onerror = () => {} // In Node, closing a socket that is still opening is an error.
      socket.close()
    }
    this.#moveTo(TransportState.Disconnected)
  }

  #moveTo(state: TransportState): void {
    if (state === this.#state) return
    this.#state = state
    this.stateChange.emit(state)
  }
}

/** Whether this leads to a provider's TLS port. */
export function isTunnel(url: string): boolean {
  return /^wss?:\/\/[^/]+\/tunnel\/sips\//.test(url)
}

/** @param code - 4400 and above: a tunnel tells why it does not reach the provider */
function closed(code: number, wasOpen: boolean): SipError {
  if (code >= 4400)
    return new SipError('SIP_UNREACHABLE', `The provider cannot be reached (${code}).`)
  return wasOpen
    ? new SipError('SIP_CONNECTION_LOST', `The connection to the server ended (${code}).`)
    : new SipError('SIP_UNREACHABLE', 'The server cannot be reached.')
}

const decoder = new TextDecoder()
const encoder = new TextEncoder()

function toText(data: unknown): string {
  return typeof data === 'string' ? data : decoder.decode(toBytes(data))
}

/** What the provider said. */
function piece(data: unknown): Uint8Array {
  return toBytes(typeof data === 'string' ? null : data)
}

/** Empty for what no SIP peer sends, such as a Blob. */
function toBytes(data: unknown): Uint8Array {
  if (typeof data === 'string') return encoder.encode(data)
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  if (!ArrayBuffer.isView(data)) return new Uint8Array(0)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
