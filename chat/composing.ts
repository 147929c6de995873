import type { ChatEnv } from './client-door.ts'
import {
  COMPOSING_IDLE_MS,
  COMPOSING_LASTS_MAX_MS,
  COMPOSING_LASTS_MS,
  COMPOSING_REFRESH_MS,
} from './limits.ts'

type After = ChatEnv['after']

/** Tells the peer that we write (RFC 3994 §3.2). */
export class OwnComposing {
  readonly #after: After
  readonly #tell: (active: boolean) => void
  #cancelIdle: (() => void) | null = null
  #cancelRefresh: (() => void) | null = null

  constructor(after: After, tell: (active: boolean) => void) {
    this.#after = after
    this.#tell = tell
  }

  /** The person pressed a key. */
  edited(): void {
    this.#cancelIdle?.()
    this.#cancelIdle = this.#after(COMPOSING_IDLE_MS, () => this.stopped())
    if (this.#cancelRefresh === null) this.#active()
  }

  /** The person emptied the composer, or paused. */
  stopped(): void {
    if (this.reset()) this.#tell(false)
  }

  /** A message was sent, which says the same as `idle`; or the session is gone. */
  reset(): boolean {
    const wasActive = this.#cancelRefresh !== null
    this.#cancelIdle?.()
    this.#cancelRefresh?.()
    this.#cancelIdle = this.#cancelRefresh = null
    return wasActive
  }

  #active(): void {
    this.#cancelRefresh = this.#after(COMPOSING_REFRESH_MS, () => this.#active())
    this.#tell(true)
  }
}

/** Believes that the peer writes, for as long as RFC 3994 §3.3 lets it. */
export class PeerComposing {
  readonly #after: After
  readonly #changed: (active: boolean) => void
  #cancelEnd: (() => void) | null = null

  constructor(after: After, changed: (active: boolean) => void) {
    this.#after = after
    this.#changed = changed
  }

  /** @param refresh - seconds until the peer says it again, `null` if it did not tell */
  received(active: boolean, refresh: number | null): void {
    if (!active) return this.reset()
    const lasts = refresh === null ? COMPOSING_LASTS_MS : refresh * 1000
    const wasActive = this.#cancelEnd !== null
    this.#cancelEnd?.()
    this.#cancelEnd = this.#after(Math.min(lasts, COMPOSING_LASTS_MAX_MS), () => this.reset())
    if (!wasActive) this.#changed(true)
  }

  /** A message came, or the session is gone. */
  reset(): void {
    if (this.#cancelEnd === null) return
    this.#cancelEnd()
    this.#cancelEnd = null
    this.#changed(false)
  }
}
