import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { OtrEnv } from './engine.ts'
import { Interleaving, move, setup } from './testing/interleavings.ts'
import { derive } from './testing/peers.ts'

/*
 * `npm run test:long`: a hundred thousand interleavings. The cryptography is real, but computed once:
 * each side draws the same numbers in every run, so that the same powers and signatures come up again.
 * Within a run nothing repeats.
 */

vi.mock('./group.ts', async (load) => {
  const { remembered } = await import('./testing/remembered.ts')
  const group = await load<typeof import('./group.ts')>()
  const pow = remembered(
    group.pow,
    (base, exponent) => `${base.toString(32)} ${exponent.toString(32)}`,
  )
  const fixed = (base: bigint) => ({ pow: (exponent: bigint) => pow(base, exponent) })
  const powG = (exponent: bigint) => pow(2n, exponent)
  return { ...group, pow, powG, longBase: fixed, shortBase: fixed }
})

vi.mock('./dsa.ts', async (load) => {
  const { remembered } = await import('./testing/remembered.ts')
  const dsa = await load<typeof import('./dsa.ts')>()
  const sign = remembered(dsa.sign, (key, m) => `${key.y.toString(32)} ${m}`)
  const verify = remembered(
    dsa.verify,
    ({ y }, m, signature) => `${y.toString(32)} ${m} ${signature}`,
  )
  return { ...dsa, sign, verify }
})

/** `npm run test:long` asks for all of them; every other run of the tests for a few. */
const RUNS = process.env['OTR_LONG'] === '1' ? 100_000 : 150

/** The numbers of each length in an order of their own, so that powers recur however runs differ. */
function drawer(name: string): OtrEnv['random'] {
  const drawn = new Map<number, number>()
  return (length) => {
    const count = drawn.get(length) ?? 0
    drawn.set(length, count + 1)
    return derived(name, length, count).slice()
  }
}

const cache = new Map<string, Uint8Array>()

function derived(name: string, length: number, count: number): Uint8Array {
  const label = `${name}/${length}#${count}`
  let bytes = cache.get(label)
  if (bytes === undefined) {
    bytes = derive(label, length)
    cache.set(label, bytes)
  }
  return bytes
}

test(`${RUNS} interleavings: nothing in clear, nothing twice, nothing false, and it heals`, () => {
  let moves = 0
  let delivered = 0
  fc.assert(
    fc.property(
      fc.constantFrom('1', '2', '3'),
      fc.tuple(setup, setup),
      fc.boolean(),
      fc.array(move, { minLength: 10, maxLength: 40, size: 'max' }),
      (seed, setups, met, steps) => {
        const both = new Interleaving(setups, [drawer(`a${seed}`), drawer(`b${seed}`)])
        if (met) both.meet()
        delivered += both.play(steps)
        moves += steps.length
      },
    ),
    { numRuns: RUNS },
  )
  // Whoever never gets to talk proves nothing.
  expect(delivered).toBeGreaterThan(RUNS / 2)
  process.stdout.write(`${RUNS} interleavings, ${moves} moves, ${delivered} texts delivered\n`)
}, 3_600_000)
