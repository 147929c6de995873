import { createDiffieHellman, randomBytes } from 'node:crypto'
import { bench, describe } from 'vitest'
import { bigintToBytes, bytesToBigint, fromHex, Reader } from './bytes.ts'
import { encodePublicKey, readPublicKey, sign, verify } from './dsa.ts'
import { generateKey } from './dsa-generate.ts'
import { P } from './group.ts'
import sheet from './vectors/otr-sheet.json' with { type: 'json' }

const random = (length: number) => new Uint8Array(randomBytes(length))
const big = (hex: string) => BigInt(`0x${hex}`)
const { p, q, g, alice } = sheet.dsa
const key = { p: big(p), q: big(q), g: big(g), y: big(alice.y), x: big(alice.x) }
const m = fromHex(alice.m)
const signature = fromHex(alice.signature)
const wire = encodePublicKey(key)

describe('DSA', () => {
  const openssl = createDiffieHellman(bigintToBytes(P), bigintToBytes(2n))
  const exponent = random(40)
  const base = bigintToBytes(bytesToBigint(random(191)))
  bench('yardstick: one D-H agreement by OpenSSL', () => {
    openssl.setPrivateKey(exponent)
    openssl.computeSecret(base)
  })
  bench('sign', () => void sign(key, m, random))
  bench('verify', () => void verify(key, m, signature))
  bench('readPublicKey', () => void readPublicKey(new Reader(wire)))
  bench('generateKey', () => void generateKey(random), { iterations: 20 })
})
