import encodeQR from 'qr'
import decodeQR from 'qr/decode.js'
import { expect, test } from 'vitest'
import { codeOf, readCode } from './fingerprint-code.ts'
import { ALICE_KEY } from './testing/cast.ts'

test('a fingerprint goes through a QR code and back', () => {
  const modules = encodeQR(codeOf(ALICE_KEY), 'raw', { border: 4 })
  const size = modules.length * 4
  const data = new Uint8Array(size * size * 4).fill(255)
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      if (modules[y >> 2]?.[x >> 2]) data.fill(0, (y * size + x) * 4, (y * size + x) * 4 + 3)
  expect(readCode(decodeQR({ width: size, height: size, data }))).toBe(ALICE_KEY)
})

test.each(['', 'https://example.org', 'OTR-FINGERPRINT:12', `OTR-FINGERPRINT:${ALICE_KEY}0`])(
  '%j is no fingerprint',
  (text) => expect(readCode(text)).toBeNull(),
)
