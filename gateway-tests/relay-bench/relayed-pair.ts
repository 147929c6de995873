import { randomBytes } from 'node:crypto'
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

  /** @returns once so many have arrived */
  send(count: number): Promise<void> {
    let [sent, arrived] = [0, 0]
    const feed = () => {
      for (; sent < count && sent - arrived < WINDOW; sent++) this.#say()
    }
    return new Promise((resolve) => {
      this.#onArrival = () => {
        arrived++
        if (arrived === count) resolve()
        else feed()
      }
      feed()
    })
  }

  close(): void {
    for (const connection of this.#connections) connection.close()
  }

  #say(): void {
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
    socket.on('error', () => {}) // The end of a server that was killed.
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
