import { expect, test } from 'vitest'
import type { Address, ChatEvent, Privacy, PrivacyState } from '../chat/index.ts'
import { LineWriter } from './lines.ts'

const BOB = 'sip:bob@sotto.test' as Address
const KEY = 'ab'.repeat(20)

const opened: ChatEvent = { type: 'opened', peer: BOB, room: false }
const closed = (by: 'local' | 'remote' | 'network' | 'refused'): ChatEvent => ({
  type: 'closed',
  peer: BOB,
  by,
  fault: null,
})

function privacy(state: PrivacyState, more: Partial<Privacy> = {}): ChatEvent {
  const isEncrypted = state === 'unverified' || state === 'verified' || state === 'keyChanged'
  return {
    type: 'privacy',
    peer: BOB,
    privacy: {
      state,
      composer: state === 'unverified' || state === 'verified' ? 'sends' : 'holds',
      version: isEncrypted ? 3 : null,
      ssid: null,
      ownFingerprint: null,
      peerFingerprint: isEncrypted ? KEY : null,
      sameKeyAs: null,
      verified: null,
      ...more,
    },
  }
}

const names = (writer: LineWriter, event: ChatEvent) =>
  writer.lines(event).map((line) => line.event)

test('a session that a contact opened is told as incoming, one of ours is not', () => {
  const writer = new LineWriter()
  expect(writer.lines(opened)).toMatchObject([
    { event: 'incoming', accepted: true },
    { event: 'opened', room: false },
  ])
  writer.lines(closed('remote'))
  writer.expect(BOB)
  expect(names(writer, opened)).toEqual(['opened'])
})

test('a session of ours that was lost opens again as ours', () => {
  const writer = new LineWriter()
  writer.expect(BOB)
  writer.lines(opened)
  writer.lines(closed('network'))
  expect(names(writer, opened)).toEqual(['opened'])
  writer.lines(closed('local'))
  expect(names(writer, opened)).toEqual(['incoming', 'opened'])
})

test('an invitation is told once', () => {
  const writer = new LineWriter()
  expect(writer.lines({ type: 'invited', peer: BOB, name: 'Bob' })).toMatchObject([
    { event: 'incoming', accepted: false, name: 'Bob' },
  ])
  expect(names(writer, opened)).toEqual(['opened'])
})

test.each([
  ['none', 'plaintext'],
  ['starting', 'plaintext'],
  ['room', 'plaintext'],
  ['unverified', 'encrypted'],
  ['verified', 'encrypted'],
  ['keyChanged', 'encrypted'],
  ['ended', 'finished'],
] as const)('%s is %s on the line', (state, line) => {
  expect(new LineWriter().lines(privacy(state))).toMatchObject([{ event: 'otr', state: line }])
})

test('encryption is told when it is news, and says if the key is another than before', () => {
  const writer = new LineWriter()
  expect(names(writer, privacy('unverified'))).toEqual(['otr'])
  expect(names(writer, privacy('unverified'))).toEqual([])
  writer.lines({
    type: 'keyChanged',
    peer: BOB,
    name: 'Bob',
    fingerprint: KEY,
    previous: 'cd'.repeat(20),
    blocks: true,
  })
  expect(writer.lines(privacy('keyChanged'))).toMatchObject([{ changed: true, held: true }])
})

test('what is read back from the store is no news', () => {
  const message = {
    id: 'm-1',
    peer: BOB,
    author: 'us',
    nickname: null,
    text: 'held',
    contentType: 'text/plain',
    at: 1,
    protection: 'none',
    delivery: 'queued',
    reason: null,
    resent: false,
  } as const
  const writer = new LineWriter()
  expect(writer.lines({ type: 'message', message, restored: true })).toEqual([])
  expect(writer.lines({ type: 'message', message, restored: false })).toMatchObject([
    { event: 'message', direction: 'out', encrypted: null, verified: null },
    { event: 'delivery', state: 'queued', encrypted: null },
  ])
})
