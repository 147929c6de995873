import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { type ClientAddresses, isLoopback } from './client-address.ts'
import type { EdgeEnv } from './env.ts'
import {
  CLOSE_GRACE_MS,
  MSRP_FRAME_MAX,
  PING_INTERVAL_MS,
  PINGS_MISSED_MAX,
  SIP_MESSAGE_MAX,
  SOCKETS_MAX,
  SOCKETS_PER_ADDRESS,
} from './limits.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Origins } from './origins.ts'

/** Who serves sockets of which kind. */
export interface SocketServices {
  sip(socket: WebSocket, remoteAddress: string): void
  msrp(socket: WebSocket, remoteAddress: string): void
  /** `/tunnel/...`: bytes of any protocol, so no subprotocol is needed. */
  tunnel(socket: WebSocket, remoteAddress: string, path: string): void
  isTunnel(path: string): boolean
}

export interface WebSocketsOptions {
  readonly services: SocketServices
  readonly origins: Origins
  readonly addresses: ClientAddresses
  readonly env: EdgeEnv
  readonly metrics: Metrics
  readonly log: Log
}

type Kind = 'sip' | 'msrp' | 'tunnel'

interface OpenSocket {
  readonly kind: Kind
  readonly address: string
  missedPongs: number
}

/** Upgrades HTTP connections to WebSockets, one subprotocol each, and sees that they are alive. */
export class WebSockets {
  readonly #options: WebSocketsOptions
  readonly #servers: Record<Kind, WebSocketServer>
  readonly #open = new Map<WebSocket, OpenSocket>()
  #stopPinging: () => void = () => {}
  #closing = false

  constructor(options: WebSocketsOptions) {
    this.#options = options
    this.#servers = {
      sip: serverOf(SIP_MESSAGE_MAX),
      msrp: serverOf(MSRP_FRAME_MAX),
      tunnel: serverOf(MSRP_FRAME_MAX),
    }
    this.#pingLater()
  }

  /** Open sockets by kind. */
  counts(): Record<Kind, number> {
    const counts: Record<Kind, number> = { sip: 0, msrp: 0, tunnel: 0 }
    for (const { kind } of this.#open.values()) counts[kind]++
    return counts
  }

  /** For the `upgrade` event of an HTTP server. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy())
    const address = this.#options.addresses.of(request)
    const path = (request.url ?? '').split(/[?#]/, 1)[0]!
    const kind = this.#admit(request, path, address)
    if (typeof kind === 'number') {
      this.#options.metrics.count('upgrades_refused_total', ['status', kind])
      this.#options.log({ event: 'upgrade/refused', status: kind, address })
      const reason = REFUSALS[kind]
      stream.once('finish', () => stream.destroy()) // Nobody reads on: it must not stay half open.
      stream.end(
        `HTTP/1.1 ${kind} ${reason}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
          `Content-Length: ${reason.length}\r\n\r\n${reason}`,
      )
      return
    }
    this.#servers[kind].handleUpgrade(request, stream, head, (socket) => {
      this.#enter(socket, kind, address, path)
    })
  }

  /** Opens no more; those that are open stay. */
  drain(): void {
    this.#closing = true
  }

  /** Says 1001 to everybody; who has not left after a second is cut off. */
  async close(): Promise<void> {
    this.#closing = true
    this.#stopPinging()
    const left = [...this.#open.keys()].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    )
    for (const socket of this.#open.keys()) socket.close(1001, 'the server is stopping')
    const cancel = this.#options.env.after(CLOSE_GRACE_MS, () => {
      for (const socket of this.#open.keys()) socket.terminate()
    })
    await Promise.all(left)
    cancel()
  }

  #admit(request: IncomingMessage, path: string, address: string): Kind | Refusal {
    const { origin, host } = request.headers
    const { origins, services } = this.#options
    const tunnel = services.isTunnel(path)
    if (path !== '/ws' && !tunnel) return 404
    if (!origins.allowsHost(host)) return 421
    if (!origins.allowsOrigin(origin, host)) return 403
    if (this.#closing || this.#open.size >= SOCKETS_MAX) return 503
    if (!isLoopback(address) && this.#countFrom(address) >= SOCKETS_PER_ADDRESS) return 429
    if (tunnel) return 'tunnel'
    // One name and no list: whoever offers both would not know what we speak (RFC 7118 §4).
    const offered = request.headers['sec-websocket-protocol']
    return offered === 'sip' || offered === 'msrp' ? offered : 400
  }

  #countFrom(address: string): number {
    let count = 0
    for (const open of this.#open.values()) if (open.address === address) count++
    return count
  }

  #enter(socket: WebSocket, kind: Kind, address: string, path: string): void {
    const open: OpenSocket = { kind, address, missedPongs: 0 }
    this.#open.set(socket, open)
    this.#options.metrics.count('sockets_opened_total', ['kind', kind])
    socket.on('close', () => this.#open.delete(socket))
    socket.on('error', () => socket.terminate()) // Bad framing; ws has said why by itself.
    socket.on('pong', () => {
      open.missedPongs = 0
    })
    this.#options.services[kind](socket, address, path)
  }

  #pingLater(): void {
    this.#stopPinging = this.#options.env.after(PING_INTERVAL_MS, () => {
      for (const [socket, open] of this.#open) {
        if (open.missedPongs++ >= PINGS_MISSED_MAX) socket.terminate()
        else socket.ping()
      }
      this.#pingLater()
    })
  }
}

type Refusal = keyof typeof REFUSALS

const REFUSALS = {
  400: 'Offer exactly one subprotocol: sip or msrp',
  403: 'Not from this page',
  404: 'No WebSocket here',
  421: 'Not a name of this server',
  429: 'Too many connections',
  503: 'Full',
} as const

function serverOf(maxPayload: number): WebSocketServer {
  // No compression: what travels is encrypted or tiny, and inflating is an attack surface.
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload,
    perMessageDeflate: false,
  })
}
