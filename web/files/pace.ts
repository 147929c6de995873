import { PACE_MS } from '../limits.ts'

/** How fast a file moves, for a guess at how long it will take. */
export class Pace {
  #samples: readonly { readonly at: number; readonly done: number }[] = []

  /** @param done - octets so far; fewer than before begins anew */
  note(at: number, done: number): void {
    const isRestart = done < (this.#samples.at(-1)?.done ?? 0)
    const recent = isRestart ? [] : this.#samples.filter((sample) => at - sample.at <= PACE_MS)
    this.#samples = [...recent, { at, done }]
  }

  /** Milliseconds that `size` octets still take at the pace of late; `null` while that is a wild guess. */
  remaining(size: number): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)]
    if (first === undefined || last === undefined) return null
    const moved = last.done - first.done
    if (last.at - first.at < 1000 || moved <= 0) return null
    return ((size - last.done) * (last.at - first.at)) / moved
  }
}
