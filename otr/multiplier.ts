import { bitLength } from './modular.ts'
import { montgomeryMultiplier } from './montgomery.ts'

/** A number in the form that the {@link Multiplier} it came from multiplies by. */
export type Factor = bigint | Uint32Array

/**
 * One running product modulo one number: all that exponentiation is made of. Products of different
 * multipliers may not overlap in time.
 */
export interface Multiplier {
  /** Not while a product runs. */
  factor(value: bigint): Factor
  begin(factor: Factor): void
  multiply(factor: Factor): void
  /** Squares the product, and the square, `times` times in all. */
  square(times: number): void
  /** Multiplies by 2^`times`: {@link doublingsMax} at most before the product is squared. */
  double(times: number): void
  /** One less than a power of two. */
  readonly doublingsMax: number
  /** The product so far. */
  copy(): Factor
  /** The product, from 0 to below the modulus. Nothing is left of it here. */
  end(): bigint
}

/**
 * Montgomery's multiplication in WebAssembly, which takes the same time for all numbers; `bigint` for
 * what it does not take, and where a page may not run WebAssembly.
 */
export function multiplierFor(modulus: bigint): Multiplier {
  if (latest?.modulus !== modulus) {
    const multiplier =
      montgomeryMultiplier(modulus, bitLength(modulus)) ?? new BigintMultiplier(modulus)
    latest = { modulus, multiplier }
  }
  return latest.multiplier
}

/** Making one costs as much as some tens of multiplications. */
let latest: { readonly modulus: bigint; readonly multiplier: Multiplier } | undefined

/** Shorter products are divided as they are. */
const FOLD_BITS_MIN = 768

/**
 * Before it divides, it folds: the upper quarter of a product is multiplied by what its place is worth
 * modulo the modulus, because a row of digits costs half as much to multiply as to divide.
 */
export class BigintMultiplier implements Multiplier {
  /** Longer by one digit of V8's, of 64 bits, at most. */
  readonly doublingsMax = 31
  readonly #modulus: bigint
  readonly #shift: bigint
  readonly #mask: bigint
  /** 2^#shift modulo the modulus. */
  readonly #fold: bigint
  #product = 1n

  constructor(modulus: bigint) {
    const bits = bitLength(modulus)
    this.#modulus = modulus
    this.#shift = bits < FOLD_BITS_MIN ? 0n : BigInt(64 * Math.ceil((1.5 * bits) / 64))
    this.#mask = (1n << this.#shift) - 1n
    this.#fold = (1n << this.#shift) % modulus
  }

  factor(value: bigint): bigint {
    return value % this.#modulus
  }

  begin(factor: bigint): void {
    this.#product = factor
  }

  multiply(factor: bigint): void {
    const product = this.#product * factor
    this.#product = (this.#shift === 0n ? product : this.#folded(product)) % this.#modulus
  }

  square(times: number): void {
    const [modulus, fold, shift, mask] = [this.#modulus, this.#fold, this.#shift, this.#mask]
    let product = this.#product
    for (let i = 0; i < times; i++) {
      product *= product
      if (shift !== 0n) product = (product >> shift) * fold + (product & mask)
      product %= modulus
    }
    this.#product = product
  }

  double(times: number): void {
    this.#product <<= BigInt(times)
  }

  copy(): bigint {
    return this.#product
  }

  end(): bigint {
    const product = this.#product % this.#modulus
    this.#product = 1n
    return product
  }

  #folded(product: bigint): bigint {
    return (product >> this.#shift) * this.#fold + (product & this.#mask)
  }
}
