/*
 * Arithmetic modulo any number, for values that are public or blinded: time depends on them.
 */

/** `value` modulo `modulus`, never negative. */
export function mod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus
  return rest < 0n ? rest + modulus : rest
}

/** The inverse by Euclid. @throws RangeError if there is none */
export function invertMod(value: bigint, modulus: bigint): bigint {
  let [high, low] = [modulus, mod(value, modulus)]
  let [highFactor, lowFactor] = [0n, 1n]
  while (low !== 0n) {
    const quotient = high / low
    ;[high, low] = [low, high - quotient * low]
    ;[highFactor, lowFactor] = [lowFactor, highFactor - quotient * lowFactor]
  }
  if (high !== 1n) throw new RangeError('no inverse')
  return mod(highFactor, modulus)
}

export function powMod(base: bigint, exponent: bigint, modulus: bigint): bigint {
  return powProductMod(base, exponent, 1n, 0n, modulus)
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
  const bits1 = e1.toString(2)
  const bits2 = e2.toString(2)
  const length = Math.max(bits1.length, bits2.length)
  const factors1 = schedule(b1, bits1, length, modulus)
  const factors2 = schedule(b2, bits2, length, modulus)

  let result: bigint | undefined
  const multiply = (factor: bigint | undefined) => {
    if (factor === undefined) return
    result = result === undefined ? factor : (result * factor) % modulus
  }
  for (let i = 0; i < length; i++) {
    if (result !== undefined) result = (result * result) % modulus
    multiply(factors1[i])
    multiply(factors2[i])
  }
  return result ?? 1n % modulus
}

/**
 * Cuts `bits` into windows that begin and end with a one. Says for each of `length` steps of the chain
 * which odd power of `base`, if any, is to be multiplied in after its squaring.
 */
function schedule(
  base: bigint,
  bits: string,
  length: number,
  modulus: bigint,
): readonly (bigint | undefined)[] {
  const factors = new Array<bigint | undefined>(length)
  if (bits === '0') return factors
  const width = bits.length > 600 ? 6 : bits.length > 200 ? 5 : bits.length > 60 ? 4 : 2
  const odd = [base % modulus]
  const square = (base * base) % modulus
  for (let i = 1; i < 1 << (width - 1); i++) odd.push((odd[i - 1]! * square) % modulus)

  const shift = length - bits.length
  for (let at = bits.indexOf('1'); at >= 0; ) {
    const end = bits.lastIndexOf('1', at + width - 1)
    const window = Number.parseInt(bits.slice(at, end + 1), 2)
    factors[shift + end] = odd[window >> 1]!
    at = bits.indexOf('1', end + 1)
  }
  return factors
}

/** Bits of a positive number; 0 for zero. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0
  const digits = value.toString(16)
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28
}
