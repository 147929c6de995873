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

test('what happens in a room, and what becomes of history, each has its line', () => {
  const writer = new LineWriter()
  const room = {
    peer: BOB,
    subject: 'tea',
    members: null,
    allows: { nicknames: true, privateMessages: false },
    nickname: 'Al',
  }
  expect(writer.lines({ type: 'room', room })).toEqual([{ event: 'room', ...room }])
  expect(writer.lines({ type: 'invited', peer: BOB, name: null, room: true })).toEqual([
    { event: 'incoming', peer: BOB, name: null, accepted: false, room: true, by: null },
  ])
  const fault = { code: 'SIP_DECLINED', sentence: 'They do not want to chat now.' }
  expect(writer.lines({ type: 'roomInvitation', peer: BOB, who: BOB, fault })).toEqual([
    { event: 'room-invitation', peer: BOB, who: BOB, ok: false, ...fault },
  ])
  expect(names(writer, { type: 'kept', peer: BOB, id: '1' })).toEqual(['kept'])
  expect(names(writer, { type: 'historyCleared', peer: BOB, left: [] })).toEqual([
    'history-cleared',
  ])
  expect(names(writer, { type: 'messageRemoved', peer: BOB, id: '1' })).toEqual(['message-removed'])
})

test('a message of a room says who wrote it, whether to us alone, and whether it is old', () => {
  const [line] = new LineWriter().lines({
    type: 'message',
    restored: false,
    message: {
      id: '1',
      peer: BOB,
      author: 'peer',
      nickname: 'Carol',
      text: 'psst',
      contentType: 'text/plain',
      at: 1,
      protection: 'none',
      delivery: null,
      reason: null,
      resent: false,
      from: 'sip:carol@sotto.test',
      privately: { address: 'sip:carol@sotto.test', name: 'Carol' },
      earlier: true,
    },
  })
  expect(line).toMatchObject({
    nickname: 'Carol',
    from: 'sip:carol@sotto.test',
    privately: 'sip:carol@sotto.test',
    earlier: true,
    at: 1,
  })
})
