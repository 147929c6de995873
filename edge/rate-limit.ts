import type { EdgeEnv } from './env.ts'
import { RATE_KEYS_MAX } from './limits.ts'

/** Token buckets by name: `burst` at once, then `perSecond` for ever. */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; at: number }>()
  readonly #burst: number
  readonly #perSecond: number
  readonly #env: Pick<EdgeEnv, 'now'>

  constructor(burst: number, perSecond: number, env: Pick<EdgeEnv, 'now'>) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#env = env
  }

  /** Takes one token. @returns false if there is none, and then nothing changes */
  take(key: string): boolean {
    const tokens = this.#tokens(key)
    if (tokens < 1) return false
    this.#buckets.delete(key) // Put last: the first key of a Map is then the one longest unseen.
    this.#buckets.set(key, { tokens: tokens - 1, at: this.#env.now() })
    if (this.#buckets.size > RATE_KEYS_MAX) {
      const [oldest] = this.#buckets.keys()
      this.#buckets.delete(oldest!)
    }
    return true
  }

  /** Whether {@link take} would succeed. */
  allows(key: string): boolean {
    return this.#tokens(key) >= 1
  }

  #tokens(key: string): number {
    const bucket = this.#buckets.get(key)
    if (bucket === undefined) return this.#burst
    const earned = ((this.#env.now() - bucket.at) / 1000) * this.#perSecond
    return Math.min(this.#burst, bucket.tokens + Math.max(0, earned))
  }
}
