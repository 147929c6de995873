import { expect, test } from 'vitest'
import { Pace } from './pace.ts'

test('a thousand wishes in ten seconds are five sounds', () => {
  const pace = new Pace()
  let heard = 0
  for (let now = 0; now < 10_000; now += 10) if (pace.lets('sound', 2_000, now)) heard += 1
  expect(heard).toBe(5)
})

test('one thing does not wait for another', () => {
  const pace = new Pace()
  expect([pace.lets('message', 2_000, 0), pace.lets('alert', 2_000, 1)]).toEqual([true, true])
})
