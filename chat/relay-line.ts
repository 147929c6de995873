import {
  MsrpConnection,
  type MsrpConnectionDoor,
  type MsrpFileEnd,
  type MsrpSessionEvent,
  newSessionUri,
  opened,
} from '../msrp/index.ts'
import type { Berth } from './channel.ts'
import type { ChatEnv } from './client-door.ts'
import { ACCEPT_TYPES } from './envelope.ts'
import type { ChatFault, Sink } from './events.ts'
import { KnownFault } from './known-fault.ts'
import { LINGER_MS } from './limits.ts'
import { type MessageServer, withFraming } from './message-server.ts'
import { hearTunnel, tunnelFault } from './tunnel-notes.ts'

export interface RelayLogin {
  readonly username: string
  readonly password: string
}

/**
 * The way to one relay: a connection that all sessions share, opened when the first is needed; or
 * one for each session, at a provider's relay, which takes no more.
 */
export class RelayLine {
  readonly server: MessageServer
  /** Sessions that are opened from now on go by this. */
  login: RelayLogin
  readonly #env: ChatEnv
  #wire: Promise<MsrpConnectionDoor> | null = null
  #berths = 0
  #cancelLinger = () => {}
  /** How connections through a tunnel ended, if the tunnel itself ended them. */
  readonly #ends = new WeakMap<MsrpConnectionDoor, { fault: ChatFault | null }>()

  constructor(server: MessageServer, login: RelayLogin, env: ChatEnv) {
    this.server = server
    this.login = login
    this.#env = env
  }

  /** @throws MsrpError, KnownFault */
  async reserve(sink: Sink<MsrpSessionEvent>, file?: MsrpFileEnd): Promise<Berth> {
    this.#cancelLinger()
    const { isShared, relay } = this.server
    const connection = isShared ? await this.#shared() : await this.#connect()
    const uri = newSessionUri(this.#env.random)
    try {
      const login = () => ({ relay, uri, ...this.login, through: [] })
      const grant = await connection.authenticate(login())
      const { usePath } = grant
      const setup = { uri, usePath, acceptTypes: ACCEPT_TYPES, ...(file && { file }) }
      const session = connection.open(setup, (event) => {
        if (event.type === 'closed') {
          letGo()
          this.#left(connection)
        }
        sink(event)
      })
      const letGo = connection.keep(login, grant, () => session.close())
      this.#berths += 1
      return { session, path: [...usePath].reverse().concat(uri) }
    } catch (error) {
      if (!isShared) connection.close()
      const fault = this.#ends.get(connection)?.fault ?? null
      throw fault === null ? error : new KnownFault(fault)
    }
  }

  /** Closes the shared connection; its sessions end. */
  drop(): void {
    this.#cancelLinger()
    const wire = this.#wire
    this.#wire = null
    wire?.then(
      (connection) => connection.close(),
      () => {},
    )
  }

  async #shared(): Promise<MsrpConnectionDoor> {
    const before = this.#wire
    const connection = await before?.catch(() => null)
    if (connection?.isOpen) return connection
    if (this.#wire === before) this.#wire = null // Whoever waited with us may have renewed it.
    this.#wire ??= this.#connect()
    return this.#wire
  }

  async #connect(): Promise<MsrpConnectionDoor> {
    const { url, framing } = this.server
    const socket = this.#env.connect(url, 'msrp')
    const end: { fault: ChatFault | null } = { fault: null }
    // Before the wire listens, which would hear the end first.
    if (framing === 'stream') {
      hearTunnel(socket, (note) => {
        if (note.note === 'closed') end.fault = tunnelFault(note.code)
      })
    }
    const wire = await opened(socket)
    const connection = new MsrpConnection(withFraming(wire, framing), this.#env)
    this.#ends.set(connection, end)
    return connection
  }

  /** A session is over. */
  #left(connection: MsrpConnectionDoor): void {
    this.#berths -= 1
    if (!this.server.isShared) return connection.close()
    if (this.#berths > 0) return
    this.#cancelLinger()
    this.#cancelLinger = this.#env.after(LINGER_MS, () => {
      if (this.#berths === 0) this.drop()
    })
  }
}
