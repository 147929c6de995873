import { UNDO_MS } from './limits.ts'

/** What the person deleted, held back while it can still be undone. */
export class Deletions {
  readonly #after: (ms: number, task: () => void) => () => void
  readonly #held = new Map<string, { readonly cancel: () => void; readonly carryOut: () => void }>()

  constructor(after: (ms: number, task: () => void) => () => void) {
    this.#after = after
  }

  /** @param carryOut - deletes it for good; called once, later, unless it is undone */
  hold(what: string, carryOut: () => void): void {
    this.undo(what)
    const cancel = this.#after(UNDO_MS, () => {
      this.#held.delete(what)
      carryOut()
    })
    this.#held.set(what, { cancel, carryOut })
  }

  undo(what: string): void {
    this.#held.get(what)?.cancel()
    this.#held.delete(what)
  }

  /** Nobody can undo any more. */
  flush(): void {
    const held = [...this.#held]
    for (const [what, { carryOut }] of held) {
      this.undo(what)
      carryOut()
    }
  }
}
