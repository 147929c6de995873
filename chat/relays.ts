import type { MsrpFileEnd, MsrpSessionEvent } from '../msrp/index.ts'
import { userOf } from './address.ts'
import type { Berth } from './channel.ts'
import type { ChatAccount, ChatEnv } from './client-door.ts'
import type { Sink } from './events.ts'
import { RELAY_AVOIDED_MS } from './limits.ts'
import { type MessageServer, messageServerOf, tunnelOwnersRelay } from './message-server.ts'
import { RelayLine, type RelayLogin } from './relay-line.ts'

/**
 * The relays that an account may use: its server's; and for a provider behind a tunnel, whose relay
 * may be missing or refuse, that of whoever runs the tunnel, once a pass to it has come.
 */
export class Relays {
  readonly #account: ChatAccount
  readonly #env: ChatEnv
  readonly #onUse: (server: MessageServer) => void
  readonly #first: RelayLine
  #second: RelayLine | null = null
  /** The first is not asked before this time. */
  #avoidedUntil = 0

  /** @param onUse - called with the relay of every berth */
  constructor(account: ChatAccount, env: ChatEnv, onUse: (server: MessageServer) => void) {
    const { address, password, server } = account
    this.#account = account
    this.#env = env
    this.#onUse = onUse
    this.#first = new RelayLine(
      messageServerOf(server),
      { username: userOf(address), password },
      env,
    )
  }

  /** The tunnel has brought a pass. Conversations that run under the one before go on. */
  takePass(login: RelayLogin): void {
    const server = tunnelOwnersRelay(this.#account.server)
    if (this.#second !== null) this.#second.login = login
    else if (server !== null) this.#second = new RelayLine(server, login, this.#env)
  }

  /**
   * Connects where needed, authenticates, and opens a session.
   *
   * @throws MsrpError, KnownFault of the account's own relay, if no other helps either
   */
  async reserve(sink: Sink<MsrpSessionEvent>, file?: MsrpFileEnd): Promise<Berth> {
    const { now } = this.#env
    if (this.#second === null) return await this.#reserveAt(this.#first, sink, file)
    let failure: unknown = null
    if (now() >= this.#avoidedUntil) {
      try {
        return await this.#reserveAt(this.#first, sink, file)
      } catch (error) {
        failure = error
        this.#avoidedUntil = now() + RELAY_AVOIDED_MS
      }
    }
    try {
      return await this.#reserveAt(this.#second, sink, file)
    } catch (error) {
      this.#avoidedUntil = 0
      throw failure ?? error
    }
  }

  /** The way to the servers is broken: whatever is open is, too. */
  drop(): void {
    this.#first.drop()
    this.#second?.drop()
  }

  async #reserveAt(
    line: RelayLine,
    sink: Sink<MsrpSessionEvent>,
    file: MsrpFileEnd | undefined,
  ): Promise<Berth> {
    const berth = await line.reserve(sink, file)
    this.#onUse(line.server)
    return berth
  }
}
