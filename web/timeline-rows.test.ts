import { expect, test } from 'vitest'
import { type Entry, keyOf } from './app-state.ts'
import { BOB, message, notice } from './testing/cast.ts'
import { rowsOf } from './timeline-rows.ts'

const noon = new Date(2026, 4, 3, 12).getTime()
const minute = 60_000
const day = 86_400_000

const says = (author: 'us' | 'peer', at: number, part = {}): Entry => ({
  kind: 'message',
  message: message(BOB, author, 'x', at, part).message,
})
const tells = (at: number): Entry => ({
  kind: 'notice',
  notice: notice(BOB, 'key-new', 'A key.', at).notice,
})
/** `D` day, `E` earlier, `S` since, `N` notice, `M` message; `-` joins a message to its group above. */
const draw = (timeline: readonly Entry[]) =>
  rowsOf(timeline)
    .map((row) => (row.kind === 'message' && row.continues ? '-M' : row.kind[0]!.toUpperCase()))
    .join(' ')

test('a divider comes before the first row of each day, be it a notice', () => {
  expect(draw([says('us', noon - day), tells(noon), says('us', noon)])).toBe('D M D N M')
})

test('one author within five minutes is one group', () => {
  expect(draw([says('us', noon), says('us', noon + minute), says('us', noon + 9 * minute)])).toBe(
    'D M -M M',
  )
})

test.each([
  ['another author', says('peer', noon + 1)],
  ['another protection', says('us', noon + 1, { protection: 'verified' })],
  ['another nickname', says('us', noon + 1, { nickname: 'Dora' })],
  ['another reader', says('us', noon + 1, { privately: { address: 'sip:d@x', name: 'Dora' } })],
  ['somebody else of the same name', says('us', noon + 1, { from: 'sip:e@x' })],
  ['a notice', tells(noon + 1)],
])('%s ends the group', (_, next) => {
  expect(draw([says('us', noon), next])).not.toContain('-')
})

test('a row hides its time only if the next one says the same of its delivery', () => {
  const hidden = (delivery: string) =>
    rowsOf([says('us', noon), says('us', noon + 1, { delivery })]).map(
      (row) => row.kind === 'message' && row.continued,
    )
  expect(hidden('delivered')).toEqual([false, true, false])
  expect(hidden('sent')).toEqual([false, false, false])
})

test('what a room tells again of before stands apart from what is said since', () => {
  const earlier = (at: number) => says('peer', at, { earlier: true, nickname: 'Dora' })
  const now = says('peer', noon + 2, { nickname: 'Dora' })
  expect(draw([earlier(noon), earlier(noon + 1), now])).toBe('E D M -M S M')
})

test('what is not read yet begins under a line, and goes on with nobody', () => {
  const timeline = [says('peer', noon), says('peer', noon + 1), says('peer', noon + 2)]
  const rows = rowsOf(timeline, keyOf(timeline[1]!))
  expect(rows.map(({ kind }) => kind)).toEqual(['day', 'message', 'new', 'message', 'message'])
  expect(rows.filter((row) => row.kind === 'message')).toMatchObject([
    { continued: false },
    { continues: false, continued: true },
    { continues: true },
  ])
})

test('keys are unique, also where two sides chose the same id', () => {
  const rows = rowsOf([says('us', noon, { id: 'a' }), says('peer', noon, { id: 'a' })])
  expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
})
