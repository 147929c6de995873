import { Coverage } from './fuzz-coverage.ts'
import { Dice, fromLatin1, type Kitchen, mutant } from './fuzz-mutations.ts'

/** What is fuzzed. Each `*.fuzz.ts` exports a list of these as `fuzzTargets`. */
export interface FuzzTarget {
  /** `room.what`. */
  readonly name: string
  /** Source files or folders, from the root: new code there makes an input worth changing further. */
  readonly guide: readonly string[]
  /** Pieces of the format, one character a byte. */
  readonly words: readonly string[]
  /** Largest input, in bytes. */
  readonly maxBytes: number
  /** Work allowed, in blocks of the guide's code: so many for each byte, after so many at all. */
  readonly steps: { readonly perByte: number; readonly atAll: number }
  /** Mutants in the unit lane. */
  readonly shortRuns: number
  /** Good inputs to begin with. */
  seeds(): readonly Uint8Array[]
  /**
   * Takes any bytes.
   *
   * @returns a name for what happened: one that was not seen before makes the input interesting
   * @throws whatever must not happen
   */
  run(input: Uint8Array): string
}

export interface FuzzOptions {
  /** Determines all that is tried, as long as `until` does not go by the clock. */
  readonly seed: number
  /** Inputs of earlier runs. */
  readonly corpus: readonly Uint8Array[]
  /** Asked between batches. @param runs - mutants tried so far */
  readonly until: (runs: number) => boolean
}

export interface FuzzReport {
  readonly runs: number
  /** Inputs that reached code, or had an outcome, that no earlier one had. */
  readonly found: readonly Uint8Array[]
  /** How often each thing happened. */
  readonly outcomes: ReadonlyMap<string, number>
  readonly failure: FuzzFailure | null
}

export interface FuzzFailure {
  readonly input: Uint8Array
  readonly error: unknown
}

/** The code of an error that the input deserves; anything else goes on up. */
export function refusal(
  kinds: readonly (new (...args: never[]) => Error & { readonly code: string })[],
  error: unknown,
): string {
  for (const kind of kinds) if (error instanceof kind) return error.code
  throw error
}

/** Mutants between two looks at the coverage, which cost as much as dozens of runs. */
const BATCH = 24

/** Changes inputs, keeps those that lead to something new, and changes these, until told to stop. */
export function fuzz(target: FuzzTarget, { seed, corpus, until }: FuzzOptions): FuzzReport {
  const seeds = [...target.seeds(), ...corpus]
  const words = target.words.map(fromLatin1)
  const dice = new Dice(seed)
  const run = new Run(target)
  try {
    for (const input of seeds) run.study(input)
    run.forgetFound()
    const pool = [...seeds]
    while (run.failure === null && !until(run.runs)) {
      const kitchen: Kitchen = { pool, words, maxBytes: target.maxBytes }
      // What was found last leads on best.
      const parent = () => (dice.below(3) === 0 ? dice.pick(pool.slice(-16)) : dice.pick(pool))
      const batch = Array.from({ length: BATCH }, () => mutant(parent(), dice, kitchen))
      pool.push(...run.tryAll(batch))
    }
  } finally {
    run.close()
  }
  return run
}

class Run implements FuzzReport {
  runs = 0
  found: Uint8Array[] = []
  failure: FuzzFailure | null = null
  readonly outcomes = new Map<string, number>()
  readonly #target: FuzzTarget
  readonly #coverage: Coverage

  constructor(target: FuzzTarget) {
    this.#target = target
    this.#coverage = new Coverage(target.guide)
  }

  /** @returns those of the inputs that led to something new */
  tryAll(inputs: readonly Uint8Array[]): Uint8Array[] {
    const surprising = new Set<Uint8Array>()
    let allowed = 0
    for (const input of inputs) {
      if (this.#run(input)) surprising.add(input)
      allowed += this.#allowed(input)
      this.runs++
      if (this.failure !== null) return []
    }
    const { isNew, steps } = this.#coverage.look(false)
    if (!isNew && surprising.size === 0 && steps <= allowed) return []
    return inputs.filter((input) => this.study(input, surprising.has(input)))
  }

  /** Runs one input by itself. @returns whether it led to something new */
  study(input: Uint8Array, isSurprising = false): boolean {
    const isNewOutcome = this.#run(input) || isSurprising
    const { isNew, steps } = this.#coverage.look(true)
    if (steps > this.#allowed(input)) {
      this.failure ??= { input, error: new Error(`${steps} steps for ${input.length} B`) }
    }
    if (isNew || isNewOutcome) this.found.push(input)
    return isNew || isNewOutcome
  }

  /** What the seeds reached is not found. */
  forgetFound(): void {
    this.found = []
  }

  close(): void {
    this.#coverage.close()
  }

  /** @returns whether that had never happened */
  #run(input: Uint8Array): boolean {
    try {
      const outcome = this.#target.run(input)
      const before = this.outcomes.get(outcome)
      this.outcomes.set(outcome, (before ?? 0) + 1)
      return before === undefined
    } catch (error) {
      this.failure ??= { input, error }
      return false
    }
  }

  #allowed({ length }: Uint8Array): number {
    const { perByte, atAll } = this.#target.steps
    return perByte * length + atAll
  }
}

export function fails(target: FuzzTarget, input: Uint8Array): boolean {
  try {
    target.run(input)
    return false
  } catch {
    return true
  }
}

/** What is left of an input that fails when pieces are cut out of it, as far as patience goes. */
export function smallest(target: FuzzTarget, input: Uint8Array, patience = 2_000): Uint8Array {
  let rest = input
  let tries = 0
  for (let piece = rest.length >> 1; piece > 0; piece >>= 1) {
    for (let at = 0; at < rest.length && tries < patience; tries++) {
      const less = new Uint8Array(Math.max(at, rest.length - piece))
      less.set(rest.subarray(0, at))
      less.set(rest.subarray(at + piece), at)
      if (fails(target, less)) rest = less
      else at += piece
    }
  }
  return rest
}
