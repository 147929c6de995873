import { createDiffieHellman, randomBytes } from 'node:crypto'
import { bench, describe } from 'vitest'
import { bigintToBytes, bytesToBigint } from './bytes.ts'
import { FixedBase, P, pow, powG, powProduct } from './group.ts'

/* The yardstick is OpenSSL's assembler through node:crypto; what counts is the ratio. */

const random = (length: number) => bytesToBigint(new Uint8Array(randomBytes(length)))
const base = random(191)
const fixed = new FixedBase(base)
const openssl = createDiffieHellman(bigintToBytes(P), bigintToBytes(2n))
const baseBytes = bigintToBytes(base)

function opensslPow(exponent: bigint): void {
  openssl.setPrivateKey(bigintToBytes(exponent))
  openssl.computeSecret(baseBytes)
}

describe('320-bit exponent (D-H)', () => {
  const exponent = random(40)
  bench('OpenSSL', () => opensslPow(exponent))
  bench('powG', () => void powG(exponent))
  bench('pow', () => void pow(base, exponent))
})

describe('1536-bit exponent (SMP)', () => {
  const exponent = random(192)
  const challenge = random(32)
  bench('OpenSSL', () => opensslPow(exponent))
  bench('powG', () => void powG(exponent))
  bench('pow', () => void pow(base, exponent))
  bench('new FixedBase', () => void new FixedBase(base))
  bench('FixedBase.pow', () => void fixed.pow(exponent))
  bench('powProduct', () => void powProduct(base, exponent, base - 1n, challenge))
  bench('powProduct with base 2', () => void powProduct(2n, exponent, base, challenge))
})
