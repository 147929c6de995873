import { createHmac } from 'node:crypto'
import { digestHa1 } from '../msrp/index.ts'
import { type EdgeEnv, randomToken } from './env.ts'

/** Name and password for AUTH at our relay, as an account has them, but for a while only. */
export interface RelayPass {
  readonly user: string
  readonly password: string
  /** Milliseconds since the epoch. */
  readonly expires: number
}

/** A pass is good for new conversations this long: 2 h. Whoever stays signed in gets another. */
const LIFETIME_MS = 2 * 3_600_000

/**
 * Passes to the relay for people whose accounts are at a provider, given to whoever has registered
 * there through a tunnel of ours. Nothing is kept: the name says until when it is good, and the
 * password is a MAC of the name under a key that only this process has, as TURN servers do it.
 */
export class RelayPasses {
  readonly #realm: string
  readonly #env: EdgeEnv
  readonly #key: Uint8Array

  /** @param realm - of the relay's digest */
  constructor(realm: string, env: EdgeEnv) {
    this.#realm = realm
    this.#env = env
    this.#key = env.random(32)
  }

  /** A pass that no other has. */
  issue(): RelayPass {
    const expires = this.#env.now() + LIFETIME_MS
    const user = `~${Math.floor(expires / 1000)}~${randomToken(this.#env)}`
    return { user, password: this.#passwordOf(user), expires }
  }

  /** HA1 of a pass that is in force; `null` for any other name. No account's name begins with `~`. */
  ha1(user: string): string | null {
    const [, until] = /^~(\d{1,12})~[\w-]{16}$/.exec(user) ?? []
    if (until === undefined || Number(until) * 1000 <= this.#env.now()) return null
    return digestHa1(user, this.#realm, this.#passwordOf(user))
  }

  /** True in the second half of a pass's life: time for another. */
  isWorn(pass: RelayPass): boolean {
    return pass.expires - this.#env.now() < LIFETIME_MS / 2
  }

  #passwordOf(user: string): string {
    return createHmac('sha256', this.#key).update(user).digest('base64url')
  }
}
