import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesToBigint, concat, fromHex, Reader, toHex, Writer } from './bytes.ts'
import {
  type DsaPrivateKey,
  type DsaPublicKey,
  encodePublicKey,
  fingerprint,
  formatFingerprint,
  powSecret,
  readPublicKey,
  sign,
  signWith,
  verify,
} from './dsa.ts'
import { decodePrivateKey, encodePrivateKey } from './dsa-key-record.ts'
import { drawNonce } from './dsa-nonce.ts'
import { KEYS_REMEMBERED_MAX } from './limits.ts'
import { powMod } from './power.ts'
import sheet from './vectors/otr-sheet.json' with { type: 'json' }

const random = (length: number) => new Uint8Array(randomBytes(length))
const big = (hex: string) => BigInt(`0x${hex}`)
const code = (code: string) => expect.objectContaining({ code })

const PARAMETERS = { p: big(sheet.dsa.p), q: big(sheet.dsa.q), g: big(sheet.dsa.g) }
const ALICE: DsaPrivateKey = {
  ...PARAMETERS,
  y: big(sheet.dsa.alice.y),
  x: big(sheet.dsa.alice.x),
}
const M = fromHex(sheet.dsa.alice.m)

describe.each(['alice', 'bob'] as const)('the vectors of %s', (name) => {
  const vector = sheet.dsa[name]
  const key = { ...PARAMETERS, y: big(vector.y), x: big(vector.x) }
  const m = fromHex(vector.m)

  test('fingerprint', () => {
    expect(fingerprint(key)).toBe(vector.fingerprint)
  })

  test('signature, whatever it was blinded with', () => {
    const z = bytesToBigint(m) % key.q
    for (const blind of [1n, 2n, key.q - 1n, bytesToBigint(random(19))]) {
      expect(toHex(signWith(key, z, big(vector.k), blind)!)).toBe(vector.signature)
    }
    expect(verify(key, m, fromHex(vector.signature))).toBe(true)
  })
})

test('draws the nonce of RFC 6979 §A.2.1 when nothing is mixed in', () => {
  const q = big('996F967F6C8E388D9E28D01E205FBA957A5698B1')
  const x = big('411602CB19A6CCC34494D79D98EF1E7ED5AF25F7')
  const vectors = [
    // SHA-256 of "sample" and of "test", the leftmost 160 bits.
    ['AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D02', '519BA0546D0C39202A7D34D7DFA5E760B318BCFB'],
    ['9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B', '5A67592E8128E03A417B0484410FB72C0B630E1A'],
  ] as const
  for (const [hash, k] of vectors) {
    expect(drawNonce(q, x, big(hash) % q, new Uint8Array(0))).toBe(big(k))
  }
})

describe('sign', () => {
  test('is verified for messages of all kinds, the topmost bits set among them', () => {
    const messages = fc.oneof(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(0xff)),
    )
    fc.assert(
      fc.property(messages, (m) => verify(ALICE, m, sign(ALICE, m, random))),
      { numRuns: 50 },
    )
  })

  test('takes the whole message modulo q, not its leftmost 160 bits', () => {
    const signature = sign(ALICE, M, random)
    const sameLeft = M.slice()
    sameLeft[31]! ^= 1
    expect(verify(ALICE, sameLeft, signature)).toBe(false)
  })

  test('never repeats a nonce: fresh with good randomness, per message with none', () => {
    const broken = (length: number) => new Uint8Array(length)
    const r = (m: Uint8Array, source: typeof random) =>
      toHex(sign(ALICE, m, source).subarray(0, 20))
    const seen = new Set<string>()
    for (let i = 0; i < 200; i++) {
      seen.add(r(M, random))
      seen.add(r(concat(M.subarray(0, 28), new Writer().int(i).finish()), broken))
    }
    expect(seen.size).toBe(400)
    expect(r(M, broken)).toBe(r(M, broken))
    expect(r(M, broken)).not.toBe(r(M, (length) => new Uint8Array(length).fill(1)))
  })

  test('takes 32 bytes and no other number', () => {
    expect(() => sign(ALICE, M.subarray(1), random)).toThrow(RangeError)
  })
})

describe('verify', () => {
  const signature = fromHex(sheet.dsa.alice.signature)

  test('refuses every flipped bit of the signature', () => {
    for (let bit = 0; bit < 320; bit++) {
      const flipped = signature.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(verify(ALICE, M, flipped), `bit ${bit}`).toBe(false)
    }
  })

  test('refuses another length, another key, and r and s outside 1 to q-1', () => {
    expect(verify(ALICE, M, signature.subarray(0, 39))).toBe(false)
    expect(verify(ALICE, M, concat(signature, Uint8Array.of(0)))).toBe(false)
    expect(verify({ ...ALICE, y: big(sheet.dsa.bob.y) }, M, signature)).toBe(false)
    const zero = new Uint8Array(20)
    const q = fromHex(sheet.dsa.q)
    const [r, s] = [signature.subarray(0, 20), signature.subarray(20)]
    for (const bad of [zero, q, new Uint8Array(20).fill(0xff)]) {
      expect(verify(ALICE, M, concat(bad, s))).toBe(false)
      expect(verify(ALICE, M, concat(r, bad))).toBe(false)
    }
  })

  test('says no, and does not throw, for keys that are none', () => {
    const evil: readonly Partial<DsaPublicKey>[] = [
      { g: 0n },
      { g: 1n },
      { g: ALICE.p },
      { y: 0n },
      { y: 1n },
      { y: ALICE.p },
      { q: 0n },
      { q: ALICE.q << 1n },
      { q: 1n << 159n }, // Even: not everything has an inverse.
      { p: 0n },
      { p: ALICE.p >> 1n },
      { p: (1n << 3072n) + 1n },
    ]
    for (const part of evil) {
      expect(verify({ ...ALICE, ...part }, M, signature), Object.keys(part)[0]).toBe(false)
    }
  })
})

describe('PUBKEY', () => {
  const wire = encodePublicKey(ALICE)

  test('is the key type and four minimal MPIs', () => {
    const hex = (length: string, digits: string) => `000000${length}${digits}`
    expect(toHex(wire)).toBe(
      [
        '0000',
        hex('80', sheet.dsa.p),
        hex('14', sheet.dsa.q),
        hex('80', sheet.dsa.g),
        hex('80', sheet.dsa.alice.y),
      ].join(''),
    )
    const { x: _, ...publicKey } = ALICE
    expect(readPublicKey(new Reader(wire))).toEqual(publicKey)
  })

  test('refuses every proper prefix as truncated', () => {
    for (let length = 0; length < wire.length; length++) {
      const prefix = new Reader(wire.subarray(0, length))
      expect(() => readPublicKey(prefix), `${length} B`).toThrow(code('OTR_TRUNCATED'))
    }
  })

  test('refuses every flipped bit: nothing but the key itself is sound', () => {
    for (let bit = 0; bit < 8 * wire.length; bit += 7) {
      const flipped = wire.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => readPublicKey(new Reader(flipped)), `bit ${bit}`).toThrow(
        expect.objectContaining({ name: 'OtrError' }),
      )
    }
  })

  test('refuses g and y for which others could sign', () => {
    const { p } = ALICE
    for (const part of [{ g: 1n }, { g: p - 1n }, { y: 1n }, { y: p - 1n }, { y: 2n }]) {
      const reader = new Reader(encodePublicKey({ ...ALICE, ...part }))
      expect(() => readPublicKey(reader)).toThrow(code('OTR_OUT_OF_RANGE'))
    }
  })
})

describe('keys that come again', () => {
  const keyOf = (x: bigint): DsaPublicKey => ({ ...PARAMETERS, y: powSecret(ALICE, x) })
  const read = (key: DsaPublicKey) => readPublicKey(new Reader(encodePublicKey(key)))

  test('are recognised, up to a limit', () => {
    const first = read(keyOf(1000n))
    for (let i = 1; i < KEYS_REMEMBERED_MAX; i++) read(keyOf(1000n + BigInt(i)))
    expect(read(keyOf(1000n))).toBe(first) // Now the one seen last.
    for (let i = 1; i < KEYS_REMEMBERED_MAX; i++) read(keyOf(2000n + BigInt(i)))
    expect(read(keyOf(1000n))).toBe(first)
    for (let i = 0; i < KEYS_REMEMBERED_MAX; i++) read(keyOf(3000n + BigInt(i)))
    expect(read(keyOf(1000n))).not.toBe(first)
  })

  test('are refused as often as they come if they are unsound', () => {
    const { p } = ALICE
    read(keyOf(1000n))
    for (const part of [{ g: p - 1n }, { y: p - 1n }, { y: p - keyOf(1000n).y }]) {
      for (let time = 0; time < 3; time++) {
        expect(() => read({ ...keyOf(1000n), ...part })).toThrow(code('OTR_OUT_OF_RANGE'))
      }
    }
  })
})

test('powSecret is the power, for every length of exponent', () => {
  const { p, q, g } = PARAMETERS
  for (const x of [0n, 1n, 2n, (1n << 80n) - 1n, q >> 1n, q - 1n]) {
    expect(powSecret(ALICE, x)).toBe(powMod(g, x, p))
  }
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: q - 1n }), (x) => {
      expect(powSecret(ALICE, x)).toBe(powMod(g, x, p))
    }),
    { numRuns: 50 },
  )
})

describe('the key record', () => {
  const record = encodePrivateKey(ALICE)

  test('gives the key back', () => {
    expect(decodePrivateKey(record)).toEqual(ALICE)
  })

  test('refuses damage anywhere', () => {
    for (let length = 0; length < record.length; length += 5) {
      expect(() => decodePrivateKey(record.subarray(0, length))).toThrow(code('OTR_TRUNCATED'))
    }
    for (let at = 0; at < record.length; at += 3) {
      const damaged = record.slice()
      damaged[at]! ^= 0x10
      expect(() => decodePrivateKey(damaged), `byte ${at}`).toThrow(
        expect.objectContaining({ name: 'OtrError' }),
      )
    }
    expect(() => decodePrivateKey(concat(record, Uint8Array.of(0)))).toThrow(code('OTR_MALFORMED'))
  })
})

test('a fingerprint reads as five groups of eight', () => {
  expect(formatFingerprint(sheet.dsa.alice.fingerprint)).toBe(
    '7AEAA4D7 06895A01 F24B93BA 7027CFB5 A50FAA8D',
  )
})
