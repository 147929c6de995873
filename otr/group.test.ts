import { checkPrimeSync, createDiffieHellman, getDiffieHellman } from 'node:crypto'
import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bigintToBytes, toHex } from './bytes.ts'
import {
  inverse,
  isExponent,
  isGroupElement,
  longBase,
  modQ,
  mulP,
  P,
  pow,
  powG,
  powProduct,
  Q,
  shortBase,
} from './group.ts'
import sheet from './vectors/otr-sheet.json' with { type: 'json' }

const big = (hex: string) => BigInt(`0x${hex}`)

/** base^exponent by OpenSSL, which takes no base below 2 and no exponent of zero. */
function opensslPow(base: bigint, exponent: bigint): bigint {
  const dh = createDiffieHellman(bigintToBytes(P), bigintToBytes(2n))
  dh.setPrivateKey(bigintToBytes(exponent))
  return big(dh.computeSecret(bigintToBytes(base)).toString('hex'))
}

const bits = (count: number) => fc.bigInt({ min: 1n, max: (1n << BigInt(count)) - 1n })
/** Exponents of every length, long ones and those with long runs of one bit among them. */
const exponents = fc.oneof(
  fc.integer({ min: 1, max: 1536 }).chain(bits),
  fc.integer({ min: 0, max: 1535 }).map((at) => 1n << BigInt(at)),
  fc.integer({ min: 1, max: 1536 }).map((at) => (1n << BigInt(at)) - 1n),
)
const elements = fc.bigInt({ min: 2n, max: P - 2n })

describe('the group', () => {
  test('is RFC 3526 group 5: a safe prime, in which 2 has the order Q', () => {
    expect(bigintToBytes(P)).toEqual(new Uint8Array(getDiffieHellman('modp5').getPrime()))
    expect(toHex(sha256(bigintToBytes(P)))).toBe(
      '64fcc83ec403930bf18393dbc883ccaa1fbb08ac876f77f7aa99748ca945019b',
    )
    expect(checkPrimeSync(P)).toBe(true)
    expect(checkPrimeSync(Q)).toBe(true)
    expect(powG(Q)).toBe(1n)
  })

  test('has no room for elements of small order, nor for what is no element', () => {
    for (const v of [-1n, 0n, 1n, P - 1n, P, P + 1n, P + 2n]) expect(isGroupElement(v)).toBe(false)
    for (const v of [2n, Q, P - 2n]) expect(isGroupElement(v)).toBe(true)
  })

  test('has exponents from 1 to below its order', () => {
    for (const d of [-1n, 0n, Q, Q + 1n]) expect(isExponent(d)).toBe(false)
    for (const d of [1n, Q - 1n]) expect(isExponent(d)).toBe(true)
    expect(modQ(-1n)).toBe(Q - 1n)
    expect(modQ(Q + 5n)).toBe(5n)
    expect(modQ(-Q)).toBe(0n)
  })
})

test('agrees with the vectors', () => {
  const { bobX, aliceY, gx, gy, s } = sheet.ake
  expect(powG(big(bobX))).toBe(big(gx))
  expect(powG(big(aliceY))).toBe(big(gy))
  expect(pow(big(gy), big(bobX))).toBe(big(s))
  expect(pow(big(gx), big(aliceY))).toBe(big(s))
})

describe('exponentiation agrees with OpenSSL', () => {
  test('powG', () => {
    fc.assert(
      fc.property(exponents, (e) => powG(e) === opensslPow(2n, e)),
      { numRuns: 200 },
    )
  })

  test('pow', () => {
    fc.assert(
      fc.property(elements, exponents, (base, e) => pow(base, e) === opensslPow(base, e)),
      { numRuns: 60 },
    )
  })

  test('longBase and shortBase', () => {
    fc.assert(
      fc.property(elements, exponents, exponents, (base, e, f) => {
        const [long, short] = [longBase(base), shortBase(base)]
        expect([long.pow(e), long.pow(f)]).toEqual([opensslPow(base, e), opensslPow(base, f)])
        const cut = BigInt.asUintN(320, e) || 1n
        expect(short.pow(cut)).toBe(opensslPow(base, cut))
      }),
      { numRuns: 30 },
    )
  })

  test('powProduct, with 2 for a base too', () => {
    const bases = fc.oneof(fc.constant(2n), elements)
    fc.assert(
      fc.property(bases, exponents, elements, exponents, (b1, e1, b2, e2) => {
        const expected = mulP(opensslPow(b1, e1), opensslPow(b2, e2))
        return powProduct(b1, e1, b2, e2) === expected
      }),
      { numRuns: 40 },
    )
  })
})

test('the exponent 0 gives 1', () => {
  const base = big(sheet.ake.gx)
  expect(powG(0n)).toBe(1n)
  expect(pow(base, 0n)).toBe(1n)
  expect(longBase(base).pow(0n)).toBe(1n)
  expect(shortBase(base).pow(0n)).toBe(1n)
  expect(powProduct(base, 0n, base, 0n)).toBe(1n)
  expect(powProduct(base, 0n, base, 1n)).toBe(base)
})

test('exponents that no caller may have are refused', () => {
  const fixed = longBase(5n)
  expect(() => shortBase(5n).pow(1n << 320n)).toThrow(RangeError)
  for (const e of [-1n, 1n << 1536n]) {
    expect(() => powG(e)).toThrow(RangeError)
    expect(() => pow(5n, e)).toThrow(RangeError)
    expect(() => fixed.pow(e)).toThrow(RangeError)
    expect(() => powProduct(5n, e, 5n, 1n)).toThrow(RangeError)
    expect(() => powProduct(5n, 1n, 5n, e)).toThrow(RangeError)
  }
})

test('inverse undoes multiplication', () => {
  fc.assert(
    fc.property(elements, (a) => mulP(a, inverse(a)) === 1n),
    { numRuns: 50 },
  )
  expect(() => inverse(0n)).toThrow(RangeError)
  expect(() => inverse(P)).toThrow(RangeError)
})
