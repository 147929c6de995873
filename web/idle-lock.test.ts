import { expect, test } from 'vitest'
import { IdleLock } from './idle-lock.ts'

/** A clock, its timers, and how often it was locked. */
function stage(minutes: number) {
  let now = 0
  let locked = 0
  let due: { at: number; task: () => void } | null = null
  const after = (ms: number, task: () => void) => {
    due = { at: now + ms, task }
    return () => {
      due = null
    }
  }
  const idle = new IdleLock(
    after,
    () => now,
    () => locked++,
  )
  idle.start(minutes)
  return {
    idle,
    locked: () => locked,
    /** @param asleep - timers do not run */
    pass(minutesMore: number, asleep = false) {
      const until = now + minutesMore * 60_000
      for (; !asleep && due !== null && due.at <= until; ) {
        const { at, task }: { at: number; task: () => void } = due
        now = at
        due = null
        task()
      }
      now = until
    },
  }
}

test('locks once when nobody was there for so long', () => {
  const { pass, locked } = stage(10)
  pass(9)
  expect(locked()).toBe(0)
  pass(1)
  expect(locked()).toBe(1)
  pass(60)
  expect(locked()).toBe(1)
})

test('whoever is there puts it off', () => {
  const { idle, pass, locked } = stage(10)
  for (let minute = 0; minute < 30; minute += 6) {
    pass(6)
    idle.stir()
  }
  expect(locked()).toBe(0)
  pass(10)
  expect(locked()).toBe(1)
})

test('after sleep the first touch locks, and unlocks nothing', () => {
  const { idle, pass, locked } = stage(10)
  pass(480, true)
  idle.stir()
  expect(locked()).toBe(1)
})

test('never, and not after it was stopped', () => {
  const never = stage(0)
  never.pass(10_000)
  never.idle.stir()
  const stopped = stage(10)
  stopped.idle.stop()
  stopped.pass(100)
  stopped.idle.stir()
  expect([never.locked(), stopped.locked()]).toEqual([0, 0])
})
