import { type Factor, type Multiplier, multiplierFor } from './multiplier.ts'

/*
 * Powers whose exponents are public or blinded: time depends on them. For others see `Comb`.
 */

/** Not for negative exponents, as all here. */
export function powMod(base: bigint, exponent: bigint, modulus: bigint): bigint {
  return powProductMod(base, exponent, 1n, 0n, modulus)
}

/** 2^exponent: a window of the exponent takes doublings instead of a multiplication. */
export function powOfTwo(exponent: bigint, modulus: bigint): bigint {
  const product = multiplierFor(modulus)
  const radix = product.doublingsMax + 1
  product.begin(product.factor(1n))
  for (const digit of exponent.toString(radix)) {
    product.square(Math.log2(radix))
    if (digit !== '0') product.double(Number.parseInt(digit, radix))
  }
  return product.end()
}

/**
 * b1^e1 · b2^e2 mod `modulus`, with one chain of squarings for both (Straus) and sliding windows.
 * Exponents are not negative.
 */
export function powProductMod(
  b1: bigint,
  e1: bigint,
  b2: bigint,
  e2: bigint,
  modulus: bigint,
): bigint {
  const product = multiplierFor(modulus)
  const bits1 = e1.toString(2)
  const bits2 = e2.toString(2)
  const length = Math.max(bits1.length, bits2.length)
  const factors1 = schedule(b1, bits1, length, product)
  const factors2 = schedule(b2, bits2, length, product)

  product.begin(product.factor(1n))
  let squarings = 0
  for (let i = 0; i < length; i++) {
    squarings++
    for (const factor of [factors1[i], factors2[i]]) {
      if (factor === undefined) continue
      product.square(squarings)
      product.multiply(factor)
      squarings = 0
    }
  }
  product.square(squarings)
  return product.end()
}

/**
 * Cuts `bits` into windows that begin and end with a one. Says for each of `length` steps of the chain
 * which odd power of `base`, if any, is to be multiplied in after its squaring.
 */
function schedule(
  base: bigint,
  bits: string,
  length: number,
  product: Multiplier,
): readonly (Factor | undefined)[] {
  const factors = new Array<Factor | undefined>(length)
  if (bits === '0') return factors
  const width = bits.length > 600 ? 6 : bits.length > 200 ? 5 : bits.length > 60 ? 4 : 2
  const odd = [product.factor(base)]
  product.begin(odd[0]!)
  product.square(1)
  const square = product.copy()
  for (let i = 1; i < 1 << (width - 1); i++) {
    product.begin(odd[i - 1]!)
    product.multiply(square)
    odd.push(product.copy())
  }

  const shift = length - bits.length
  for (let at = bits.indexOf('1'); at >= 0; ) {
    const end = bits.lastIndexOf('1', at + width - 1)
    const window = Number.parseInt(bits.slice(at, end + 1), 2)
    factors[shift + end] = odd[window >> 1]!
    at = bits.indexOf('1', end + 1)
  }
  return factors
}
