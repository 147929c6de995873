import { bytesToBigint } from './bytes.ts'
import { type DsaPrivateKey, powSecret } from './dsa.ts'
import { blindFactor } from './dsa-nonce.ts'
import type { KeyWatch } from './engine.ts'
import { cancelled } from './errors.ts'
import { DSA_Q_BITS } from './limits.ts'
import { powMod } from './power.ts'
import {
  drawBase,
  hasSmallFactor,
  isProbablePrime,
  oddPart,
  passesFermat,
  passesRound,
  SMALL_PRIMES,
} from './primes.ts'

type Random = (length: number) => Uint8Array

/** Bits of p: the size that every OTR client makes and takes. */
const P_BITS = 1024

/** Values of p looked at for one starting point; one in about 355 of them is a prime. */
const WINDOW = 2048

/*
 * Miller and Rabin's rounds that let a random composite of that length pass with less than 2^-80 (Damgård,
 * Landrock, Pomerance: Average case error estimates for the strong probable prime test, 1993, theorems 2
 * and 4). Without a Lucas test, FIPS 186-4 table C.1 asks for 40, which would be enough for numbers that
 * an adversary had chosen: ours nobody chooses.
 */
const ROUNDS_P = 3 // 2^-89
const ROUNDS_Q = 18 // 2^-82

/** One draw in 55 gives a q, nearly every one a p: without so many, the source is broken. */
const DRAWS_MAX = 5000
const NOT_RANDOM = 'the random source repeats itself'

/** Makes a key in one go: {@link keySearch} to its end. */
export function generateKey(random: Random): DsaPrivateKey {
  const search = keySearch(random)
  for (;;) {
    const { done, value } = search.next()
    if (done) return value
  }
}

/**
 * Makes a key, with a pause before each candidate in which the thread hears of other things.
 *
 * @throws DOMException `AbortError` once `signal` is aborted
 */
export async function generateKeyInSlices(
  random: Random,
  { onProgress, signal }: KeyWatch,
): Promise<DsaPrivateKey> {
  const search = keySearch(random)
  const pauses = new Pauses()
  try {
    for (;;) {
      if (signal?.aborted) throw cancelled()
      const { done, value } = search.next()
      if (done) return value
      onProgress?.(value)
      await pauses.next()
    }
  } finally {
    pauses.end()
  }
}

/** Lets messages, timers and sockets have their turn, which a resolved promise alone would not. */
class Pauses {
  /** Taken in turns: Node goes on with one port for as long as there is something in it. */
  readonly #channels = [new MessageChannel(), new MessageChannel()] as const
  #turn: 0 | 1 = 0

  next(): Promise<void> {
    this.#turn = this.#turn === 0 ? 1 : 0
    const { port1, port2 } = this.#channels[this.#turn]
    return new Promise((resolve) => {
      port1.onmessage = () => resolve()
      port2.postMessage(null)
    })
  }

  end(): void {
    for (const { port1 } of this.#channels) port1.close()
  }
}

/**
 * Makes a key of 1024 and 160 bits with domain parameters of its own, in the order of FIPS 186-4 §A.1:
 * q, then p ≡ 1 mod 2q, then g; last x and y. Unlike there, p is searched upwards from a random start,
 * which lets one sieve serve 2048 candidates. Tens of milliseconds, sometimes ten times as much.
 *
 * Stops before each costly test, about a millisecond, with the number of candidates tested so far.
 *
 * @throws RangeError if `random` returns the same again and again
 */
export function* keySearch(random: Random): Generator<number, DsaPrivateKey, void> {
  const q = drawPrime(DSA_Q_BITS, random)
  let tested = 0
  for (const p of likelyModuli(q, random)) {
    yield tested++
    if (!passesFermat(p) || !isProbablePrime(p, ROUNDS_P - 1, random)) continue
    const g = generatorOfLastRound(p, q, random)
    if (g === null) continue
    const x = blindFactor(q, random)
    return { p, q, g, y: powSecret({ p, q, g }, x), x }
  }
  throw new RangeError(NOT_RANDOM)
}

/**
 * The last of the rounds that p has to pass, and a generator of FIPS 186-4 §A.2.1 on the way: with d the odd
 * part of p - 1, h^(d/q) to the q is what Miller and Rabin look at, and its squares lead to h^((p-1)/q).
 *
 * @returns `null` if p is no prime, or h no good
 */
function generatorOfLastRound(p: bigint, q: bigint, random: Random): bigint | null {
  const { odd, twos } = oddPart(p - 1n)
  const root = powMod(drawBase(p, random), odd / q, p)
  if (!passesRound(powMod(root, q, p), p)) return null
  const g = powMod(root, 1n << BigInt(twos), p)
  return g > 1n ? g : null
}

function drawPrime(bits: number, random: Random): bigint {
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const candidate = drawOfLength(bits, random) | 1n
    if (hasSmallFactor(candidate)) continue
    if (passesFermat(candidate) && isProbablePrime(candidate, ROUNDS_Q, random)) return candidate
  }
  throw new RangeError(NOT_RANDOM)
}

/** A number of exactly `bits` bits. */
function drawOfLength(bits: number, random: Random): bigint {
  return bytesToBigint(random(bits / 8)) | (1n << BigInt(bits - 1))
}

/** Numbers ≡ 1 mod 2q of the right length without a small factor. */
function* likelyModuli(q: bigint, random: Random): Generator<bigint, void, void> {
  const stride = 2n * q
  const inverses = strideInverses(stride)
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const start = drawOfLength(P_BITS, random)
    const first = start - (start % stride) + 1n
    const composite = sieve(first, inverses)
    for (let i = composite.indexOf(0); i >= 0; i = composite.indexOf(0, i + 1)) {
      const p = first + stride * BigInt(i)
      // Others fell below, or ran out above, the length.
      if (p >> BigInt(P_BITS - 1) === 1n) yield p
    }
  }
}

/** For each small prime r, the inverse of `stride` modulo r; 0 where r divides it. */
function strideInverses(stride: bigint): Uint32Array {
  const inverses = new Uint32Array(SMALL_PRIMES.length)
  eachRemainder(stride, (index, r, rest) => {
    inverses[index] = inverseSmall(rest, r)
  })
  return inverses
}

/** Marks which of `first + i · stride`, for i below WINDOW, have a small factor. */
function sieve(first: bigint, inverses: Uint32Array): Uint8Array {
  const composite = new Uint8Array(WINDOW)
  eachRemainder(first, (index, r, rest) => {
    const inverse = inverses[index]!
    if (inverse === 0) return
    // first + i · stride ≡ 0 mod r. Both factors are below 2^18: exact in a double.
    for (let i = ((r - rest) * inverse) % r; i < WINDOW; i += r) composite[i] = 1
  })
  return composite
}

/** Calls `visit` with `value` modulo each small prime. Three of them share one division of the large number. */
function eachRemainder(
  value: bigint,
  visit: (index: number, prime: number, rest: number) => void,
): void {
  products ??= productsOfThree()
  products.forEach((product, group) => {
    const rest = Number(value % product)
    for (let i = 3 * group; i < 3 * group + 3; i++) {
      const prime = SMALL_PRIMES[i]!
      visit(i, prime, rest % prime)
    }
  })
}

function productsOfThree(): readonly bigint[] {
  return Array.from({ length: SMALL_PRIMES.length / 3 }, (_, group) => {
    const three = SMALL_PRIMES.subarray(3 * group, 3 * group + 3)
    return BigInt(three.reduce((product, prime) => product * prime, 1))
  })
}

let products: readonly bigint[] | undefined

/**
 * The inverse of `value` modulo the prime `modulus` by Euclid; 0 for 0. In integers of 32 bits, and without
 * exchanging variables, because it is a third of what the sieve costs.
 */
function inverseSmall(value: number, modulus: number): number {
  let [a, b] = [modulus | 0, value | 0]
  let [aFactor, bFactor] = [0, 1]
  while (b !== 0) {
    const down = (a / b) | 0
    a = (a - Math.imul(down, b)) | 0
    aFactor = (aFactor - Math.imul(down, bFactor)) | 0
    if (a === 0) return bFactor < 0 ? bFactor + modulus : bFactor
    const up = (b / a) | 0
    b = (b - Math.imul(up, a)) | 0
    bFactor = (bFactor - Math.imul(up, aFactor)) | 0
  }
  return aFactor < 0 ? aFactor + modulus : aFactor
}
