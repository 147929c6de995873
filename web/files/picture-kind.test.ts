import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pictureKind } from './picture-kind.ts'

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : part,
    ),
  )
const zeros = (count: number) => new Array<number>(count).fill(0)

const PNG = bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 1, 64, 0, 0, 0, 200], zeros(5))
const GIF = bytes('GIF89a', [0x40, 1, 200, 0], zeros(3))
const VP8 = bytes(
  'RIFF',
  zeros(4),
  'WEBPVP8 ',
  zeros(4),
  zeros(3),
  '\x9d\x01\x2a',
  [0x40, 1, 200, 0],
)
const VP8L = bytes('RIFF', zeros(4), 'WEBPVP8L', zeros(4), [0x2f, 0x3f, 0xc1, 0x31, 0], zeros(5))
const VP8X = bytes('RIFF', zeros(4), 'WEBPVP8X', zeros(8), [0x3f, 1, 0, 199, 0, 0])
const JPEG = bytes(
  [0xff, 0xd8, 0xff, 0xe1, 0, 6, 1, 2, 3, 4], // Metadata stand in front of the frame.
  [0xff, 0xff, 0xc2, 0, 17, 8, 0, 200, 1, 64, 3],
)
const AVIF = bytes(
  [0, 0, 0, 28],
  'ftypavif',
  zeros(16),
  [0, 0, 0, 20],
  'ispe',
  zeros(4),
  [0, 0, 1, 64, 0, 0, 0, 200],
)

test.each([
  ['image/png', PNG],
  ['image/gif', GIF],
  ['image/webp', VP8],
  ['image/webp', VP8L],
  ['image/webp', VP8X],
  ['image/jpeg', JPEG],
  ['image/avif', AVIF],
])('%s is known by its bytes, with its size', (type, head) => {
  expect(pictureKind(head)).toEqual({ type, width: 320, height: 200 })
})

test.each([
  ['SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')],
  ['HTML', bytes('<!doctype html><script>alert(1)</script>')],
  ['HTML behind a GIF’s first letters', bytes('GIF87b<script>alert(1)</script>')],
  ['PDF', bytes('%PDF-1.7')],
  ['BMP', bytes('BM', zeros(60))],
  ['a picture without pixels', bytes('GIF89a', zeros(7))],
  ['nothing', bytes()],
])('%s is no picture', (_, head) => {
  expect(pictureKind(head)).toBeNull()
})

describe('any bytes', () => {
  const heads = [PNG, GIF, VP8, VP8L, VP8X, JPEG, AVIF]

  test('cut off anywhere are a picture or none', () => {
    for (const head of heads)
      for (let length = 0; length < head.length; length++)
        expect(pictureKind(head.subarray(0, length))?.width ?? 320).toBe(320)
  })

  test('give a size or nothing, and never an error', () => {
    fc.assert(
      fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 64 }), (head, tail) => {
        const kind = pictureKind(Uint8Array.from([...head.slice(0, 16), ...tail]))
        expect(kind === null || (kind.width > 0 && kind.height > 0)).toBe(true)
      }),
    )
  })
})
