import { readFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { MsrpError, parseFrame } from '../msrp/index.ts'
import type { Roster, RosterStatus } from '../sip/index.ts'
import type { Channel } from './channel.ts'
import type { ChatContext } from './context.ts'
import { unseal } from './envelope.ts'
import type { Address, ChatEvent, Message, Room } from './events.ts'
import { REPLAY_MS, ROOM_CHANGES_MAX, STATUS_MAX } from './limits.ts'
import { RoomVisit } from './room-visit.ts'
import { Timeline } from './timeline.ts'

const ROOM = 'sip:room3707@conf.agp.test' as Address
const ALICE = 'sip:alice@sip.agp.test' as Address

let now: number
let events: ChatEvent[]
let visit: RoomVisit
/** What the room answers to NICKNAME. */
let status: number
let asked: string[]

beforeEach(() => {
  now = Date.parse('2026-11-22T05:32:33.460Z')
  events = []
  asked = []
  status = 200
  let ids = 0
  const context: Partial<ChatContext> = {
    own: ALICE,
    emit: (event) => events.push(event),
    newId: () => `id-${++ids}`,
  }
  const parts = {
    env: { now: () => now },
    archive: { keep: async () => false },
    contacts: { nameOf: () => 'Room' },
  }
  const whole = { ...context, ...parts } as unknown as ChatContext
  visit = new RoomVisit(whole, ROOM, new Timeline(whole, ROOM))
})

function channel(...chatroom: string[]): Channel {
  const parts = {
    chatroom,
    watchRoom: () => {},
    setNickname: async (nickname: string) => {
      asked.push(nickname)
      return status
    },
  }
  return parts as unknown as Channel
}

function roster(...names: string[]): Roster {
  return {
    subject: null,
    users: names.map((name) => ({
      entity: `sip:${name.toLowerCase()}@sip.agp.test`,
      displayName: name,
      nickname: null,
      endpoints: [],
      isOwn: name === 'Alice',
    })),
  }
}

const sentences = () =>
  events.flatMap((event) => (event.type === 'notice' ? [event.notice.sentence] : []))
const room = (): Room =>
  events.flatMap((event) => (event.type === 'room' ? [event.room] : [])).at(-1)!
const messages = (): Message[] =>
  events.flatMap((event) => (event.type === 'message' ? [event.message] : []))
const faults = () => events.flatMap((event) => (event.type === 'fault' ? [event.fault.code] : []))

test('comings, goings and other names are told; the first roster is no news', () => {
  visit.enter(channel())
  visit.onRoster(roster('Alice', 'Bob'))
  expect(sentences()).toEqual([])
  visit.onRoster(roster('Alice', 'Bob', 'Carol'))
  visit.onRoster({
    subject: 'tea',
    users: roster('Alice', 'Carol').users.map((user) => ({ ...user, nickname: 'Captain' })),
  })
  expect(sentences()).toEqual(['Carol came in.', 'Bob left.', 'Carol is now Captain.'])
  expect(room()).toMatchObject({ subject: 'tea', nickname: 'Captain' })
})

test('a crowd is told as a number', () => {
  const crowd = Array.from({ length: ROOM_CHANGES_MAX + 1 }, (_, n) => `Guest${n}`)
  visit.enter(channel())
  visit.onRoster(roster('Alice'))
  visit.onRoster(roster('Alice', ...crowd))
  visit.onRoster(roster('Alice'))
  expect(sentences()).toEqual(['6 people came in.', '6 people left.'])
})

test('names that look the same are marked, whatever their letters', () => {
  const [alice, bob] = roster('Alice', 'Bob').users
  visit.enter(channel())
  visit.onRoster({ subject: null, users: [alice!, { ...bob!, nickname: 'ＡLICE' }] })
  expect(room().members?.map(({ isNameShared }) => isNameShared)).toEqual([true, true])
  visit.onRoster(roster('Alice', 'Bob'))
  expect(room().members?.map(({ isNameShared }) => isNameShared)).toEqual([false, false])
})

test.each<[readonly (RosterStatus | null)[], string]>([
  [[], 'here'],
  [[null], 'here'],
  [['connected'], 'here'],
  [['dialing-out', 'connected'], 'here'],
  [['on-hold', 'alerting'], 'onHold'],
  [['pending'], 'joining'],
])('devices that are %j make a member that is %s', (statuses, status) => {
  const [bob] = roster('Bob').users
  const endpoints = statuses.map((one) => ({ entity: 'sip:x', status: one }))
  visit.enter(channel())
  visit.onRoster({ subject: null, users: [{ ...bob!, endpoints }] })
  expect(room().members).toMatchObject([{ status }])
})

test('those whom only the room knows are told apart by the name behind its address', async () => {
  const entity = `${ROOM};gr=Zofie`
  const nobody = { displayName: 'Zofie', nickname: null, endpoints: [], isOwn: false }
  visit.enter(channel('private-messages'))
  visit.onRoster({
    subject: null,
    users: [
      { ...nobody, entity },
      // Anybody else's device is not told apart.
      { ...nobody, entity: `${ALICE};gr=urn:uuid:1`, displayName: 'Alice' },
    ],
  })
  expect(room().members?.map(({ address }) => address)).toEqual([entity, ALICE])
  expect(visit.addressee(entity)).toEqual({ address: entity, name: 'Zofie' })
  const from = { name: null, uri: entity }
  await visit.receive({ id: 'one', text: 'hello', from, to: { uri: ROOM }, dateTime: null })
  expect(messages()).toMatchObject([{ text: 'hello', nickname: 'Zofie', author: 'peer' }])
  expect(sentences()).toEqual([])
})

test('somebody anonymous has the address that the room gave, and a name', () => {
  const entity = 'sip:anonymous1@anonymous.invalid'
  visit.enter(channel('private-messages'))
  visit.onRoster({
    subject: null,
    users: [{ entity, displayName: null, nickname: null, endpoints: [], isOwn: false }],
  })
  expect(room().members).toMatchObject([{ address: entity, name: 'anonymous1' }])
  expect(visit.addressee(entity)).toEqual({ address: entity, name: 'anonymous1' })
})

test.each(['sip:alice@example.org', 'alice@example.org'])(
  'a member whom the room calls %s has no name but that in the address',
  (displayName) => {
    const alice = { displayName, nickname: null, endpoints: [], isOwn: false }
    visit.enter(channel())
    visit.onRoster({ subject: null, users: [{ ...alice, entity: 'sip:alice@example.org' }] })
    expect(room().members).toMatchObject([{ name: 'alice', displayName: null }])
  },
)

test.each([
  [403, 'CHAT_NICKNAME_OFF'],
  [424, 'CHAT_NICKNAME_MALFORMED'],
  [425, 'CHAT_NICKNAME_TAKEN'],
  [501, 'CHAT_NICKNAME_UNKNOWN'],
  [408, 'CHAT_NICKNAME_REFUSED'],
])('a nickname that is answered %i', async (answer, code) => {
  visit.enter(channel('nickname'))
  status = answer
  visit.setNickname('Al')
  await expect.poll(faults).toEqual([code])
  expect(room().nickname).toBeNull()
})

// As an unhandled rejection it would end the agent's process; vitest fails for one.
test('a connection that is lost before a nickname is answered is no news of the nickname', async () => {
  const lost = new MsrpError('MSRP_CONNECTION_LOST', 'the connection was closed')
  visit.enter(Object.assign(channel('nickname'), { setNickname: () => Promise.reject(lost) }))
  visit.setNickname('Al')
  await new Promise((resolve) => setImmediate(resolve))
  expect(faults()).toEqual([])
  expect(room().nickname).toBeNull()
})

test('who comes back asks for the nickname again, unless it was given back', async () => {
  visit.enter(channel('nicknames')) // Written as in the prose of RFC 7701.
  visit.setNickname('Al')
  await expect.poll(() => room().nickname).toBe('Al')
  visit.left()
  visit.enter(channel('nickname'))
  expect(asked).toEqual(['Al', 'Al'])
  visit.setNickname('')
  await expect.poll(() => room().nickname).toBeNull()
  visit.left()
  visit.enter(channel('nickname'))
  expect(asked).toEqual(['Al', 'Al', ''])
})

test('what the room does not allow is not tried', () => {
  visit.setNickname('Al')
  visit.invite(ALICE)
  expect(visit.addressee(ALICE)).toBeNull()
  visit.enter(channel())
  visit.setNickname('Al')
  expect(visit.addressee(ALICE)).toBeNull()
  expect(faults()).toEqual([
    'CHAT_NOT_A_ROOM',
    'CHAT_NOT_A_ROOM',
    'CHAT_NOT_A_ROOM',
    'CHAT_NICKNAME_OFF',
    'CHAT_NO_PRIVATE',
  ])
  expect(asked).toEqual([])
})

/** What came in one frame, as the reception hands it on. */
async function hear(frame: string): Promise<void> {
  const request = parseFrame(Buffer.from(frame))
  if (request.kind !== 'request' || request.body === null) throw new Error('no SEND')
  const content = unseal({ id: 'x', contentType: 'message/cpim', body: request.body })
  if (!('text' in content)) throw new Error('unreadable')
  await visit.receive({ id: 'frame-id', ...content })
}

test('the bytes of a SylkServer room are read as they were meant', async () => {
  visit.enter(channel('nickname', 'private-messages', 'com.ag-projects.screen-sharing'))
  visit.onRoster(roster('Alice', 'Bob'))
  const recording = new URL('../msrp/vectors/sylk-room.jsonl', import.meta.url)
  for (const line of readFileSync(recording, 'utf8').trim().split('\n')) {
    const { from, data } = JSON.parse(line) as { from: string; data: string }
    if (from === '127.0.0.1:39439' && data.includes('message/cpim')) await hear(data)
  }
  expect(sentences()).toEqual([
    expect.stringMatching(/^Welcome! You are the first participant/),
    'Bob <bob@sip.agp.test> has joined the room with chat',
    'carol@sip.agp.test has joined the room with chat',
    'Bob <bob@sip.agp.test> has left the room after 0 seconds',
  ])
  expect(messages()).toMatchObject([
    {
      text: 'psst',
      nickname: 'Bob',
      from: 'sip:bob@sip.agp.test',
      privately: { address: 'sip:bob@sip.agp.test', name: 'Bob' },
      writtenAt: Date.parse('2026-11-22T05:32:33.568Z'),
    },
    { text: 'hi from carol', nickname: 'carol', from: 'sip:carol@sip.agp.test' },
  ])
  expect(messages()[1]?.privately).toBeUndefined()
  // The room has spoken of comings and goings itself.
  visit.onRoster(roster('Alice'))
  expect(sentences()).toHaveLength(4)
})

const mail = (text: string, dateTime: string, from = 'sip:bob@sip.agp.test') => ({
  id: `id-of-${text}`,
  text,
  from: { name: null, uri: from },
  to: { uri: ROOM },
  dateTime,
})

test('what was written before we came is earlier, until the first that was not', async () => {
  visit.enter(channel())
  await visit.receive(mail('long ago', '2026-11-20T00:00:00Z'))
  await visit.receive(mail('my own', '2026-11-21T00:00:00+01:00', ALICE))
  now += 1_000
  await visit.receive(mail('now', new Date(now).toISOString()))
  await visit.receive(mail('by a slow clock', '2026-11-22T05:30:00Z'))
  expect(messages().map(({ earlier, author, at }) => [earlier, author, at])).toEqual([
    [true, 'peer', Date.parse('2026-11-20T00:00:00Z')],
    [true, 'us', Date.parse('2026-11-20T23:00:00Z')],
    [undefined, 'peer', now],
    [undefined, 'peer', now],
  ])
})

test('ten seconds after we came nothing is earlier any more', async () => {
  visit.enter(channel())
  now += REPLAY_MS + 1
  await visit.receive(mail('by a slow clock', '2026-11-22T05:30:00Z'))
  expect(messages()[0]?.earlier).toBeUndefined()
})

test('the room’s word is taken from the room alone', async () => {
  visit.enter(channel())
  await visit.receive(mail('the room will close', '2026-11-22T05:40:00Z'))
  await visit.receive(mail('it is open', '2026-11-22T05:40:01Z', `${ROOM};transport=tcp`))
  expect(sentences()).toEqual(['it is open'])
  expect(messages().map(({ text }) => text)).toEqual(['the room will close'])
})

test('what the room says of itself is shown up to a limit', async () => {
  visit.enter(channel())
  await visit.receive(mail('x'.repeat(STATUS_MAX + 1), '2026-11-22T05:40:00Z', ROOM))
  expect(sentences()).toEqual(['x'.repeat(STATUS_MAX)])
})
