import { checkPrimeSync, randomBytes } from 'node:crypto'
import { sha256 } from '@noble/hashes/sha2.js'
import { expect, test } from 'vitest'
import { concat, Writer } from './bytes.ts'
import { sign, verify } from './dsa.ts'
import { generateKey, generateKeyInSlices, keySearch } from './dsa-generate.ts'
import { checkPrivateKey } from './dsa-key-record.ts'
import { bitLength } from './modular.ts'
import { hasSmallFactor, isProbablePrime, passesFermat, SMALL_PRIMES } from './primes.ts'

const random = (length: number) => new Uint8Array(randomBytes(length))

/** The same bytes in every run, so that the number of candidates can be told. */
function seeded(seed: number): (length: number) => Uint8Array {
  let block = 0
  return (length) => {
    const blocks = Array.from({ length: Math.ceil(length / 32) }, () =>
      sha256(new Writer().int(seed).int(block++).finish()),
    )
    return concat(...blocks).slice(0, length)
  }
}

test('makes keys of 1024 and 160 bits from primes', () => {
  for (let i = 0; i < 5; i++) {
    const key = generateKey(random)
    expect(bitLength(key.p)).toBe(1024)
    expect(bitLength(key.q)).toBe(160)
    expect(checkPrimeSync(key.p)).toBe(true)
    expect(checkPrimeSync(key.q)).toBe(true)
    expect((key.p - 1n) % key.q).toBe(0n)
    checkPrivateKey(key)
    const m = random(32)
    expect(verify(key, m, sign(key, m, random))).toBe(true)
  }
})

test('makes another key each time, down to the domain parameters', () => {
  const [a, b] = [generateKey(random), generateKey(random)]
  expect(a.p).not.toBe(b.p)
  expect(a.q).not.toBe(b.q)
  expect(a.x).not.toBe(b.x)
})

test('does not go on for ever with a source that is not random', () => {
  expect(() => generateKey((length) => new Uint8Array(length))).toThrow(RangeError)
})

test('in one go or in slices it is the same search, counted candidate by candidate', async () => {
  const counts: number[] = []
  const onProgress = (candidates: number) => counts.push(candidates)
  expect(await generateKeyInSlices(seeded(1), { onProgress })).toEqual(generateKey(seeded(1)))
  expect(counts).toEqual(counts.map((_, i) => i))
  expect(counts.length).toBeGreaterThan(3)
})

test('between slices the thread does other things, and stops when told', async () => {
  const counts: number[] = []
  const cancel = new AbortController()
  const onProgress = (candidates: number) => {
    // Not from in here, but as a message from elsewhere would: in a turn of its own.
    if (candidates === 0) setImmediate(() => cancel.abort())
    counts.push(candidates)
  }
  await expect(
    generateKeyInSlices(seeded(1), { onProgress, signal: cancel.signal }),
  ).rejects.toMatchObject({ name: 'AbortError' })
  expect(counts.length).toBeLessThan(4)
})

test('costs few tests for each key, because the sieve takes nine candidates in ten', () => {
  let tested = 0
  for (let seed = 0; seed < 10; seed++) {
    for (const _ of keySearch(seeded(seed))) tested++
  }
  // One in 33 of those that the sieve leaves is prime; without it, one in 355.
  expect(tested / 10).toBeLessThan(80)
})

test('tells primes from composites as OpenSSL does', () => {
  for (let i = 0; i < 300; i++) {
    const n = BigInt(`0x${randomBytes(12).toString('hex')}`) | 1n
    const prime = checkPrimeSync(n)
    expect(isProbablePrime(n, 20, random), `${n}`).toBe(prime)
    if (prime) expect([passesFermat(n), hasSmallFactor(n)]).toEqual([true, false])
  }
})

test('is not deceived by pseudoprimes', () => {
  // Carmichael numbers, and strong pseudoprimes to base 2.
  for (const n of [561n, 1105n, 1729n, 2047n, 3277n, 4033n, 3215031751n, 3825123056546413051n]) {
    expect(isProbablePrime(n, 40, random), `${n}`).toBe(false)
  }
  expect(passesFermat(561n)).toBe(true)
})

test('finds small factors', () => {
  for (const n of [3n, 9n * 1009n, 53n * 65521n, 561n]) expect(hasSmallFactor(n)).toBe(true)
  for (const n of [59n, 59n * 61n, 1n]) expect(hasSmallFactor(n)).toBe(false)
})

test('knows the odd primes in groups of three that a double holds', () => {
  expect([...SMALL_PRIMES.subarray(0, 4)]).toEqual([3, 5, 7, 11])
  expect(SMALL_PRIMES[6540]).toBe(65521)
  expect(SMALL_PRIMES.length % 3).toBe(0)
  expect(SMALL_PRIMES.slice(-3).reduce((product, prime) => product * prime, 1)).toBeLessThan(
    2 ** 53,
  )
  // There are 17,984 primes below 200,000, of which 2 and 199,999 are left out.
  expect(SMALL_PRIMES).toHaveLength(17_982)
  expect(checkPrimeSync(BigInt(SMALL_PRIMES.at(-1)!))).toBe(true)
})
