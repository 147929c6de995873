import { expect, test } from 'vitest'
import { SLEEP_MS, TICK_MS, watchSleep } from './sleep-watch.ts'

function machine() {
  let clock = 0
  let tick: (() => void) | null = null
  const woken: number[] = []
  const stop = watchSleep(() => woken.push(clock), {
    now: () => clock,
    every(ms, task) {
      expect(ms).toBe(TICK_MS)
      tick = task
      return () => {
        tick = null
      }
    },
  })
  /** The next tick comes after so long. */
  const pass = (ms: number) => {
    clock += ms
    tick?.()
  }
  return { woken, pass, stop }
}

test('a machine that has slept is noticed at its first tick, once', () => {
  const { woken, pass } = machine()
  pass(TICK_MS)
  pass(3_600_000)
  pass(TICK_MS)
  expect(woken).toEqual([TICK_MS + 3_600_000])
})

test('a busy machine has not slept, nor has one whose clock was put back', () => {
  const { woken, pass } = machine()
  for (const ms of [TICK_MS, SLEEP_MS, TICK_MS + 9_999, -3_600_000, TICK_MS]) pass(ms)
  expect(woken).toEqual([])
})

test('once stopped it says nothing', () => {
  const { woken, pass, stop } = machine()
  stop()
  pass(3_600_000)
  expect(woken).toEqual([])
})
