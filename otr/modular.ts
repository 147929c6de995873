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

/** Bits of a positive number; 0 for zero. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0
  const digits = value.toString(16)
  return 4 * digits.length - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28
}
