import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type RawData, WebSocket, WebSocketServer } from 'ws'

/** What a network does to what it carries. */
export interface Trouble {
  /** Milliseconds that everything takes longer. */
  readonly delayMs: number
  /** How much of it is lost, from 0 to 1, and how much comes twice. */
  readonly loses: number
  readonly doubles: number
  /** `held`: nothing arrives until the trouble is over; `swallowed`: never. */
  readonly standstill: 'no' | 'held' | 'swallowed'
}

export const CALM: Trouble = { delayMs: 0, loses: 0, doubles: 0, standstill: 'no' }

/**
 * The network between one person and their server: a proxy that carries WebSocket messages, and does to
 * them what it is told to.
 */
export class TroubledWire implements AsyncDisposable {
  readonly #server: WebSocketServer
  readonly #lines = new Set<Line>()
  #trouble = CALM

  private constructor(server: WebSocketServer, target: string, random: () => number) {
    this.#server = server
    server.on('connection', (near, request) => {
      const protocol = request.headers['sec-websocket-protocol']
      const far = new WebSocket(target, protocol, { perMessageDeflate: false })
      const line = new Line(near, far, () => this.#trouble, random)
      this.#lines.add(line)
      near.once('close', () => this.#lines.delete(line))
    })
  }

  /** @param random - from 0 to below 1 */
  static async start(target: string, random: () => number): Promise<TroubledWire> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
    await once(server, 'listening')
    return new TroubledWire(server, target, random)
  }

  /** Takes the place of the server's own URL. */
  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`
  }

  /** From now on; what is on its way already keeps its time. */
  set trouble(trouble: Trouble) {
    this.#trouble = trouble
    for (const line of this.#lines) line.flush()
  }

  /** Every connection breaks, on both sides. */
  cut(): void {
    for (const line of this.#lines) line.cut()
  }

  /** Every connection breaks on the server's side alone: the person's looks alive, and carries nothing. */
  halfClose(): void {
    for (const line of this.#lines) line.halfClose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** One connection: the person's half of it, the server's half, and what is on its way between. */
class Line {
  readonly #near: WebSocket
  readonly #far: WebSocket
  readonly #ways: readonly Way[]
  #isHalf = false

  constructor(near: WebSocket, far: WebSocket, trouble: () => Trouble, random: () => number) {
    this.#near = near
    this.#far = far
    this.#ways = [new Way(near, far, trouble, random), new Way(far, near, trouble, random)]
    for (const socket of [near, far]) socket.on('error', () => {})
    near.on('close', () => far.terminate())
    far.on('open', () => this.flush())
    far.on('close', () => {
      if (!this.#isHalf) near.terminate()
    })
  }

  flush(): void {
    for (const way of this.#ways) way.flush()
  }

  cut(): void {
    this.#near.terminate()
    this.#far.terminate()
  }

  halfClose(): void {
    this.#isHalf = true
    this.#far.terminate()
  }
}

/** One direction of a connection. It keeps the order, whatever happens. */
class Way {
  readonly #to: WebSocket
  readonly #trouble: () => Trouble
  readonly #parcels: { readonly at: number; readonly data: RawData | string }[] = []

  constructor(from: WebSocket, to: WebSocket, trouble: () => Trouble, random: () => number) {
    this.#to = to
    this.#trouble = trouble
    from.on('message', (data, isBinary) => {
      const { delayMs, loses, doubles, standstill } = trouble()
      if (standstill === 'swallowed' || random() < loses) return
      // What came as text goes as text: a server may take a frame of the other kind ill.
      const parcel = { at: Date.now() + delayMs, data: isBinary ? data : String(data) }
      this.#parcels.push(...(random() < doubles ? [parcel, parcel] : [parcel]))
      setTimeout(() => this.flush(), delayMs)
    })
  }

  flush(): void {
    if (this.#to.readyState === WebSocket.CONNECTING || this.#trouble().standstill === 'held')
      return
    while (this.#parcels.length > 0 && this.#parcels[0]!.at <= Date.now()) {
      const { data } = this.#parcels.shift()!
      if (this.#to.readyState === WebSocket.OPEN) this.#to.send(data)
    }
  }
}
