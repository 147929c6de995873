import { describe, expect, test } from 'vitest'
import type { SmpStep } from '../otr/index.ts'
import type { Verification } from './events.ts'
import { follow, isRunning, restAfter } from './verification.ts'

const FACTS = { now: 1000, attempts: 0, isVerified: false }
const walk = (steps: readonly SmpStep[], facts = FACTS) =>
  steps.reduce<Verification>((before, step) => follow(before, step, facts), { step: 'idle' })

describe('a verification', () => {
  test('that we ask for', () => {
    expect(walk([{ step: 'started', question: 'Where?' }])).toEqual({
      step: 'waiting',
      question: 'Where?',
      since: 1000,
      until: 121_000,
    })
    expect(
      walk([
        { step: 'started', question: null },
        { step: 'succeeded', provesPeer: true },
      ]),
    ).toEqual({ step: 'succeeded', provesPeer: true, at: 1000 })
  })

  test('that fails counts, and a cheat is no better', () => {
    for (const step of ['failed', 'cheated'] as const) {
      expect(walk([{ step }], { now: 1, attempts: 2, isVerified: true })).toEqual({
        step: 'failed',
        at: 1,
        attempts: 3,
        stillVerified: true,
        until: 1 + 90_000,
      })
    }
  })

  test('that nobody began cannot be aborted', () => {
    expect(walk([{ step: 'aborted', by: 'peer' }])).toEqual({ step: 'idle' })
    const done: SmpStep[] = [{ step: 'succeeded', provesPeer: true }]
    expect(walk([...done, { step: 'aborted', by: 'us' }]).step).toBe('succeeded')
    expect(
      walk([
        { step: 'asked', question: null },
        { step: 'aborted', by: 'peer' },
      ]),
    ).toEqual({
      step: 'aborted',
      by: 'peer',
      at: 1000,
      answered: false,
    })
  })

  test('that the peer aborts after both have spoken may have failed: otr3 and potr end so', () => {
    const steps: SmpStep[] = [{ step: 'started', question: null }, { step: 'working' }]
    expect(walk([...steps, { step: 'aborted', by: 'peer' }])).toMatchObject({ answered: true })
  })

  test('lets nobody guess on at once: 10 s, 30 s, and longer each time, up to a quarter of an hour', () => {
    const rests = [1, 2, 3, 4, 5, 50].map(restAfter)
    expect(rests).toEqual([10_000, 30_000, 90_000, 270_000, 810_000, 900_000])
    const late: SmpStep[] = [{ step: 'started', question: null }, { step: 'working' }]
    expect(walk([...late, { step: 'aborted', by: 'peer' }])).toMatchObject({ until: 11_000 })
  })

  test('that is stopped before anybody can have read it was stopped by an app', () => {
    const waiting = walk([{ step: 'started', question: 'Who?' }])
    const stop = { step: 'aborted', by: 'peer' } as const
    expect(follow(waiting, stop, { ...FACTS, now: 1_200 })).toMatchObject({ byApp: true })
    expect(follow(waiting, stop, { ...FACTS, now: 9_000 })).not.toHaveProperty('byApp')
    const afterFailure = { ...FACTS, now: 1_200, attempts: 1 }
    expect(follow(waiting, stop, afterFailure)).not.toHaveProperty('byApp')
  })

  test('runs from the first question to the result', () => {
    const asked = walk([{ step: 'asked', question: null }])
    expect(isRunning(asked)).toBe(true)
    expect(isRunning(follow(asked, { step: 'working' }, FACTS))).toBe(true)
    expect(isRunning(follow(asked, { step: 'failed' }, FACTS))).toBe(false)
  })
})
