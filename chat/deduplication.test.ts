import { expect, test } from 'vitest'
import { Deduplication } from './deduplication.ts'
import { SEEN_MAX } from './limits.ts'

test('a message that comes again is not new; another with the same id is', () => {
  const seen = new Deduplication()
  expect(seen.isNewMessage('0123456789abcdef', 'hello')).toBe(true)
  expect(seen.isNewMessage('0123456789abcdef', 'hello')).toBe(false)
  expect(seen.isNewMessage('0123456789abcdef', 'hullo')).toBe(true)
})

test('ids that say nothing are not believed: SylkServer calls every message None', () => {
  const seen = new Deduplication()
  expect([seen.isNewMessage('None', 'ok'), seen.isNewMessage('None', 'ok')]).toEqual([true, true])
})

test('one data message counts once; a query or a handshake may come again', () => {
  const seen = new Deduplication()
  const sight = (text: string) => [seen.isNewWire(text), seen.isNewWire(text)]
  expect(sight('?OTR:AAMDAAAA.')).toEqual([true, false])
  expect(sight('?OTR:AAIDAAAA.')).toEqual([true, false])
  expect(sight('?OTR:AAMCAAAA.')).toEqual([true, true])
  expect(sight('?OTRv23?')).toEqual([true, true])
  expect(sight('hello')).toEqual([true, true])
})

test('memory is bounded: the oldest are forgotten', () => {
  const seen = new Deduplication()
  const id = (i: number) => `message-${i}`
  for (let i = 0; i <= SEEN_MAX; i++) seen.isNewMessage(id(i), '')
  expect(seen.isNewMessage(id(SEEN_MAX), '')).toBe(false)
  expect(seen.isNewMessage(id(0), '')).toBe(true)
})
