/** Locks when nobody has touched the keys for a while, sleep of the machine included. */
export class IdleLock {
  readonly #after: (ms: number, task: () => void) => () => void
  readonly #now: () => number
  readonly #lock: () => void
  #limit = 0
  #last = 0
  #cancel = () => {}

  constructor(
    after: (ms: number, task: () => void) => () => void,
    now: () => number,
    lock: () => void,
  ) {
    this.#after = after
    this.#now = now
    this.#lock = lock
  }

  /** @param minutes - 0 for never */
  start(minutes: number): void {
    this.stop()
    this.#limit = minutes * 60_000
    this.#last = this.#now()
    if (this.#limit > 0) this.#wait()
  }

  stop(): void {
    this.#limit = 0
    this.#cancel()
  }

  /** Somebody is there. Timers stand still while a machine sleeps: it may be too late already. */
  stir(): void {
    if (this.#limit === 0 || this.#isOver()) return
    this.#last = this.#now()
  }

  #wait(): void {
    this.#cancel = this.#after(this.#last + this.#limit - this.#now(), () => {
      if (!this.#isOver()) this.#wait()
    })
  }

  #isOver(): boolean {
    if (this.#now() - this.#last < this.#limit) return false
    this.stop()
    this.#lock()
    return true
  }
}
