import { randomBytes } from 'node:crypto'
import type { EdgeEnv } from '../env.ts'

/** A world whose clock stands still until the test moves it. */
export class ManualEnv implements EdgeEnv {
  #now = Date.UTC(2026, 0, 1)
  readonly #tasks = new Map<object, { readonly at: number; readonly run: () => void }>()

  now(): number {
    return this.#now
  }

  random(length: number): Uint8Array {
    return randomBytes(length)
  }

  after(ms: number, run: () => void): () => void {
    const task = {}
    this.#tasks.set(task, { at: this.#now + ms, run })
    return () => this.#tasks.delete(task)
  }

  /** Moves the clock; what is due by then happens in order of time. */
  advance(ms: number): void {
    const until = this.#now + ms
    for (;;) {
      const due = [...this.#tasks].filter(([, { at }]) => at <= until)
      const next = due.sort(([, a], [, b]) => a.at - b.at)[0]
      if (next === undefined) break
      this.#tasks.delete(next[0])
      this.#now = Math.max(this.#now, next[1].at)
      next[1].run()
    }
    this.#now = until
  }
}
