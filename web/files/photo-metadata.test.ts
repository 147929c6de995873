import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withoutMetadata } from './photo-metadata.ts'

const latin = (text: string) => [...text].map((letter) => letter.charCodeAt(0))
const segment = (marker: number, content: readonly number[]) => [
  0xff,
  marker,
  (content.length + 2) >> 8,
  (content.length + 2) & 0xff,
  ...content,
]

const START = [0xff, 0xd8]
const JFIF = segment(0xe0, [...latin('JFIF\0'), 1, 2, 0, 0, 1, 0, 1, 0, 0])
const ICC = segment(0xe2, [...latin('ICC_PROFILE\0'), 1, 1, 9, 9])
const TABLES = segment(0xdb, [0, 1, 2, 3])
const FRAME = segment(0xc0, [8, 0, 1, 0, 1, 1, 1, 0x11, 0])
/** Pixels in which FF stands as FF 00, and a restart marker. */
const SCAN = [...segment(0xda, [1, 1, 0, 0, 63, 0]), 1, 0xff, 0, 2, 0xff, 0xd3, 3]
const END = [0xff, 0xd9]
const PICTURE = [...JFIF, ...ICC, ...TABLES, ...FRAME, ...SCAN]

/** Exif of IFD0 with the orientation and where it was taken. */
function exif(orientation: number, little: boolean): number[] {
  const short = (value: number) => (little ? [value, 0] : [0, value])
  const long = (value: number) => (little ? [value, 0, 0, 0] : [0, 0, 0, value])
  const tag = little ? [0x12, 0x01] : [0x01, 0x12]
  return segment(0xe1, [
    ...latin(little ? 'Exif\0\0II' : 'Exif\0\0MM'),
    ...short(42),
    ...long(8),
    ...short(1),
    ...tag,
    ...short(3),
    ...long(1),
    ...short(orientation),
    0,
    0,
    ...long(0),
    ...latin('GPS 47.4979 N'),
  ])
}

const clean = (...parts: readonly (readonly number[])[]) => {
  const bytes = withoutMetadata(Uint8Array.from(parts.flat()))
  return bytes && [...bytes]
}

describe('what a photo tells besides the picture', () => {
  test.each([
    ['Exif', exif(1, false)],
    ['XMP', segment(0xe1, latin('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>'))],
    ['IPTC', segment(0xed, latin('Photoshop 3.0\0somewhere'))],
    ['several pictures in one (MPF)', segment(0xe2, latin('MPF\0preview'))],
    ['a thumbnail (JFXX)', segment(0xe0, latin('JFXX\0\x10thumbnail'))],
    ['a comment', segment(0xfe, latin('made at home'))],
  ])('%s is left out, and nothing else', (_, said) => {
    expect(clean(START, JFIF, said, ICC, TABLES, FRAME, SCAN, END)).toEqual([
      ...START,
      ...PICTURE,
      ...END,
    ])
  })

  test('so is what stands behind its end', () => {
    expect(clean(START, PICTURE, END, latin('a film, and where it was made'))).toEqual([
      ...START,
      ...PICTURE,
      ...END,
    ])
  })

  test.each([true, false])(
    'which way is up stays, and stands alone (little-endian: %s)',
    (little) => {
      const cleaned = clean(START, JFIF, exif(6, little), TABLES, FRAME, SCAN, END)!
      const said = Buffer.from(cleaned)
      expect(said.includes('GPS')).toBe(false)
      const at = said.indexOf('Exif\0\0MM\0*', 0, 'latin1')
      expect(at).toBe(2 + JFIF.length + 4) // Behind JFIF, which comes first.
      expect(said.readUInt16BE(at + 16)).toBe(0x0112)
      expect(said.readUInt16BE(at + 24)).toBe(6)
      expect(clean(cleaned)).toEqual(cleaned)
    },
  )

  test('a progressive photo keeps all its scans', () => {
    const scans = [...SCAN, ...TABLES, ...SCAN]
    expect(clean(START, FRAME, scans, END)).toEqual([...START, ...FRAME, ...scans, ...END])
  })
})

describe('any bytes', () => {
  const whole = [...START, ...exif(6, true), ...PICTURE, ...END]

  test('that are cut off are left alone', () => {
    for (let length = 0; length < whole.length; length++)
      expect(clean(whole.slice(0, length)), `${length} bytes`).toBeNull()
  })

  test('give a photo or nothing, and never an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(whole.length), (noise, at) => {
        const bytes = Uint8Array.from([...whole.slice(0, at), ...noise])
        const cleaned = withoutMetadata(bytes)
        expect(cleaned === null || cleaned.length <= bytes.length + 36).toBe(true)
      }),
    )
  })
})
