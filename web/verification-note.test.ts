import { describe, expect, test } from 'vitest'
import type { Address, Verification } from '../chat/index.ts'
import { startState } from './app-state.ts'
import { reduce } from './reduce.ts'
import { intend } from './reduce-intent.ts'
import { DEFAULT_SETTINGS } from './settings.ts'

const BOB = 'sip:bob@example.org' as Address
const asked = { step: 'asked', question: null, since: 1, until: 2 } as const
const waiting = { ...asked, step: 'waiting' } as const
const aborted = { step: 'aborted', by: 'us', at: 3, answered: false } as const

/** What is left of a note made in step `before`, after these steps. */
function noteAfter(before: Verification, ...steps: readonly Verification[]): string {
  const play = (state: ReturnType<typeof startState>, verification: Verification) =>
    reduce(state, { type: 'verification', peer: BOB, verification })
  const start = play(startState(DEFAULT_SETTINGS), before)
  const noted = intend(start, BOB, { do: 'noteVerification', note: 'lago' })
  return steps.reduce(play, noted).conversations.get(BOB)!.verificationNote
}

describe('what is noted for a verification', () => {
  test('stays as long as it runs, and through more time', () => {
    expect(noteAfter(asked)).toBe('lago')
    expect(noteAfter(asked, { ...asked, until: 120 })).toBe('lago')
    expect(noteAfter({ step: 'idle' }, waiting)).toBe('lago')
    expect(noteAfter(waiting, aborted, { ...waiting, since: 3 })).toBe('lago')
  })

  test('is not there for another question, and goes once it has been used', () => {
    expect(noteAfter(asked, { ...asked, since: 9 })).toBe('')
    expect(noteAfter(asked, aborted, { ...asked, since: 9 })).toBe('')
    expect(noteAfter(asked, { step: 'working', since: 1, until: 2 })).toBe('')
    expect(noteAfter(waiting, { step: 'succeeded', provesPeer: true, at: 3 })).toBe('')
  })
})
