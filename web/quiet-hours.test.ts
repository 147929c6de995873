import { expect, test } from 'vitest'
import { clockOf, isQuiet, readClock } from './quiet-hours.ts'

const at = (hours: number, minutes = 0) => new Date(2026, 4, 3, hours, minutes).getTime()
const night = { quiet: true, quietFrom: 22 * 60, quietTo: 7 * 60 }

test('a night goes over midnight', () => {
  const hours = [21, 22, 23, 0, 6, 7, 12].map((hour) => isQuiet(night, at(hour)))
  expect(hours).toEqual([false, true, true, true, true, false, false])
  expect(isQuiet(night, at(21, 59))).toBe(false)
})

test('an afternoon does not, and a whole day is quiet', () => {
  const nap = { quiet: true, quietFrom: 13 * 60, quietTo: 15 * 60 }
  expect([12, 13, 14, 15, 0].map((hour) => isQuiet(nap, at(hour)))).toEqual([
    false,
    true,
    true,
    false,
    false,
  ])
  expect(isQuiet({ ...night, quietTo: night.quietFrom }, at(12))).toBe(true)
  expect(isQuiet({ ...night, quiet: false }, at(23))).toBe(false)
})

test('a time field is read as it is written', () => {
  expect([0, 425, 1439].map(clockOf)).toEqual(['00:00', '07:05', '23:59'])
  expect([0, 425, 1439].map((minutes) => readClock(clockOf(minutes)))).toEqual([0, 425, 1439])
  expect(readClock('')).toBeNull()
})
