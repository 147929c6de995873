/** A clock that goes when it is told to. */
export class Clock {
  now = 0
  #timers: { at: number; task: () => void }[] = []

  readonly after = (ms: number, task: () => void) => {
    const timer = { at: this.now + ms, task }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  pass(ms: number): void {
    const end = this.now + ms
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0]
      if (next === undefined || next.at > end) break
      this.now = next.at
      this.#timers = this.#timers.filter((timer) => timer !== next)
      next.task()
    }
    this.now = end
  }
}
