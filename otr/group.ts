import { Comb, type CombShape } from './comb.ts'
import { DH_EXPONENT_BITS, GROUP_BITS } from './limits.ts'
import { invertMod } from './modular.ts'
import { powMod, powProductMod } from './power.ts'

/*
 * The group of the D-H exchange and the SMP: RFC 3526 group 5, generator 2 (OTRv3, "Overview").
 *
 * About time. `pow`, `powG` and `FixedBase.pow` run the same sequence of full-size squarings and
 * multiplications for every exponent of a size class, zero digits included (see `Comb`). In WebAssembly
 * each of them takes the same time; with `bigint`, which stands in where there is none, it depends on
 * how many words a number has, and so, rarely and slightly, on its value. Tables are indexed by secret
 * digits, which a neighbour on the same core may see in the cache. `powProduct` and `inverse` depend on
 * their arguments and are for values that the peer knows anyway.
 */

/** The modulus, a safe prime. */
export const P = BigInt(
  '0xFFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD' +
    'EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED' +
    'EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F' +
    '83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA237327FFFFFFFFFFFFFFFF',
)

/** The order of the subgroup that 2 generates: the exponents of the SMP count modulo this. */
export const Q = (P - 1n) / 2n

const G = 2n
const LAST = P - 2n

/** A legal public value: 2 ≤ v ≤ P-2. With a safe prime, that leaves no element of small order. */
export function isGroupElement(v: bigint): boolean {
  return v >= 2n && v <= LAST
}

/** A legal answer in a proof of the SMP: 1 ≤ d < Q. */
export function isExponent(d: bigint): boolean {
  return d >= 1n && d < Q
}

/** `v` modulo Q, never negative. */
export function modQ(v: bigint): bigint {
  const rest = v % Q
  return rest < 0n ? rest + Q : rest
}

export function mulP(a: bigint, b: bigint): bigint {
  return (a * b) % P
}

/** The inverse modulo P of a public value. @throws RangeError for multiples of P */
export function inverse(a: bigint): bigint {
  return invertMod(a, P)
}

/**
 * 2^exponent mod P, from tables of about 200 KB that the first call for each size class builds
 * (up to 320 bits: D-H keys; up to 1536: SMP).
 *
 * @throws RangeError if `exponent` is negative or above 1536 bits
 */
export function powG(exponent: bigint): bigint {
  if (exponent >> BigInt(DH_EXPONENT_BITS) === 0n) {
    shortG ??= new Base(G, { bits: DH_EXPONENT_BITS, rows: 8, blocks: 4 })
    return shortG.pow(exponent)
  }
  longG ??= new Base(G, { bits: GROUP_BITS, rows: 8, blocks: 4 })
  return longG.pow(exponent)
}

let shortG: Base | undefined
let longG: Base | undefined

/**
 * base^exponent mod P for an exponent that may be secret. Only its size class shows: up to 320 bits,
 * or up to 1536.
 *
 * @throws RangeError if `exponent` is negative or above 1536 bits
 */
export function pow(base: bigint, exponent: bigint): bigint {
  const short = exponent >> BigInt(DH_EXPONENT_BITS) === 0n
  return new Base(base, short ? SHORT_SHAPE : ONCE_SHAPE).pow(exponent)
}

/** A base that is raised to several exponents, which may be secret. */
export interface FixedBase {
  /** base^exponent mod P. @throws RangeError if `exponent` is negative or too long for the base */
  pow(exponent: bigint): bigint
}

/**
 * For exponents of up to 1536 bits, as those of the SMP are. The table (25 KB) costs about 80 % of one
 * {@link pow}, each use then a fifth.
 */
export function longBase(base: bigint): FixedBase {
  return new Base(base, { bits: GROUP_BITS, rows: 6, blocks: 2 })
}

/**
 * For exponents of up to 320 bits, as those of D-H keys are. The table (6 KB) costs about 70 % of one
 * {@link pow}, each use then 30 %: nothing is lost if there is but one.
 */
export function shortBase(base: bigint): FixedBase {
  return new Base(base, SHORT_SHAPE)
}

const SHORT_SHAPE: CombShape = { bits: DH_EXPONENT_BITS, rows: 5, blocks: 1 }
/** The shape that is cheapest for a single use. */
const ONCE_SHAPE: CombShape = { bits: GROUP_BITS, rows: 6, blocks: 1 }

/** b1^e1 · b2^e2 mod P for public exponents, such as those of a proof to be checked. */
export function powProduct(b1: bigint, e1: bigint, b2: bigint, e2: bigint): bigint {
  checkExponent(e1)
  checkExponent(e2)
  if (b1 === G) return mulP(powG(e1), powProductMod(b2, e2, 1n, 0n, P))
  return powProductMod(b1, e1, b2, e2, P)
}

/** An arbitrary full-size element: see {@link Comb}. */
const MASK = mulP(Q >> 3n, Q >> 5n)

class Base implements FixedBase {
  readonly #comb: Comb
  readonly #bits: bigint
  readonly #correction: bigint

  constructor(base: bigint, shape: CombShape) {
    this.#comb = new Comb(base, MASK, P, shape)
    this.#bits = BigInt(shape.bits)
    this.#correction = correction(this.#comb.weight)
  }

  pow(exponent: bigint): bigint {
    checkExponent(exponent, this.#bits)
    return mulP(this.#comb.pow(exponent), this.#correction)
  }
}

/** MASK^-weight. There are as many as shapes. */
function correction(weight: bigint): bigint {
  let value = corrections.get(weight)
  if (value === undefined) {
    value = inverse(powMod(MASK, weight, P))
    corrections.set(weight, value)
  }
  return value
}

const corrections = new Map<bigint, bigint>()

function checkExponent(exponent: bigint, bits = BigInt(GROUP_BITS)): void {
  if (exponent < 0n || exponent >> bits !== 0n) throw new RangeError('exponent out of range')
}
