import { WebSocket } from 'ws'
import {
  MSRP_SUBPROTOCOL,
  MsrpConnection,
  type MsrpSessionDoor,
  type MsrpSessionEvent,
  type MsrpSessionSetup,
  newSessionUri,
  opened,
  relayUri,
  type WebSocketLike,
} from '../../msrp/index.ts'
import { parseJid } from './address.ts'
import { clock, type TrunkOptions } from './trunk.ts'

export interface Berth {
  readonly session: MsrpSessionDoor
  /** For the SDP. */
  readonly path: readonly string[]
}

/** The gateway's place at the MSRP relay of its SIP server: all sessions on one connection. */
export class RelayPort {
  readonly #options: TrunkOptions
  #connection: Promise<MsrpConnection> | null = null
  #socket: WebSocket | null = null

  constructor(options: TrunkOptions) {
    this.#options = options
  }

  async reserve(
    acceptTypes: readonly string[],
    sink: (event: MsrpSessionEvent) => void,
    onRequest?: MsrpSessionSetup['onRequest'],
  ): Promise<Berth> {
    const { server, account, password } = this.#options
    this.#connection ??= this.#connect()
    const connection = await this.#connection
    const uri = newSessionUri(clock.random)
    const { local: username } = parseJid(account.slice('sip:'.length))
    const { usePath } = await connection.authenticate({
      relay: relayUri(server),
      uri,
      username,
      password,
      through: [],
    })
    const hooks = onRequest === undefined ? {} : { onRequest }
    const session = connection.open({ uri, usePath, acceptTypes, ...hooks }, sink)
    return { session, path: [...usePath].reverse().concat(uri) }
  }

  /** @param how - `cut`: as a power cut does */
  close(how: 'close' | 'cut'): void {
    if (how === 'cut') this.#socket?.terminate()
    else this.#socket?.close()
    this.#connection = null
  }

  async #connect(): Promise<MsrpConnection> {
    const socket = new WebSocket(this.#options.server, MSRP_SUBPROTOCOL)
    this.#socket = socket
    socket.on('close', () => {
      if (this.#socket === socket) this.#connection = null // The next session gets another.
    })
    return new MsrpConnection(await opened(socket as unknown as WebSocketLike), clock)
  }
}
