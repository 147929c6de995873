import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { bitLength } from './modular.ts'
import { montgomeryMultiplier } from './montgomery.ts'
import { BigintMultiplier, type Multiplier } from './multiplier.ts'
import sheet from './vectors/otr-sheet.json' with { type: 'json' }

const big = (hex: string) => BigInt(`0x${hex}`)
const ones = (bits: number) => (1n << BigInt(bits)) - 1n

function multipliers(modulus: bigint): [Multiplier, Multiplier] {
  const montgomery = montgomeryMultiplier(modulus, bitLength(modulus))
  if (montgomery === null) throw new Error(`${bitLength(modulus)} bits`)
  return [montgomery, new BigintMultiplier(modulus)]
}

type Step =
  | readonly ['multiply', bigint]
  | readonly ['square' | 'double', number]
  | readonly ['copy']

/** Walks through the steps and gives the product. Doubling is followed by squaring. */
function product(multiplier: Multiplier, start: bigint, steps: readonly Step[]): bigint {
  const factors = steps.map((step) =>
    step[0] === 'multiply' ? multiplier.factor(step[1]) : multiplier.factor(1n),
  )
  multiplier.begin(multiplier.factor(start))
  steps.forEach((step, i) => {
    if (step[0] === 'multiply') multiplier.multiply(factors[i]!)
    else if (step[0] === 'square') multiplier.square(step[1])
    else if (step[0] === 'double') {
      multiplier.double(step[1])
      multiplier.square(1)
    } else multiplier.begin(multiplier.copy())
  })
  return multiplier.end()
}

/** Moduli of all sizes, those at the ends of each among them, with many ones and with many zeros. */
const moduli = fc
  .oneof(
    fc.constantFrom(768, 1023, 1024, 1025, 1536, 1537, 2048, 3072),
    fc.integer({ min: 768, max: 3072 }),
  )
  .chain((bits) => {
    const top = 1n << BigInt(bits - 1)
    return fc.oneof(
      fc.constantFrom(ones(bits), top | 1n, ones(bits) - (1n << BigInt(bits >> 1))),
      fc.bigInt({ min: 0n, max: top - 1n }).map((rest) => top | rest | 1n),
    )
  })
const values = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, ones(28), ones(3072)),
  fc.bigInt({ min: 0n, max: ones(3072) }),
)
const steps = fc.array(
  fc.oneof(
    values.map((value): Step => ['multiply', value]),
    fc.integer({ min: 0, max: 6 }).map((times): Step => ['square', times]),
    fc.integer({ min: 0, max: 3 }).map((times): Step => ['double', times]),
    fc.constant<Step>(['copy']),
  ),
  { maxLength: 8 },
)

test('agrees with bigint', () => {
  fc.assert(
    fc.property(moduli, values, steps, (modulus, start, steps) => {
      const [ours, plain] = multipliers(modulus)
      expect(product(ours, start, steps)).toBe(product(plain, start, steps))
    }),
    { numRuns: 400 },
  )
})

test('with bigint, folds to what dividing alone gives', () => {
  const any = fc.bigInt({ min: 1n, max: ones(2048) })
  fc.assert(
    fc.property(any, any, any, fc.integer({ min: 0, max: 31 }), (modulus, a, b, doublings) => {
      const multiplier = new BigintMultiplier(modulus)
      multiplier.begin(multiplier.factor(a))
      multiplier.multiply(multiplier.factor(b))
      multiplier.double(doublings)
      multiplier.square(1)
      expect(multiplier.end()).toBe(((a * b) << BigInt(doublings)) ** 2n % modulus)
    }),
    { numRuns: 400 },
  )
})

test('agrees with bigint at the largest sums that it can meet', () => {
  for (const bits of [1024, 1536, 2048, 3072]) {
    for (const modulus of [ones(bits), ones(bits) - 2n]) {
      const [ours, plain] = multipliers(modulus)
      const steps: Step[] = [
        ['multiply', modulus - 1n],
        ['double', 3],
        ['multiply', modulus - 2n],
        ['square', 50],
      ]
      expect(product(ours, modulus - 1n, steps)).toBe(product(plain, modulus - 1n, steps))
    }
  }
})

test('takes turns with others of its size, but not in the middle of a product', () => {
  const [a] = multipliers(ones(1024))
  const [b] = multipliers(ones(1000))
  const [two, three] = [a.factor(2n), b.factor(3n)]
  a.begin(two)
  a.square(1)
  expect(a.end()).toBe(4n)
  b.begin(three)
  expect(() => a.multiply(two)).toThrow('another product')
  b.square(1)
  expect(b.end()).toBe(9n)
  expect(() => b.copy()).toThrow('another product')
})

test('doubles no more often than there is room for', () => {
  const [ours] = multipliers(ones(1536))
  ours.begin(ours.factor(1n))
  expect(() => ours.double(4)).toThrow(RangeError)
})

test('leaves to bigint what is even, small or very large', () => {
  for (const modulus of [ones(767), ones(1024) - 1n, ones(3073)]) {
    expect(montgomeryMultiplier(modulus, bitLength(modulus))).toBe(null)
  }
})

describe('where WebAssembly is not to be had', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  test.each([
    ['missing', undefined],
    [
      'forbidden by a content security policy',
      {
        Module: class {
          constructor() {
            throw new EvalError('blocked by CSP')
          }
        },
      },
    ],
  ])('%s: bigint does the work, with the same results', async (_, stub) => {
    vi.stubGlobal('WebAssembly', stub)
    vi.resetModules()
    const { montgomeryMultiplier } = await import('./montgomery.ts')
    expect(montgomeryMultiplier(ones(1024), 1024)).toBe(null)
    const { pow, powG } = await import('./group.ts')
    const { bobX, gx, gy, s } = sheet.ake
    expect(powG(big(bobX))).toBe(big(gx))
    expect(pow(big(gy), big(bobX))).toBe(big(s))
    const { generateKey } = await import('./dsa-generate.ts')
    const { checkPrivateKey } = await import('./dsa-key-record.ts')
    checkPrivateKey(generateKey((length) => crypto.getRandomValues(new Uint8Array(length))))
  })
})
