import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backOff, jittered } from './back-off.ts'

const fraction = () => fc.double({ min: 0, max: 1, noNaN: true })

test('waits up to 1, 2, 4, 8, 16 s, then 30 s doubled up to half an hour', () => {
  const upper = Array.from({ length: 14 }, (_, failures) => backOff(failures, 1) / 1000)
  expect(upper).toEqual([1, 2, 4, 8, 16, 30, 60, 120, 240, 480, 960, 1800, 1800, 1800])
})

test('stays within 50 and 100 % of the upper bound, for any number of failures', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fraction(), (failures, at) => {
      const upper = backOff(failures, 1)
      expect(backOff(failures, at)).toBeGreaterThanOrEqual(Math.floor(upper / 2))
      expect(backOff(failures, at)).toBeLessThanOrEqual(upper)
      expect(upper).toBeLessThanOrEqual(1_800_000)
    }),
  )
})

test('keep-alives are due within 80 to 100 % of their interval', () => {
  fc.assert(
    fc.property(fraction(), (at) => {
      expect(jittered(25_000, at)).toBeGreaterThanOrEqual(20_000)
      expect(jittered(25_000, at)).toBeLessThanOrEqual(25_000)
    }),
  )
})
