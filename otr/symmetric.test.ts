import { createCipheriv, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, fromHex, toHex } from './bytes.ts'
import { AesCtr, aesCtr, HmacSha1 } from './symmetric.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const messages = fc.uint8Array({ maxLength: 5000 })

test('AES in counter mode is OpenSSL’s, wherever the bytes lie in memory', () => {
  fc.assert(
    fc.property(bytes(16), bytes(8), messages, fc.nat(3), (key, counter, message, shift) => {
      const openssl = createCipheriv('aes-128-ctr', key, concat(counter, new Uint8Array(8)))
      const shifted = concat(new Uint8Array(shift), message).subarray(shift)
      expect(toHex(aesCtr(key, counter, shifted))).toBe(openssl.update(message).toString('hex'))
      expect(toHex(shifted)).toBe(toHex(message))
    }),
    { numRuns: 200 },
  )
})

test('counts blocks beyond the first byte of the counter', () => {
  const long = new Uint8Array(300 * 16 + 5)
  const key = fromHex('000102030405060708090a0b0c0d0e0f')
  const openssl = createCipheriv('aes-128-ctr', key, new Uint8Array(16))
  expect(toHex(aesCtr(key, new Uint8Array(8), long))).toBe(openssl.update(long).toString('hex'))
})

test('the MAC is OpenSSL’s, the first and every other time', () => {
  fc.assert(
    fc.property(bytes(20), messages, messages, (key, first, second) => {
      const mac = new HmacSha1(key)
      for (const message of [first, second, first]) {
        const openssl = createHmac('sha1', key).update(message).digest('hex')
        expect(toHex(mac.of(message))).toBe(openssl)
      }
    }),
    { numRuns: 100 },
  )
})

test('a wiped key is none', () => {
  const key = fromHex('000102030405060708090a0b0c0d0e0f')
  const counter = new Uint8Array(8)
  const [cipher, mac] = [new AesCtr(key), new HmacSha1(key)]
  const before = toHex(cipher.apply(counter, key))
  cipher.wipe()
  mac.wipe()
  expect(toHex(cipher.apply(counter, key))).not.toBe(before)
  expect(() => mac.of(key)).toThrow()
})
