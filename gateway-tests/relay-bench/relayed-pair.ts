import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import {
  MSRP_SUBPROTOCOL,
  MsrpConnection,
  type MsrpEnv,
  type MsrpSession,
  type MsrpSessionEvent,
  newIdent,
  newSessionUri,
  opened,
  relayUri,
  type WebSocketLike,
} from '../../msrp/index.ts'
import { passwordOf } from '../kamailio.ts'

const env: MsrpEnv = {
  random: (length) => randomBytes(length),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}
const TEXT = randomBytes(512).toString('hex') // 1 KiB
/** Messages on their way at once. */
const WINDOW = 64

/** Alice and Bob, both with a session over the same relay. She writes; he reads. */
export class RelayedPair {
  readonly #alice: MsrpSession
  readonly #connections: readonly MsrpConnection[]
  /** When each on its way was sent, oldest first: a relay keeps the order. */
  readonly #sentAt: number[] = []
  #onArrival = () => {}

  private constructor(alice: MsrpSession, connections: readonly MsrpConnection[]) {
    this.#alice = alice
    this.#connections = connections
  }

  /** @param url - of a WebSocket behind which both have accounts */
  static async meet(url: string): Promise<RelayedPair> {
    const [alice, bob] = await Promise.all([End.at(url, 'alice'), End.at(url, 'bob')])
    const pair = new RelayedPair(alice.session, [alice.connection, bob.connection])
    const bound = [alice.bound(), bob.bound((event) => pair.#take(event))]
    bob.session.start({ remotePath: alice.path, active: false })
    alice.session.start({ remotePath: bob.path, active: true })
    await Promise.all(bound)
    return pair
  }

  /** Sends so many. @returns the milliseconds that each took, shortest first, and all together */
  async send(count: number): Promise<{ readonly ms: number; readonly each: readonly number[] }> {
    const each: number[] = []
    const began = performance.now()
    let left = count
    const feed = () => {
      for (; left > 0 && this.#sentAt.length < WINDOW; left--) this.#say()
    }
    await new Promise<void>((resolve) => {
      this.#onArrival = () => {
        each.push(performance.now() - this.#sentAt.shift()!)
        if (each.length === count) resolve()
        else feed()
      }
      feed()
    })
    return { ms: performance.now() - began, each: each.sort((a, b) => a - b) }
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  #say(): void {
    this.#sentAt.push(performance.now())
    const body = new TextEncoder().encode(TEXT)
    const message = { id: newIdent(env.random), contentType: 'text/plain', body }
    this.#alice.send(message, { success: 'no', failure: 'yes' })
  }

  #take(event: MsrpSessionEvent): void {
    if (event.type === 'message') this.#onArrival()
  }
}

/** One end: a connection with a grant, and a session that has not begun. */
class End {
  readonly connection: MsrpConnection
  readonly session: MsrpSession
  /** What its SDP would say: `a=path`. */
  readonly path: readonly string[]
  #onEvent = (_: MsrpSessionEvent) => {}

  private constructor(connection: MsrpConnection, uri: string, usePath: readonly string[]) {
    this.connection = connection
    this.path = [...usePath].reverse().concat(uri)
    const setup = { uri, usePath, acceptTypes: ['text/plain'] }
    this.session = connection.open(setup, (event) => this.#onEvent(event))
  }

  static async at(url: string, username: string): Promise<End> {
    const socket = new WebSocket(url, MSRP_SUBPROTOCOL, { perMessageDeflate: false })
    const connection = new MsrpConnection(await opened(socket as unknown as WebSocketLike), env)
    const uri = newSessionUri(env.random)
    const password = passwordOf(username)
    const grant = await connection.authenticate({
      relay: relayUri(url),
      uri,
      username,
      password,
      through: [],
    })
    return new End(connection, uri, grant.usePath)
  }

  /** @param later - takes what comes after */
  bound(later: (event: MsrpSessionEvent) => void = () => {}): Promise<void> {
    return new Promise((resolve) => {
      this.#onEvent = (event) => {
        if (event.type === 'bound') resolve()
        else later(event)
      }
    })
  }
}

/** So many connections that say nothing, of more addresses than one may have. */
export async function idleSockets(url: string, count: number): Promise<readonly WebSocket[]> {
  const sockets: WebSocket[] = []
  for (let i = 0; i < count; i++) {
    const localAddress = `127.0.1.${1 + (i % 100)}`
    const socket = new WebSocket(url, 'sip', { localAddress, perMessageDeflate: false })
    await once(socket, 'open')
    socket.on('error', () => {}) // The end of a server that was killed.
    sockets.push(socket)
  }
  return sockets
}
