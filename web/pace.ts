/** Lets a thing happen now and then, however often it is wanted. */
export class Pace {
  readonly #last = new Map<string, number>()

  /**
   * @param what - each has a pace of its own
   * @param everyMs - least time between two
   * @returns true if it may happen `now`; then it counts as done
   */
  lets(what: string, everyMs: number, now: number): boolean {
    if (now - (this.#last.get(what) ?? Number.NEGATIVE_INFINITY) < everyMs) return false
    this.#last.set(what, now)
    return true
  }
}
