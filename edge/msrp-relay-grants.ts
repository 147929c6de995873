import type { EdgeEnv } from './env.ts'
import { randomToken } from './env.ts'
import type { Hop } from './msrp-relay-hop.ts'
import { GRANTS_MAX, GRANTS_PER_USER_MAX } from './msrp-relay-limits.ts'

/** What AUTH gave to a client: a URI of ours that leads to its connection, and to nothing else. */
export interface Grant {
  /** In the Use-Path of the client, byte for byte. */
  readonly uri: string
  readonly user: string
  /** The connection that authenticated. The grant ends with it (RFC 4976 §6.2). */
  readonly owner: Hop
  /** The AUTH's From-Path: all that remains of To-Path when a request has come this far. */
  readonly clientPath: readonly string[]
}

interface Entry {
  readonly grant: Grant
  /** Milliseconds since the epoch. */
  readonly expires: number
  readonly cancel: () => void
}

/** All grants in force. */
export class Grants {
  readonly #base: string
  readonly #env: EdgeEnv
  readonly #onEnd: (grant: Grant) => void
  readonly #entries = new Map<string, Entry>()
  readonly #perUser = new Map<string, number>()
  readonly #perOwner = new Map<Hop, Set<string>>()

  /**
   * @param base - scheme and authority of our URIs, in lower case, e.g. `msrps://relay.example.com:2855`
   * @param onEnd - called once for every grant, when it is no longer in force
   */
  constructor(base: string, env: EdgeEnv, onEnd: (grant: Grant) => void) {
    this.#base = base
    this.#env = env
    this.#onEnd = onEnd
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * A grant with a token of 128 random bits.
   *
   * @returns `null` if the user, or the relay, has as many as it may have
   */
  issue(user: string, owner: Hop, clientPath: readonly string[], seconds: number): Grant | null {
    const count = this.#perUser.get(user) ?? 0
    if (count >= GRANTS_PER_USER_MAX || this.#entries.size >= GRANTS_MAX) return null
    const uri = `${this.#base}/${randomToken(this.#env, 16)};tcp`
    const grant: Grant = { uri, user, owner, clientPath }
    const ms = seconds * 1000
    this.#entries.set(uri, {
      grant,
      expires: this.#env.now() + ms,
      cancel: this.#env.after(ms, () => this.#end(uri)),
    })
    this.#perUser.set(user, count + 1)
    const owned = this.#perOwner.get(owner) ?? new Set()
    this.#perOwner.set(owner, owned.add(uri))
    return grant
  }

  find(uri: string): Grant | null {
    const entry = this.#entries.get(uri)
    if (entry === undefined) return null
    // A machine that slept has late timers.
    if (this.#env.now() < entry.expires) return entry.grant
    this.#end(uri)
    return null
  }

  /** Whether this is a URI of ours, in force or not. */
  isOurs(uri: string): boolean {
    return uri.toLowerCase().startsWith(`${this.#base}/`)
  }

  /** Ends everything that was granted on a connection. */
  endAllOf(owner: Hop): void {
    for (const uri of this.#perOwner.get(owner) ?? []) this.#end(uri)
    this.#perOwner.delete(owner)
  }

  #end(uri: string): void {
    const entry = this.#entries.get(uri)
    if (entry === undefined) return
    const { grant } = entry
    entry.cancel()
    this.#entries.delete(uri)
    this.#perOwner.get(grant.owner)?.delete(uri)
    const left = this.#perUser.get(grant.user)! - 1
    if (left === 0) this.#perUser.delete(grant.user)
    else this.#perUser.set(grant.user, left)
    this.#onEnd(grant)
  }
}
