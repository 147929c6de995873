import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitText } from './split-text.ts'

const encode = (text: string) => new TextEncoder().encode(text)

test('the parts fit, and are the text', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 })
  fc.assert(
    fc.property(text, fc.integer({ min: 4, max: 64 }), (text, limit) => {
      const parts = splitText(text, limit)
      expect(parts.join('')).toBe(text)
      for (const part of parts) expect(encode(part).length).toBeLessThanOrEqual(limit)
      // No character is cut in two: what the bytes say is what was written.
      const roundTrip = parts.map((part) => new TextDecoder().decode(encode(part))).join('')
      expect(roundTrip).toBe(new TextDecoder().decode(encode(text)))
    }),
  )
})

test('cuts at a line, else at a space, else where it must', () => {
  expect(splitText('one two\nthree four', 12)).toEqual(['one two\n', 'three four'])
  expect(splitText('one two three', 9)).toEqual(['one two ', 'three'])
  expect(splitText('abcdefgh', 5)).toEqual(['abcde', 'fgh'])
  expect(splitText('', 5)).toEqual([''])
})
