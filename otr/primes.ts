import { bytesToBigint } from './bytes.ts'
import { powMod, powOfTwo } from './power.ts'

type Random = (length: number) => Uint8Array

/**
 * The first 17,982 odd primes: a multiple of three, because the product of three still fits a double
 * exactly. Further ones would cost more than the tests that they spare.
 */
export const SMALL_PRIMES: Uint32Array = smallPrimes(199_999)

function smallPrimes(limit: number): Uint32Array {
  const composite = new Uint8Array(limit)
  const primes: number[] = []
  for (let n = 3; n < limit; n += 2) {
    if (composite[n]) continue
    primes.push(n)
    for (let multiple = n * n; multiple < limit; multiple += 2 * n) composite[multiple] = 1
  }
  return Uint32Array.from(primes)
}

/** True for seven odd numbers in ten, and never for a prime above 53: spares them the costly tests. */
export function hasSmallFactor(n: bigint): boolean {
  const rest = n % FIRST_PRIMES_PRODUCT
  return FIRST_PRIMES.some((prime) => rest % prime === 0n)
}

/** Odd ones, as many as have a product of 64 bits. */
const FIRST_PRIMES = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n]
const FIRST_PRIMES_PRODUCT = FIRST_PRIMES.reduce((product, prime) => product * prime)

/** Fermat's test of an odd number with base 2: rejects nearly every composite for one exponentiation. */
export function passesFermat(n: bigint): boolean {
  return powOfTwo(n - 1n, n) === 1n
}

/**
 * Miller and Rabin's test of an odd number above 4 (FIPS 186-4 §C.3.1), with random bases.
 *
 * @param rounds - each lets a composite number pass with a probability below 1/4
 */
export function isProbablePrime(n: bigint, rounds: number, random: Random): boolean {
  const { odd } = oddPart(n - 1n)
  for (let round = 0; round < rounds; round++) {
    if (!passesRound(powMod(drawBase(n, random), odd, n), n)) return false
  }
  return true
}

/** A random base for a round: 2 to n - 2. */
export function drawBase(n: bigint, random: Random): bigint {
  const bytes = Math.ceil(n.toString(16).length / 2) + 8
  return (bytesToBigint(random(bytes)) % (n - 3n)) + 2n
}

/** @param power - a base to the odd part of n - 1 */
export function passesRound(power: bigint, n: bigint): boolean {
  if (power === 1n || power === n - 1n) return true
  for (let { twos } = oddPart(n - 1n); twos > 1; twos--) {
    power = (power * power) % n
    if (power === n - 1n) return true
  }
  return false
}

/** value = odd · 2^twos. Not for 0. */
export function oddPart(value: bigint): { readonly odd: bigint; readonly twos: number } {
  let [odd, twos] = [value, 0]
  for (; (odd & 1n) === 0n; odd >>= 1n) twos++
  return { odd, twos }
}
