import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fromHex } from './bytes.ts'
import { fingerprint } from './dsa.ts'
import { readPkcs8, writePkcs8 } from './pkcs8.ts'
import sheet from './vectors/otr-sheet.json' with { type: 'json' }

const big = (hex: string) => BigInt(`0x${hex}`)
const { p, q, g, bob } = sheet.dsa
const BOB = { p: big(p), q: big(q), g: big(g), y: big(bob.y), x: big(bob.x) }
const otrError = expect.objectContaining({ name: 'OtrError' })

test('is what OpenSSL writes', () => {
  const { privateKey } = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  expect(writePkcs8(readPkcs8(pem))).toBe(pem)
})

test('is what OpenSSL reads', () => {
  const read = createPrivateKey(writePkcs8(BOB))
  expect(read.asymmetricKeyDetails).toEqual({ modulusLength: 1024, divisorLength: 160 })
  const publicDer = createPublicKey(read).export({ type: 'spki', format: 'der' }).toString('hex')
  expect(publicDer).toContain(bob.y)
})

test('keeps the fingerprint', () => {
  expect(readPkcs8(writePkcs8(BOB))).toEqual(BOB)
  expect(fingerprint(readPkcs8(writePkcs8(BOB).replaceAll('\n', '\r\n')))).toBe(bob.fingerprint)
})

describe('refuses', () => {
  const pem = writePkcs8(BOB)
  const der = Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64')
  const toPem = (der: Uint8Array) =>
    `-----BEGIN PRIVATE KEY-----\n${Buffer.from(der).toString('base64')}\n-----END PRIVATE KEY-----\n`

  test('every proper prefix', () => {
    for (let length = 0; length < der.length; length++) {
      expect(() => readPkcs8(toPem(der.subarray(0, length))), `${length} B`).toThrow(otrError)
    }
  })

  test('every damaged byte but those of the secret, which any number may be', () => {
    const secretAt = der.length - 20
    for (let at = 0; at < secretAt; at++) {
      const damaged = Uint8Array.from(der)
      damaged[at]! ^= 0x01
      expect(() => readPkcs8(toPem(damaged)), `byte ${at}`).toThrow(otrError)
    }
  })

  test('bytes after the key', () => {
    expect(() => readPkcs8(toPem(Buffer.concat([der, Buffer.of(0)])))).toThrow(otrError)
  })

  test('keys of other kinds, encrypted keys, and what is no PEM', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    expect(() => readPkcs8(ec.export({ type: 'pkcs8', format: 'pem' }).toString())).toThrow(
      otrError,
    )
    const encrypted = createPrivateKey(pem).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-128-cbc',
      passphrase: 'secret',
    })
    expect(() => readPkcs8(encrypted.toString())).toThrow(otrError)
    expect(() => readPkcs8('')).toThrow(otrError)
    expect(() => readPkcs8(pem.replace('M', '='))).toThrow(otrError)
  })

  test('DER that is not minimal', () => {
    // A version of two bytes; a length of three bytes where two would do.
    const body = der.subarray(4)
    const long = Buffer.concat([Buffer.of(0x30, 0x83, 0, der[2]!, der[3]!), body])
    expect(() => readPkcs8(toPem(long))).toThrow(otrError)
    const longZero = Buffer.concat([fromHex('02020000'), body.subarray(3)])
    const head = Buffer.of(0x30, 0x82, (longZero.length >> 8) & 255, longZero.length & 255)
    expect(() => readPkcs8(toPem(Buffer.concat([head, longZero])))).toThrow(otrError)
  })
})
