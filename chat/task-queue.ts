/** Runs tasks one after the other, in the order they were added; one that fails stops no other. */
export class TaskQueue {
  readonly #failed: (error: unknown) => void
  #last: Promise<void> = Promise.resolve()

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed
  }

  /** @returns when the task has run, or failed */
  add(task: () => Promise<void> | void | undefined): Promise<void> {
    this.#last = this.#last.then(task).catch(this.#failed)
    return this.#last
  }

  /** Resolves once everything added so far has run. */
  get idle(): Promise<void> {
    return this.#last
  }
}
