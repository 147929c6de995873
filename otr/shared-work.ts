import type { KeyWatch } from './engine.ts'
import { cancelled } from './errors.ts'

/**
 * Work for several callers who may give up one by one: it is told to stop once nobody is left, and
 * then decides itself whether it is too late for that.
 */
export class SharedWork<Value> {
  /** Resolves when the work is over, well or badly. */
  readonly settled: Promise<void>
  readonly #result: Promise<Value>
  readonly #watches = new Set<KeyWatch>()
  readonly #abandoning = new AbortController()
  #isOver = false

  /** @param work - watches a signal of its own, and throws an `AbortError` if that stops it */
  constructor(work: (watch: Required<KeyWatch>) => Promise<Value>) {
    const onProgress = (candidates: number) => {
      for (const watch of this.#watches) watch.onProgress?.(candidates)
    }
    const watch = { onProgress, signal: this.#abandoning.signal }
    this.#result = Promise.resolve(watch).then(work)
    const end = () => {
      this.#isOver = true
    }
    this.settled = this.#result.then(end, end)
  }

  /** Under way, but for nobody any more: it will end soon, and cannot be joined. */
  get isAbandoned(): boolean {
    return this.#abandoning.signal.aborted && !this.#isOver
  }

  /** @throws DOMException `AbortError` if `watch` gave up, and whatever the work throws */
  join(watch: KeyWatch): Promise<Value> {
    const { signal } = watch
    if (signal?.aborted) return Promise.reject(cancelled())
    this.#watches.add(watch)
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#watches.delete(watch)
        if (this.#watches.size > 0) reject(cancelled())
        else this.#abandoning.abort() // The end of the work is the answer.
      }
      signal?.addEventListener('abort', leave)
      const forget = () => {
        this.#watches.delete(watch)
        signal?.removeEventListener('abort', leave)
      }
      void this.#result.then(resolve, reject).finally(forget)
    })
  }
}
