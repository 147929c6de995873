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
  expires: number
  cancel: () => void
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
   * A grant with a token of 128 random bits; or, for a client that asks again on the same connection
   * and for the same URI, its grant once more, with the new time. So a conversation outlives its
   * grant without another path, which deployed peers would refuse.
   *
   * @returns `null` if the user, or the relay, has as many as it may have
   */
  issue(user: string, owner: Hop, clientPath: readonly string[], seconds: number): Grant | null {
    const known = this.#ofClient(user, owner, clientPath)
    if (known !== null) {
      known.cancel()
      this.#setTimer(known, seconds)
      return known.grant
    }
    const count = this.#perUser.get(user) ?? 0
    if (count >= GRANTS_PER_USER_MAX || this.#entries.size >= GRANTS_MAX) return null
    const uri = `${this.#base}/${randomToken(this.#env, 16)};tcp`
    const grant: Grant = { uri, user, owner, clientPath }
    const entry: Entry = { grant, expires: 0, cancel: () => {} }
    this.#setTimer(entry, seconds)
    this.#entries.set(uri, entry)
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

  #ofClient(user: string, owner: Hop, clientPath: readonly string[]): Entry | null {
    const path = clientPath.join(' ')
    for (const uri of this.#perOwner.get(owner) ?? []) {
      const entry = this.#entries.get(uri)!
      if (entry.grant.user === user && entry.grant.clientPath.join(' ') === path) return entry
    }
    return null
  }

  #setTimer(entry: Entry, seconds: number): void {
    const ms = seconds * 1000
    entry.expires = this.#env.now() + ms
    entry.cancel = this.#env.after(ms, () => this.#end(entry.grant.uri))
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
