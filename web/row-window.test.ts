import { expect, test } from 'vitest'
import { type Entry, keyOf } from './app-state.ts'
import { ROWS_DRAWN, ROWS_MAX, ROWS_STEP } from './limits.ts'
import { around, drawnOf, movedDown, movedUp, type WindowStart } from './row-window.ts'
import { BOB, message } from './testing/cast.ts'

const said = (from: number, to: number): Entry[] =>
  Array.from({ length: to - from }, (_, n) => ({
    kind: 'message',
    message: message(BOB, 'peer', `${from + n}`, from + n).message,
  }))
const texts = (timeline: readonly Entry[], start: WindowStart) =>
  drawnOf(timeline, start).entries.map((entry) =>
    entry.kind === 'message' ? Number(entry.message.text) : Number.NaN,
  )
const edges = (timeline: readonly Entry[], start: WindowStart) => {
  const drawn = texts(timeline, start)
  return [drawn[0], drawn.at(-1)]
}

test('the end is drawn first, and moves on with what is said', () => {
  expect(edges(said(0, 1_000), null)).toEqual([1_000 - ROWS_DRAWN, 999])
  expect(edges(said(0, 1_001), null)).toEqual([1_001 - ROWS_DRAWN, 1_000])
  expect(edges(said(0, 3), null)).toEqual([0, 2])
  expect(drawnOf([], null)).toEqual({ entries: [], isMoreAbove: false, isMoreBelow: false })
})

test('ten thousand messages, all the way up and down again: never more than the bound is drawn', () => {
  const timeline = said(0, 10_000)
  let start: WindowStart = null
  let most = 0
  let seen = new Set<number>()
  const look = () => {
    const drawn = texts(timeline, start)
    most = Math.max(most, drawn.length)
    for (const one of drawn) seen.add(one)
  }
  look()
  while (drawnOf(timeline, start).isMoreAbove) {
    const before = texts(timeline, start)[0]!
    start = movedUp(timeline, start)
    expect(texts(timeline, start)).toContain(before) // The reader's place is still drawn.
    look()
  }
  expect(seen.size).toBe(10_000)
  seen = new Set(texts(timeline, start))
  while (drawnOf(timeline, start).isMoreBelow) {
    const before = texts(timeline, start).at(-1)!
    start = movedDown(timeline, start)
    expect(texts(timeline, start)).toContain(before)
    look()
  }
  expect(seen.size).toBe(10_000)
  expect(edges(timeline, start)[1]).toBe(9_999)
  expect(most).toBe(ROWS_MAX)
})

test('it stays where it is while others are put before and behind', () => {
  const start = movedUp(said(1_000, 2_000), null)
  expect(edges(said(1_000, 2_000), start)[0]).toBe(2_000 - ROWS_DRAWN - ROWS_STEP)
  expect(edges(said(0, 3_000), start)).toEqual([1_700, 1_700 + ROWS_MAX - 1])
})

test('a message that is looked for stands in the middle, and one that is gone leaves the end', () => {
  const timeline = said(0, 1_000)
  expect(edges(timeline, around(timeline, keyOf(timeline[500]!)))).toEqual([350, 649])
  expect(edges(timeline, around(timeline, keyOf(timeline[0]!)))).toEqual([0, ROWS_MAX - 1])
  expect(around(timeline, keyOf(timeline[990]!))).toBeNull()
  expect(around(timeline, 'peer nobody')).toBeNull()
  expect(edges(timeline, 'peer nobody')).toEqual([1_000 - ROWS_DRAWN, 999])
})
