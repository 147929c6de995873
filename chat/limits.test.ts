import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { OtrCommand, OtrEvent } from '../otr/index.ts'
import { encryptedPair } from '../otr/testing/peers.ts'
import type { AccountConnection, Invitation } from './account-connection.ts'
import type { Archive } from './archive.ts'
import type { Channel } from './channel.ts'
import type { ChatContext } from './context.ts'
import { seal, TEXT } from './envelope.ts'
import type { Address, ChatEvent, Contact, Message } from './events.ts'
import { HistoryReader } from './history-reader.ts'
import * as limits from './limits.ts'
import { OTR_PROFILE, type Postbox, textLimit } from './postbox.ts'
import { PrivacyGate } from './privacy-gate.ts'
import { Reach } from './reach.ts'
import { Receipts } from './receipts.ts'
import { Reception, type ReceptionParts } from './reception.ts'
import { Strangers } from './strangers.ts'
import { TaskQueue } from './task-queue.ts'
import { Clock } from './testing/clock.ts'
import { MemoryStore } from './testing/memory-store.ts'
import { stage } from './testing/stage.ts'
import { Timeline } from './timeline.ts'
import { VerificationFlow } from './verification-flow.ts'

/** The test that reaches each limit: its file and title. */
const REACHED = {
  COMPOSING_IDLE_MS: ['composing.test.ts', 'we tell when we begin, every 60 s while we go on'],
  COMPOSING_REFRESH_MS: ['composing.test.ts', 'we tell when we begin, every 60 s while we go on'],
  COMPOSING_LASTS_MS: [
    'composing.test.ts',
    'the peer is believed for as long as it says, or 120 s',
  ],
  COMPOSING_LASTS_MAX_MS: [
    'composing.test.ts',
    'the peer is believed for as long as it says, or 120 s',
  ],
  QUERY_WAIT_MS: ['limits.test.ts', 'the called side asks after so long, and waits so long'],
  STALLED_HANDSHAKE_MS: ['stalled-handshake.test.ts', 'is begun anew, before anybody is told'],
  OTR_ANSWER_MS: ['limits.test.ts', 'the called side asks after so long, and waits so long'],
  REQUERY_ANSWER_MS: [
    'encrypted.test.ts',
    'a peer whose software encrypts once per session gets a new session',
  ],
  ERROR_REQUERY_MS: ['limits.test.ts', 'an error leads to a query so often, and no more'],
  VERIFICATION_MAX_MS: ['encrypted.test.ts', 'nobody waits for ever for an answer'],
  VERIFICATION_WRITING_MAX_MS: ['limits.test.ts', 'who goes on writing gets more time, so long'],
  VERIFICATION_REST_MS: ['verification.test.ts', 'lets nobody guess on at once: 10 s, 30 s'],
  VERIFICATION_REST_MAX_MS: ['verification.test.ts', 'up to a quarter of an hour'],
  VERIFICATION_REST_SLACK_MS: ['limits.test.ts', 'a peer may guess again so much sooner than we'],
  VERIFICATION_READ_MS: ['verification.test.ts', 'that is stopped before anybody can have read it'],
  QUESTION_MAX: ['limits.test.ts', 'a question may have so many characters, and no more'],
  INVITATION_MAX_MS: ['limits.test.ts', 'a stranger knocks so long, and no longer'],
  STRANGERS_MAX: ['strangers.test.ts', 'a crowd of strangers fills the room, and no more'],
  STRANGER_PAGES_MAX: ['strangers.test.ts', 'who hangs up is forgotten, unless'],
  RETRY_MIN_MS: ['reconnection.test.ts', 'a lost session is tried again from 1 s on'],
  RETRY_MAX_MS: ['reconnection.test.ts', 'a lost session is tried again from 1 s on'],
  OFFLINE_RETRY_MIN_MS: [
    'reconnection.test.ts',
    'a peer who is offline, or hung up, is left alone',
  ],
  OFFLINE_RETRY_MAX_MS: [
    'reconnection.test.ts',
    'a peer who is offline, or hung up, is left alone',
  ],
  RESUME_SPREAD_MS: ['limits.test.ts', 'conversations reopen within so long, not all at once'],
  LINGER_MS: [
    'relays.test.ts',
    'a connection without sessions is kept for the next one, and not for ever',
  ],
  PROBE_MS: ['discovery.test.ts', 'waits for nobody for ever, and prefers the better guess'],
  RELAY_AVOIDED_MS: ['relays.test.ts', 'the provider’s relay gets another chance after a while'],
  CHECK_MS: ['doctor.test.ts', 'does not wait for ever: %s'],
  CHECK_RELAY_MS: ['doctor.test.ts', 'does not wait for ever: %s'],
  SIGN_OUT_MAX_MS: ['limits.test.ts', 'a store that never answers keeps nobody signed in'],
  OUTBOX_WINDOW: ['outbox.test.ts', 'has no more under way at once than the window'],
  ATTEMPTS_MAX: ['outbox.test.ts', 'gives up on what is never confirmed, until the person'],
  ENVELOPE_BYTES: ['limits.test.ts', 'a text of so many bytes fits its envelope'],
  TEXT_PART_BYTES: ['limits.test.ts', 'a text of so many bytes fits its envelope'],
  TEXT_PART_MAX_BYTES: ['limits.test.ts', 'a text of so many bytes fits its envelope'],
  LOG_MAX: ['limits.test.ts', 'so many messages of a conversation are in memory, and no more'],
  RESTORED_MAX: ['history.test.ts', 'of ten thousand messages the newest come by themselves'],
  READ_PAGE: ['limits.test.ts', 'a search reads so many messages at a time, and finds so many'],
  FOUND_MAX: ['limits.test.ts', 'a search reads so many messages at a time, and finds so many'],
  RECEIPTS_MAX: ['limits.test.ts', 'so many messages can be told of as displayed, and no more'],
  GAPS_MAX: ['limits.test.ts', 'so many gaps may be asked for, and no more'],
  REPLAY_MS: ['room-visit.test.ts', 'ten seconds after we came nothing is earlier any more'],
  ROOM_CHANGES_MAX: ['room-visit.test.ts', 'a crowd is told as a number'],
  WARNING_EVERY_MS: ['limits.test.ts', 'the same warning is given so often, and no more'],
  PEER_ERROR_MAX: ['limits.test.ts', 'so many characters of a peer’s error are shown'],
  STATUS_MAX: ['room-visit.test.ts', 'what the room says of itself is shown up to a limit'],
  SEEN_MAX: ['deduplication.test.ts', 'memory is bounded: the oldest are forgotten'],
  FILE_SIZE_MAX: ['file-limits.test.ts', 'a file may be so large, and no larger'],
  FILES_PER_PEER_MAX: [
    'transfers.test.ts',
    'there are limits: size, how many at once, and where there is no folder',
  ],
  TRANSFERS_KEPT_MAX: ['file-limits.test.ts', 'so many transfers can be resumed, and no more'],
  FILE_CHUNK_BYTES: [
    'transfers.test.ts',
    '5 MB go encrypted, and nobody on the way learns more than how many',
  ],
  FILE_WAIT_MS: ['file-limits.test.ts', 'so many transfers can be resumed, and no more'],
  FILE_PARTIAL_KEPT_MS: ['file-limits.test.ts', 'a part of a file is kept so long'],
  FILE_FAREWELL_MS: ['file-limits.test.ts', 'the session of a file that was refused stands so'],
  FILE_FAREWELL_MAX_MS: ['file-limits.test.ts', 'who does not hang up is hung up on after so'],
  FILE_PROGRESS_MS: ['file-limits.test.ts', 'progress is told so often, and no more'],
  FILE_ANNOUNCED_MS: ['file-limits.test.ts', 'so many halves of offers wait, for so long'],
  FILE_ANNOUNCED_MAX: ['file-limits.test.ts', 'so many halves of offers wait, for so long'],
  FILE_ANNOUNCEMENT_MAX: ['file-announcement.test.ts', "['too much', { name: 'x'.repeat(5000) }]"],
  FILE_SEGMENTS_OPEN_MAX: ['sealed-file.test.ts', 'crumbs and islands get no memory'],
  FILE_SEGMENT_PIECES_MAX: ['sealed-file.test.ts', 'crumbs and islands get no memory'],
  FILE_NAME_BYTES: ['file-name.test.ts', 'a long name keeps its extension'],
} as const satisfies Record<keyof typeof limits, readonly [file: string, title: string]>

test.each(Object.entries(REACHED))('%s is reached', (_, [file, title]) => {
  expect(readFileSync(join(import.meta.dirname, file), 'utf8')).toContain(title)
})

const ALICE = 'sip:alice@sotto.test' as Address
const BOB = 'sip:bob@sotto.test' as Address
const KEY = 'ab'.repeat(20)

let clock: Clock
let events: ChatEvent[]
/** What the OTR session says to the next command, and the commands that it was given. */
let said: OtrEvent[]
let commands: OtrCommand[]
let contact: Contact
let context: ChatContext
let queue: TaskQueue

beforeEach(() => {
  clock = new Clock()
  events = []
  said = []
  commands = []
  contact = {
    peer: BOB,
    name: 'Bob',
    alwaysOtr: false,
    allowPlaintext: false,
    keys: [],
    otrVersion: null,
  }
  queue = new TaskQueue((error) => {
    throw error
  })
  let ids = 0
  const put = async (changed: Contact) => {
    contact = changed
  }
  const otr = {
    open: async () => {},
    run: async (_: string, command: OtrCommand) => {
      commands.push(command)
      return { wire: [], events: said.splice(0) }
    },
  }
  const contacts = { get: () => contact, nameOf: () => 'Bob', ownerOf: () => null, put }
  context = {
    own: ALICE,
    env: { now: () => clock.now, after: clock.after, random: () => Uint8Array.of(255) },
    otr,
    contacts: { ...contacts, putDurably: put },
    archive: { keep: async () => true },
    emit: (event: ChatEvent) => events.push(event),
    ownFingerprint: () => KEY,
    receipts: () => true,
    newId: () => `id-${++ids}`,
  } as unknown as ChatContext
})

const run = async (command: OtrCommand) => void commands.push(command)
const asked = () => commands.filter(({ op }) => op === 'start').length
const sentences = () =>
  events.flatMap((event) => (event.type === 'notice' ? [event.notice.sentence] : []))

async function pass(ms: number): Promise<void> {
  clock.pass(ms)
  await queue.idle
}

async function openGate(): Promise<PrivacyGate> {
  const keeper = { peer: BOB, queue, transmit() {}, moved() {}, secured() {}, doubted() {} }
  const gate = new PrivacyGate(context, { ...keeper, renew() {} })
  gate.connecting()
  await gate.opened('callee', OTR_PROFILE)
  return gate
}

test('the called side asks after so long, and waits so long', async () => {
  const gate = await openGate()
  await pass(limits.QUERY_WAIT_MS - 1)
  expect(asked()).toBe(0)
  await pass(1)
  expect(asked()).toBe(1)
  await pass(limits.OTR_ANSWER_MS - limits.QUERY_WAIT_MS - 1)
  expect(gate.state).toBe('starting')
  await pass(1)
  expect(gate.state).toBe('unsupported')
})

test('an error leads to a query so often, and no more', async () => {
  const gate = await openGate()
  const hear = (event: OtrEvent) => {
    said.push(event)
    return gate.run({ op: 'receive', text: '' })
  }
  const state = { type: 'state', state: 'encrypted', version: 3, ssid: '', refreshed: false }
  await hear({ ...state, fingerprint: KEY } as OtrEvent)
  const error: OtrEvent = { type: 'peerError', text: '' }
  for (const wait of [0, limits.ERROR_REQUERY_MS - 1]) {
    await pass(wait)
    await hear(error)
    expect(asked()).toBe(1)
  }
  await pass(1)
  await hear(error)
  expect(asked()).toBe(2)
})

function verification(): VerificationFlow {
  const gate = { fingerprint: KEY } as PrivacyGate
  return new VerificationFlow(context, BOB, gate, queue, run)
}

test('a question may have so many characters, and no more', async () => {
  const flow = verification()
  flow.begin('secret', 'x'.repeat(limits.QUESTION_MAX))
  flow.begin('secret', 'x'.repeat(limits.QUESTION_MAX + 1))
  await queue.idle
  expect(commands).toHaveLength(1)
  expect(events).toMatchObject([{ type: 'fault', fault: { code: 'CHAT_TOO_LONG' } }])
})

test('who goes on writing gets more time, so long, and no longer', async () => {
  const flow = verification()
  await flow.heard({ step: 'started', question: null })
  const step = limits.VERIFICATION_MAX_MS - 1
  for (let left = limits.VERIFICATION_WRITING_MAX_MS; left > 0; left -= step) {
    await pass(Math.min(left, step))
    flow.peerWrites()
  }
  await pass(1)
  flow.peerWrites()
  const until = limits.VERIFICATION_WRITING_MAX_MS + limits.VERIFICATION_MAX_MS
  expect(events.at(-1)).toMatchObject({ verification: { step: 'waiting', until } })
})

test('a peer may guess again so much sooner than we', async () => {
  const flow = verification()
  contact = { ...contact, failedChecks: { count: 1, until: limits.VERIFICATION_REST_MS } }
  await pass(limits.VERIFICATION_REST_MS - limits.VERIFICATION_REST_SLACK_MS - 1)
  await flow.heard({ step: 'asked', question: null })
  expect([commands, events]).toEqual([[{ op: 'smpAbort' }], []])
  await pass(1)
  await flow.heard({ step: 'asked', question: null })
  expect(events).toMatchObject([{ verification: { step: 'asked' } }])
})

test('a stranger knocks so long, and no longer', () => {
  const refused: number[] = []
  const refuse = (status: number) => void refused.push(status)
  const peer = { address: BOB, displayName: null, isFocus: false, userAgent: null }
  const knock = { peer, isEcho: false, isCheck: false, refuse } as unknown as Invitation
  new Strangers(context.env, () => {}).invited(BOB, knock)
  clock.pass(limits.INVITATION_MAX_MS - 1)
  expect(refused).toEqual([])
  clock.pass(1)
  expect(refused).toEqual([480])
})

test('conversations reopen within so long, not all at once', () => {
  let calls = 0
  const connection = {
    isOnline: true,
    call: () => {
      calls++
      return {} as Channel
    },
  } as unknown as AccountConnection
  new Reach(
    context,
    connection,
    BOB,
    () => true,
    () => {},
  ).resume()
  clock.pass(limits.RESUME_SPREAD_MS * 0.9)
  expect(calls).toBe(0)
  clock.pass(limits.RESUME_SPREAD_MS * 0.1)
  expect(calls).toBe(1)
})

test('a store that never answers keeps nobody signed in', async () => {
  class Stuck extends MemoryStore {
    override putContact = () => new Promise<never>(() => {})
  }
  await using on = await stage()
  const alice = await on.actor('alice', { store: new Stuck(), speed: 100, signIn: false })
  await alice.signIn()
  alice.client.addContact(BOB, null)
  await alice.leave()
})

test('a text of so many bytes fits its envelope', () => {
  const { ENVELOPE_BYTES, TEXT_PART_BYTES, TEXT_PART_MAX_BYTES } = limits
  const limit = (maxMessage: number) => textLimit({ profile: { maxMessage } } as Channel)
  expect(textLimit(null)).toBe(TEXT_PART_BYTES)
  expect(limit(10_000)).toBe(TEXT_PART_BYTES)
  expect(limit(Number.MAX_SAFE_INTEGER)).toBe(TEXT_PART_MAX_BYTES)
  const { alice } = encryptedPair({ profile: { padTo: 256 } })
  const route = { from: { name: 'A'.repeat(60), uri: ALICE }, to: { name: null, uri: BOB } }
  for (const length of [1, TEXT_PART_BYTES, TEXT_PART_MAX_BYTES]) {
    const { text } = alice.send('x'.repeat(length)).wire[0]!
    const { body } = seal('id', TEXT, text, { ...route, wraps: true, receiptFor: 'id' }, 0)
    expect(body.length).toBeLessThanOrEqual((length * 4) / 3 + ENVELOPE_BYTES)
  }
})

const hello = (id: string): Message =>
  ({ id, peer: BOB, author: 'peer', text: 'hello', at: Number(id) }) as Message

test('so many messages of a conversation are in memory, and no more', async () => {
  const timeline = new Timeline(context, BOB)
  for (let at = 0; at <= limits.LOG_MAX; at++) {
    await timeline.receive({ ...hello(`message-${at}`), at })
  }
  expect(timeline.messages).toHaveLength(limits.LOG_MAX)
  expect(timeline.messages[0]?.id).toBe('message-1')
})

test('a search reads so many messages at a time, and finds so many', async () => {
  const pages: number[] = []
  const before = async (_: Address, oldest: Message | null, count: number) => {
    pages.push(count)
    return oldest === null ? Array.from({ length: count }, (_, at) => hello(`${at}`)) : []
  }
  const reader = new HistoryReader({ before } as unknown as Archive, () => [])
  expect(await reader.search('hello', [BOB])).toHaveLength(limits.FOUND_MAX)
  expect(pages).toEqual([limits.READ_PAGE])
})

test('so many messages can be told of as displayed, and no more', async () => {
  const gate = { maySend: true, state: 'verified' } as PrivacyGate
  const postbox = { channel: { takesReceipts: true } } as Postbox
  const timeline = new Timeline(context, BOB)
  const receipts = new Receipts(context, { queue, gate, timeline, postbox, run })
  const wanted = { dateTime: '2026-11-22T05:40:00Z', wasEncrypted: true }
  for (let at = 0; at <= limits.RECEIPTS_MAX; at++) {
    receipts.asked(`${at}`, { ...wanted, receiptFor: `message-${at}` })
  }
  for (const id of ['0', '1']) receipts.displayed(id)
  await queue.idle
  expect(commands).toMatchObject([{ op: 'send', text: expect.stringContaining('message-1<') }])
})

const reception = () => new Reception(context, BOB, {} as ReceptionParts)
const UNREADABLE = [{ type: 'unreadable', why: 'OTR_BAD_MAC', silent: false }] as const

test('the same warning is given so often, and no more', async () => {
  const one = reception()
  for (const wait of [0, limits.WARNING_EVERY_MS - 1]) {
    await pass(wait)
    await one.dispatch(UNREADABLE, null)
    expect(events).toHaveLength(1)
  }
  await pass(1)
  await one.dispatch(UNREADABLE, null)
  expect(events).toHaveLength(2)
})

test('so many gaps may be asked for, and no more', async () => {
  const one = reception()
  for (let at = 0; at <= limits.GAPS_MAX; at++) {
    await one.dispatch(UNREADABLE, null)
    await pass(limits.WARNING_EVERY_MS)
  }
  expect(['id-1', 'id-2'].map((gap) => one.closeGap(gap))).toEqual([false, true])
})

test('so many characters of a peer’s error are shown, and no more', async () => {
  const text = '…'.repeat(limits.PEER_ERROR_MAX + 1)
  await reception().dispatch([{ type: 'peerError', text }], null)
  expect(sentences().join().match(/…/g)).toHaveLength(limits.PEER_ERROR_MAX)
})
