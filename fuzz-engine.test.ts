import { expect, test } from 'vitest'
import { type FuzzOptions, type FuzzTarget, fails, fuzz, smallest } from './fuzz-engine.ts'
import { latin1 } from './fuzz-mutations.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

/** Each step shows in the coverage alone; all at once, they would be guessed far more rarely. */
function brittle(input: Uint8Array): void {
  if (input[0] !== 0x42) return
  if (input[1] !== 0x75) return
  if (input[2] === 0x67) throw new Error('found')
}

const BRITTLE: FuzzTarget = {
  name: 'engine.brittle',
  guide: ['fuzz-engine.test.ts'],
  words: ['B', 'u', 'g'],
  maxBytes: 16,
  steps: { perByte: 10, atAll: 100 },
  shortRuns: 0,
  seeds: () => [bytes('...')],
  run(input) {
    brittle(input)
    return 'unharmed'
  },
}

const options = (seed: number, runs: number): FuzzOptions => ({
  seed,
  corpus: [],
  until: (done) => done >= runs,
})

test('coverage leads to what blind changes would not find', () => {
  const { failure, runs } = fuzz(BRITTLE, options(1, 20_000))
  expect(failure?.error).toEqual(new Error('found'))
  expect(runs).toBeLessThan(20_000)
  expect(latin1(smallest(BRITTLE, failure!.input))).toBe('Bug')
}, 60_000)

test('a seed says what is tried', () => {
  const tried = (seed: number) => {
    const inputs: string[] = []
    const run = (input: Uint8Array) => `${inputs.push(latin1(input)) > 0}`
    fuzz({ ...BRITTLE, run }, options(seed, 200))
    return inputs
  }
  expect(tried(7)).toEqual(tried(7))
  expect(tried(7)).not.toEqual(tried(8))
})

test('too much work for an input is a failure', () => {
  const run = (input: Uint8Array) => {
    for (const one of input) for (const other of input) brittle(Uint8Array.of(one, other))
    return 'slow'
  }
  const seeds = () => [bytes('.'.repeat(1_000))]
  const { failure } = fuzz({ ...BRITTLE, maxBytes: 2_000, seeds, run }, options(1, 100))
  expect(String(failure?.error)).toMatch(/^Error: \d{7} steps for 1000 B$/)
})

test('an outcome that was not seen before is worth as much as new code', () => {
  const run = (input: Uint8Array) => `${input.length > 5}`
  const { found, outcomes } = fuzz({ ...BRITTLE, run }, options(1, 100))
  expect([...outcomes.keys()].sort()).toEqual(['false', 'true'])
  expect(found.some((input) => input.length > 5)).toBe(true)
})

test('an error that nobody expects is a failure, whatever was to be refused', () => {
  const run = () => {
    throw new TypeError('x is not a function')
  }
  expect(fails({ ...BRITTLE, run }, bytes(''))).toBe(true)
})
