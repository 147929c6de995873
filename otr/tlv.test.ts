import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromHex, toHex } from './bytes.ts'
import { encodePlaintext, parsePlaintext, TLV } from './tlv.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

test('text alone has no terminator', () => {
  expect(encodePlaintext({ text: 'Grüße', tlvs: [] }, 0)).toEqual(utf8('Grüße'))
})

test('records follow a NUL', () => {
  const bytes = encodePlaintext({ text: 'A', tlvs: [{ type: 1, value: new Uint8Array(0) }] }, 0)
  expect(toHex(bytes)).toBe('41' + '00' + '0001' + '0000')
})

test('padding makes the length a multiple', () => {
  for (let length = 0; length < 600; length++) {
    const text = 'x'.repeat(length)
    const bytes = encodePlaintext({ text, tlvs: [] }, 256)
    expect(bytes.length % 256).toBe(0)
    expect(bytes.length).toBeLessThanOrEqual(length + 5 + 255)
    expect(parsePlaintext(bytes).text).toBe(text)
    expect(parsePlaintext(bytes).tlvs).toEqual([{ type: TLV.padding, value: expect.anything() }])
  }
})

test('what was written is read', () => {
  const tlv = fc.record({
    type: fc.integer({ min: 0, max: 0xffff }),
    value: fc.uint8Array({ maxLength: 40 }),
  })
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
  fc.assert(
    fc.property(text, fc.array(tlv, { maxLength: 4 }), (text, tlvs) => {
      expect(parsePlaintext(encodePlaintext({ text, tlvs }, 0))).toEqual({ text, tlvs })
    }),
  )
})

test.each<[string, string, number]>([
  ['a record longer than the rest', '41000001000000020005ab', 1],
  ['a header cut short', '4100000100000002', 1],
  ['nothing after the NUL', '4100', 0],
  ['no NUL', '41', 0],
])('%s ends the list', (_, hex, count) => {
  const { text, tlvs } = parsePlaintext(fromHex(hex))
  expect(text).toBe('A')
  expect(tlvs.length).toBe(count)
})

test('ill-formed UTF-8 is replaced', () => {
  expect(parsePlaintext(fromHex('41ff42')).text).toBe('A\uFFFDB')
})

test('the longest record', () => {
  const value = new Uint8Array(65_535)
  const bytes = encodePlaintext({ text: '', tlvs: [{ type: 0, value }] }, 0)
  expect(parsePlaintext(bytes).tlvs[0]!.value.length).toBe(65_535)
  const tooLong = { type: 0, value: new Uint8Array(65_536) }
  expect(() => encodePlaintext({ text: '', tlvs: [tooLong] }, 0)).toThrow(RangeError)
})

test('ten thousand records, of types that nobody knows', () => {
  const tlvs = Array.from({ length: 10_000 }, (_, i) => ({
    type: 0x100 + i,
    value: new Uint8Array(1),
  }))
  expect(parsePlaintext(encodePlaintext({ text: 'A', tlvs }, 0))).toEqual({ text: 'A', tlvs })
})

test('text with NUL is the caller’s fault', () => {
  expect(() => encodePlaintext({ text: 'a\0b', tlvs: [] }, 0)).toThrow(RangeError)
})
