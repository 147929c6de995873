import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

test('guesses from the bytes of late, and not from a single moment', () => {
  const pace = new Pace()
  pace.note(0, 0)
  expect(pace.remaining(1000)).toBeNull()
  pace.note(500, 900)
  expect(pace.remaining(1000)).toBeNull()
  pace.note(2000, 200 * 2)
  expect(pace.remaining(1000)).toBeNull() // Fewer than before: another attempt.
  pace.note(4000, 600)
  expect(pace.remaining(1000)).toBe(4000)
  pace.note(20_000, 600)
  expect(pace.remaining(1000)).toBeNull() // Nothing has moved of late.
})
