import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { MsrpMessage } from './events.ts'
import * as limits from './limits.ts'
import { parseFrame } from './parse.ts'
import { StreamParser } from './stream-parser.ts'
import { boundAlone, boundPair, frame, openPair, text } from './testing/pair.ts'
import { testEnv } from './testing/wire-pair.ts'
import { Transactions } from './transactions.ts'

/** The test that reaches each limit: its file and title. */
const REACHED = {
  TRANSACTION_TIMEOUT_MS: ['session.test.ts', 'nobody answers the bind within 30 s'],
  UNINTERRUPTIBLE_MAX: [
    'delivery.test.ts',
    'one chunk whatever the size, interruptible above 2048 B',
  ],
  NON_SEND_BODY_MAX: ['parse.test.ts', 'only a SEND may have a large body'],
  MSRP_PORT: ['uri.test.ts', 'an own URI says tcp, names no place, and can be read'],
  NICKNAME_MAX: [
    'nickname.test.ts',
    'what is shown keeps its case and loses what cannot be seen to differ',
  ],
  START_LINE_MAX: ['limits.test.ts', 'a start line may have so many bytes, and no more'],
  HEAD_MAX: ['parse.test.ts', 'a long head'],
  HEADERS_MAX: ['parse.test.ts', 'too many headers'],
  PATH_MAX: ['limits.test.ts', 'a path may have so many URIs, and no more'],
  MESSAGE_MAX: [
    'incoming.test.ts',
    'a message that grows beyond 4 MiB: 413, and so are its other chunks',
  ],
  FRAME_MAX: ['limits.test.ts', 'a frame that is held may have so many bytes of body, and no more'],
  INCOMPLETE_MAX: ['incoming.test.ts', 'so many incomplete messages, and no more'],
  INCOMPLETE_BYTES_MAX: ['incoming.test.ts', 'so many bytes of incomplete messages, and no more'],
  INCOMPLETE_TIMEOUT_MS: ['incoming.test.ts', 'an incomplete message is dropped after 540 s'],
  RANGES_MAX: ['incoming.test.ts', 'so many holes, and no more'],
  REMEMBERED_MAX: [
    'limits.test.ts',
    'so many messages are known when they come again, and no more',
  ],
  REPORTS_OWED_MAX: ['limits.test.ts', 'so many messages can be reported on, and no more'],
  OUTGOING_MAX: ['limits.test.ts', 'the REPORTs of so many messages are awaited, and no more'],
  TRANSACTIONS_MAX: ['limits.test.ts', 'so many requests wait for an answer, and no more'],
  MESSAGE_ID_MAX: ['incoming.test.ts', 'a Message-ID of 300'],
  CHUNK_WINDOW: ['delivery.test.ts', 'no more than 8 unanswered; each answer lets one more go'],
  FILE_WINDOW: ['file.test.ts', 'has no more on the way than the window'],
  FILE_BLOCK: ['file.test.ts', 'never has the file in memory, and numbers above 2^32 stay exact'],
  FILE_HASH_BLOCK: ['file.test.ts', 'the hash of a file is that of its bytes, and can be given up'],
  FILE_REPORT_EVERY: [
    'file.test.ts',
    'waits for reports where the peer gives them, whatever the next hop says',
  ],
  FILE_UNWRITTEN_MAX: [
    'file.test.ts',
    'answers a chunk once it is written, and stops a sender that does not wait',
  ],
  FILE_STALL_MS: ['file.test.ts', 'gives up when nothing moves'],
  HELD_MAX: ['limits.test.ts', 'so many frames are held before the start, and no more'],
  VIOLATIONS_MAX: [
    'connection.test.ts',
    'in a message is a violation; after many the connection is given up',
  ],
  KEEP_ALIVE_TICK_MS: [
    'session.test.ts',
    'after 25 to 50 s of silence an empty SEND asks whether the other is there',
  ],
  AUTH_ROUNDS_MAX: ['authenticate.test.ts', 'stale for ever'],
  GRANT_MARGIN_S: ['renewal.test.ts', 'GRANT_MARGIN_S'],
  RENEWAL_RETRY_S: ['renewal.test.ts', 'is asked for again when the answer was of no use'],
  CPIM_HEADERS_MAX: ['cpim.test.ts', 'endless headers'],
  COMPOSING_REFRESH_MAX_SECONDS: ['composing.test.ts', '{ active: true, refresh: 600 }'],
  XML_MAX: ['composing.test.ts', 'too long'],
} as const satisfies Record<keyof typeof limits, readonly [file: string, title: string]>

test.each(Object.entries(REACHED))('%s is reached', (_, [file, title]) => {
  expect(readFileSync(join(import.meta.dirname, file), 'utf8')).toContain(title)
})

const bytes = (lines: readonly string[]) => new TextEncoder().encode(lines.join('\r\n'))
const TO = 'To-Path: msrp://b.example:1/b;tcp'
const FROM = 'From-Path: msrp://a.example:1/a;tcp'
const END = '-------a786$'
const code = (wanted: string) => expect.objectContaining({ code: wanted })

test('a start line may have so many bytes, and no more', () => {
  const START = 'MSRP a786 200 '
  const line = (length: number) => START.padEnd(length, 'x')
  const wire = (length: number) => bytes([line(length), TO, FROM, END, ''])
  const { START_LINE_MAX } = limits
  expect(parseFrame(wire(START_LINE_MAX))).toMatchObject({ status: 200 })
  expect(() => parseFrame(wire(START_LINE_MAX + 1))).toThrow(code('MSRP_BAD_START_LINE'))
  const endless = new StreamParser(() => {})
  expect(() => endless.push(bytes([line(START_LINE_MAX + 1)]))).toThrow(code('MSRP_BAD_START_LINE'))
})

test('a path may have so many URIs, and no more', () => {
  const wire = (count: number) => {
    const path = Array(count).fill('msrp://b.example:1/b;tcp').join(' ')
    return bytes(['MSRP a786 SEND', `To-Path: ${path}`, FROM, END, ''])
  }
  expect(parseFrame(wire(limits.PATH_MAX)).toPath).toHaveLength(limits.PATH_MAX)
  expect(() => parseFrame(wire(limits.PATH_MAX + 1))).toThrow(code('MSRP_TOO_LARGE'))
})

test('a frame that is held may have so many bytes of body, and no more', () => {
  const wire = (length: number) =>
    bytes(['MSRP a786 SEND', TO, FROM, 'Content-Type: a/b', '', 'x'.repeat(length), END, ''])
  const read = (length: number) => {
    const lengths: number[] = []
    new StreamParser((frame) => {
      lengths.push('body' in frame ? (frame.body?.length ?? 0) : 0)
    }).push(wire(length))
    return lengths
  }
  expect(read(limits.FRAME_MAX)).toEqual([limits.FRAME_MAX])
  expect(() => read(limits.FRAME_MAX + 1)).toThrow(code('MSRP_TOO_LARGE'))
})

/** Bob, who is sent messages with these ids. */
function flooded(ids: readonly string[]) {
  const { alice, bob } = boundPair()
  for (const id of ids) {
    alice.session.send(text(id, id) satisfies MsrpMessage, { success: 'yes', failure: 'no' })
  }
  return { alice, bob }
}

const ids = (count: number) => Array.from({ length: count }, (_, i) => `message-${i}`)

test('so many messages are known when they come again, and no more', () => {
  const { REMEMBERED_MAX } = limits
  const shown = (again: string) =>
    flooded([...ids(REMEMBERED_MAX + 1), again]).bob.received().length
  expect(shown('message-1')).toBe(REMEMBERED_MAX + 1)
  expect(shown('message-0')).toBe(REMEMBERED_MAX + 2)
})

test('so many messages can be reported on, and no more', () => {
  const { alice, bob } = flooded(ids(limits.REPORTS_OWED_MAX + 1))
  for (const id of ['message-0', 'message-1']) bob.session.report(id, 200)
  const delivered = alice.events.filter(({ type }) => type === 'delivered')
  expect(delivered).toEqual([{ type: 'delivered', id: 'message-1' }])
})

test('the REPORTs of so many messages are awaited, and no more', () => {
  const { alice, peer } = boundAlone()
  for (const id of ids(limits.OUTGOING_MAX + 1)) {
    alice.session.send(text(id, 'x'), { success: 'yes', failure: 'no' })
  }
  for (const id of ['message-0', 'message-1']) {
    const headers = [`Message-ID: ${id}`, 'Byte-Range: 1-1/1', 'Status: 000 200 OK']
    peer.say(frame('r000 REPORT', alice.uri, peer.uri, headers))
  }
  const delivered = alice.events.filter(({ type }) => type === 'delivered')
  expect(delivered).toEqual([{ type: 'delivered', id: 'message-1' }])
})

test('so many requests wait for an answer, and no more', () => {
  const transactions = new Transactions(testEnv())
  const answered: string[] = []
  const start = (id: string) =>
    transactions.start(id, ({ status }) => answered.push(`${id} ${status}`))
  for (const id of ids(limits.TRANSACTIONS_MAX)) start(id)
  expect(answered).toEqual([])
  start('one more')
  expect(answered).toEqual(['message-0 408'])
})

test('so many frames are held before the start, and no more', () => {
  const { alice, bob } = openPair()
  alice.session.start({ remotePath: [bob.uri], active: true }) // An empty SEND is the first of them.
  for (const id of ids(limits.HELD_MAX)) {
    const wire = frame(`t${id.slice(-4)} SEND`, bob.uri, alice.uri, [`Message-ID: ${id}`], id)
    alice.wire.send(new TextEncoder().encode(wire))
  }
  bob.session.start({ remotePath: [alice.uri], active: false })
  expect(bob.received()).toHaveLength(limits.HELD_MAX - 1)
})
