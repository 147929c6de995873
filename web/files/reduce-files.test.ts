import { expect, test } from 'vitest'
import type { Transfer, TransferState } from '../../chat/index.ts'
import { announcements } from '../announcements.ts'
import { startState } from '../app-state.ts'
import { reduce, select } from '../reduce.ts'
import { DEFAULT_SETTINGS } from '../settings.ts'
import { BOB, contact } from '../testing/cast.ts'
import { atStake, withHeld } from './reduce-files.ts'

const file = (state: TransferState, part: Partial<Transfer> = {}) =>
  ({
    type: 'transfer',
    transfer: {
      id: 'x',
      peer: BOB,
      direction: 'in',
      name: 'photo.png',
      size: 100,
      contentType: 'image/png',
      at: 1,
      protection: 'verified',
      state,
      ...part,
    },
  }) as const

const ASKS = { step: 'asks', about: 'offered' } as const
const known = reduce(startState(DEFAULT_SETTINGS), contact(BOB, 'Bob'))
const after = (...states: readonly TransferState[]) =>
  states.reduce((state, step) => reduce(state, file(step)), known)
const timeline = (state: typeof known) => state.conversations.get(BOB)!.timeline

test('a file has one place in the timeline, where it was offered', () => {
  const state = after(ASKS, { step: 'waiting' }, { step: 'active', done: 40 }, { step: 'done' })
  expect(timeline(state)).toHaveLength(1)
  expect(timeline(state)[0]).toMatchObject({
    kind: 'file',
    transfer: { state: { step: 'done' } },
    held: { reached: 40, place: null },
  })
})

test('an offer is unread once, and not where somebody looks', () => {
  expect(after(ASKS, { step: 'waiting' }).conversations.get(BOB)!.unread).toBe(1)
  const watched = reduce(select(known, BOB), file(ASKS))
  expect(watched.conversations.get(BOB)!.unread).toBe(0)
  const own = reduce(known, file({ step: 'waiting' }, { direction: 'out' }))
  expect(own.conversations.get(BOB)!.unread).toBe(0)
})

test('of somebody who was removed nothing is shown', () => {
  const gone = reduce(after(ASKS), { type: 'contactRemoved', peer: BOB })
  expect(reduce(gone, file({ step: 'cancelled', by: 'us' }))).toBe(gone)
})

test('what is on its way, or received and not saved, is at stake', () => {
  expect(atStake(after(ASKS))).toEqual({ going: 0, unsaved: 0 })
  expect(atStake(after(ASKS, { step: 'active', done: 1 }))).toEqual({ going: 1, unsaved: 0 })
  const here = withHeld(after({ step: 'done' }), BOB, 'x', { place: 'disk' })
  expect(atStake(here)).toEqual({ going: 0, unsaved: 1 })
  expect(atStake(withHeld(here, BOB, 'x', { isSaved: true }))).toEqual({ going: 0, unsaved: 0 })
})

test('a cleared history keeps what is on its way', () => {
  const cleared = { type: 'historyCleared', peer: BOB, left: [] } as const
  expect(timeline(reduce(after({ step: 'active', done: 1 }), cleared))).toHaveLength(1)
  expect(timeline(reduce(after({ step: 'done' }), cleared))).toHaveLength(0)
})

test('an offer is told to somebody who looks elsewhere, unless the contact is muted', () => {
  const told = (state: typeof known) => announcements(file(ASKS), state, 0).map(({ kind }) => kind)
  expect(told(known)).toEqual(['notify'])
  expect(told(select(known, BOB))).toEqual([])
  expect(told(reduce(known, contact(BOB, 'Bob', { muted: true })))).toEqual([])
})
