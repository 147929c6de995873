import { EmitterImpl, type Transport, TransportState } from 'sip.js'
import type { SipEnv, SipSocket } from './agent-options.ts'
import { jittered } from './back-off.ts'
import { SipError } from './events.ts'
import {
  CONNECT_TIMEOUT_MS,
  MESSAGE_MAX,
  PING_INTERVAL_MS,
  PONG_TIMEOUT_MS,
  PROBE_TIMEOUT_MS,
} from './limits.ts'
import { randomFraction } from './random.ts'

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
 * sip.js's transport over the socket that {@link SipEnv} lends, one at a time (RFC 7118), with the
 * keep-alive of RFC 5626 §3.5.1: CRLF CRLF, answered by CRLF. When and whether to connect again is
 * the owner's decision.
 */
export class SipTransport implements Transport {
  readonly protocol: string
  readonly stateChange = new EmitterImpl<TransportState>()
  onConnect: (() => void) | undefined
  onDisconnect: ((error?: Error) => void) | undefined
  onMessage: ((message: string) => void) | undefined

  readonly #url: string
  readonly #env: SipEnv
  readonly #sink: TransportSink
  #state = TransportState.Disconnected
  #socket: SipSocket | null = null
  #cancelTimer = () => {}
  /** The deadline of the ping under way; `null` if none is. */
  #cancelDeadline: (() => void) | null = null
  /** Not every server knows the ping; one that has answered once does. */
  #serverAnswers = false
  #interval = PING_INTERVAL_MS

  constructor(url: string, env: SipEnv, sink: TransportSink) {
    this.protocol = url.startsWith('wss:') ? 'WSS' : 'WS'
    this.#url = url
    this.#env = env
    this.#sink = sink
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
    this.#cancelTimer = this.#env.after(CONNECT_TIMEOUT_MS, () => {
      this.#lose(new SipError('SIP_UNREACHABLE', 'The server does not answer.'))
    })
    socket.onopen = () => this.#onOpen()
    socket.onmessage = ({ data }) => this.#onData(data)
    socket.onerror = () => {} // A close event follows, with all that is known.
    socket.onclose = ({ code }) => {
      this.#lose(
        this.isConnected()
          ? new SipError('SIP_CONNECTION_LOST', `The connection to the server ended (${code}).`)
          : new SipError('SIP_UNREACHABLE', 'The server cannot be reached.'),
      )
    }
  }

  /** Closes without telling the sink, who asked for it. */
  async disconnect(): Promise<void> {
    this.#drop()
  }

  async dispose(): Promise<void> {
    this.#drop()
  }

  /** Closes as if the network had: for an owner who knows that the flow is dead. */
  abandon(error: SipError): void {
    if (this.#socket !== null) this.#lose(error)
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
    const text = readText(data)
    if (text === null || text.length > MESSAGE_MAX) return
    if (/^(?:\r\n)+$/.test(text)) {
      if (text === '\r\n') this.#onPong()
      else this.#socket?.send('\r\n')
      return
    }
    try {
      this.onMessage?.(text.replace(/^(?:\r\n)+/, ''))
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

  #lose(error: SipError): void {
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

const decoder = new TextDecoder()

/** @returns `null` for what no SIP peer sends, such as a Blob */
function readText(data: unknown): string | null {
  if (typeof data === 'string') return data
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return decoder.decode(data)
  return null
}
