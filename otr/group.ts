import { DH_EXPONENT_BITS, GROUP_BITS } from './limits.ts'
import { invertMod, powProductMod } from './modular.ts'

/*
 * The group of the D-H exchange and the SMP: RFC 3526 group 5, generator 2 (OTRv3, "Overview").
 *
 * About time. `bigint` arithmetic is not constant-time: its speed depends on how many words a number
 * has, and so, rarely and slightly, on its value. What can be fixed is: `pow`, `powG` and
 * `FixedBase.pow` run the same sequence of full-size squarings and multiplications for every exponent
 * of a size class, zero digits included (see MASK). Tables are indexed by secret digits, which a
 * neighbour on the same core may see in the cache. `powProduct` and `inverse` depend on their
 * arguments and are for values that the peer knows anyway.
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

/** A legal public value: 2 ≤ v ≤ P-2. With a safe prime, that leaves no element of small order. */
export function isGroupElement(v: bigint): boolean {
  return v >= 2n && v <= P - 2n
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
    shortComb ??= new Comb(G, DH_EXPONENT_BITS, 8, 4)
    return shortComb.pow(exponent)
  }
  longComb ??= new Comb(G, GROUP_BITS, 8, 4)
  return longComb.pow(exponent)
}

let shortComb: Comb | undefined
let longComb: Comb | undefined

/**
 * base^exponent mod P for an exponent that may be secret: windows of five bits, all multiplied.
 * Only the exponent's length shows, in steps of 160 bits.
 *
 * @throws RangeError if `exponent` is negative or above 1536 bits
 */
export function pow(base: bigint, exponent: bigint): bigint {
  checkExponent(exponent)
  const digits = exponent.toString(32)
  const length = Math.ceil(digits.length / WINDOWS_STEP) * WINDOWS_STEP
  let correction = windowCorrections.get(length)
  if (correction === undefined) {
    correction = inverse(windowed(base, '0'.repeat(length)))
    windowCorrections.set(length, correction)
  }
  return mulP(windowed(base, digits.padStart(length, '0')), correction)
}

const WINDOWS_STEP = 32
const windowCorrections = new Map<number, bigint>()

/** base^exponent times a power of MASK that depends on the number of base-32 `digits` alone. */
function windowed(base: bigint, digits: string): bigint {
  const table = [MASK]
  for (let i = 1; i < 32; i++) table.push(mulP(table[i - 1]!, base))
  let result = table[digitValue(digits, 0)]!
  for (let i = 1; i < digits.length; i++) {
    for (let square = 0; square < 5; square++) result = mulP(result, result)
    result = mulP(result, table[digitValue(digits, i)]!)
  }
  return result
}

/** '0'…'9' and 'a'…'v' as 0…31, without a branch. */
function digitValue(digits: string, index: number): number {
  const code = digits.charCodeAt(index)
  return (code & 31) - 16 + (code >> 6) * 25
}

/**
 * A base that is raised to several secret exponents of up to 1536 bits, as those of the SMP are.
 * The table (25 KB) costs about 80 % of one {@link pow}, each use then a fifth.
 */
export class FixedBase {
  readonly #comb: Comb

  constructor(base: bigint) {
    this.#comb = new Comb(base, GROUP_BITS, 6, 2)
  }

  /** base^exponent mod P. @throws RangeError if `exponent` is negative or above 1536 bits */
  pow(exponent: bigint): bigint {
    return this.#comb.pow(exponent)
  }
}

/** b1^e1 · b2^e2 mod P for public exponents, such as those of a proof to be checked. */
export function powProduct(b1: bigint, e1: bigint, b2: bigint, e2: bigint): bigint {
  checkExponent(e1)
  checkExponent(e2)
  if (b1 === G) return mulP(powG(e1), powProductMod(b2, e2, 1n, 0n, P))
  return powProductMod(b1, e1, b2, e2, P)
}

/**
 * An arbitrary full-size element in front of every table entry. Without it the entry for a zero digit
 * would be 1, and multiplying by 1 is quick enough to be seen from outside. How often it goes into
 * the result is known beforehand, and one multiplication takes it out again.
 */
const MASK = mulP(Q >> 3n, Q >> 5n)

/**
 * Lim and Lee's comb: the exponent's bits stand in `rows` rows, each cut into `blocks`; one table
 * lookup takes a whole column of one block. (Advances in Cryptology, CRYPTO '94, page 95.)
 */
class Comb {
  readonly #rows: number
  readonly #columns: number
  readonly #bits: number
  /** One for each block, 2^rows entries indexed by a column. */
  readonly #tables: readonly (readonly bigint[])[]
  readonly #correction: bigint

  constructor(base: bigint, bits: number, rows: number, blocks: number) {
    this.#rows = rows
    this.#bits = bits
    this.#columns = bits / rows / blocks
    const tables = Array.from({ length: blocks }, () => [MASK])
    let square = base // base^(2^position): what the bit at that position stands for.
    for (let cell = 0; cell < rows * blocks; cell++) {
      if (cell > 0) for (let i = 0; i < this.#columns; i++) square = mulP(square, square)
      const table = tables[cell % blocks]!
      for (let i = 0, size = table.length; i < size; i++) table.push(mulP(table[i]!, square))
    }
    this.#tables = tables

    const shape = `${bits}/${rows}/${blocks}`
    this.#correction = combCorrections.get(shape) ?? inverse(this.#masked(0n))
    combCorrections.set(shape, this.#correction)
  }

  pow(exponent: bigint): bigint {
    checkExponent(exponent)
    return mulP(this.#masked(exponent), this.#correction)
  }

  /** base^exponent times a power of MASK that depends on the comb's shape alone. */
  #masked(exponent: bigint): bigint {
    const bits = exponent.toString(2).padStart(this.#bits, '0')
    const row = this.#bits / this.#rows
    let result = 1n
    for (let column = 0; column < this.#columns; column++) {
      result = mulP(result, result)
      for (let block = 0; block < this.#tables.length; block++) {
        // The text runs from the highest bit down: rows, blocks and columns count backwards in it.
        let index = 0
        const start = (this.#tables.length - 1 - block) * this.#columns + column
        for (let at = start; at < this.#bits; at += row) {
          index = 2 * index + (bits.charCodeAt(at) & 1)
        }
        result = mulP(result, this.#tables[block]![index]!)
      }
    }
    return result
  }
}

const combCorrections = new Map<string, bigint>()

function checkExponent(exponent: bigint): void {
  if (exponent < 0n || exponent >> BigInt(GROUP_BITS) !== 0n) {
    throw new RangeError('exponent out of range')
  }
}
