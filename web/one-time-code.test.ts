import { expect, test } from 'vitest'
import { oneTimeCode } from './one-time-code.ts'

/** A source that gives these words, one a call. */
const draws = (...words: number[]) => {
  return (into: Uint32Array) => {
    into[0] = words.shift()!
  }
}

test('is six digits, also where the number is small', () => {
  expect(oneTimeCode(draws(7))).toBe('000007')
  expect(oneTimeCode(draws(4_294_000_000 - 1))).toBe('999999')
})

test('draws again above the last whole million, so that no code is likelier than another', () => {
  expect(oneTimeCode(draws(2 ** 32 - 1, 4_294_000_000, 482_913))).toBe('482913')
})
