import { describe, expect, test } from 'vitest'
import type { Address, ChatEvent, Room } from '../chat/index.ts'
import { type AppState, keyOf, nameOf, startState, unreadTotal } from './app-state.ts'
import { ENTRIES_MAX } from './limits.ts'
import { attend, reduce, select, withToast } from './reduce.ts'
import { intend, jump, undo } from './reduce-intent.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import {
  ALICE_KEY,
  BOB,
  BOB_KEY,
  BOB_NEW_KEY,
  CAROL,
  contact,
  message,
  notice,
  privacy,
  ROOM,
} from './testing/cast.ts'

const start = startState(DEFAULT_SETTINGS)
const play = (...events: readonly ChatEvent[]): AppState => events.reduce(reduce, start)
const bob = (state: AppState) => state.conversations.get(BOB)!
const texts = (state: AppState, peer: Address = BOB) =>
  state.conversations
    .get(peer)!
    .timeline.map((entry) =>
      entry.kind === 'message'
        ? entry.message.text
        : entry.kind === 'notice'
          ? entry.notice.sentence
          : entry.transfer.name,
    )

describe('the account', () => {
  test('leads in at the first `online`, and stays there while the network comes and goes', () => {
    const fault = { code: 'SIP_LOST', sentence: 'Gone.' }
    const making = play({ type: 'account', account: { state: 'makingKey' } })
    expect(making.stage).toMatchObject({ at: 'signIn', busy: 'Making your key…' })
    const online = reduce(making, { type: 'account', account: { state: 'online' } })
    expect(online.stage).toEqual({ at: 'inside' })
    const offline = { state: 'offline', fault, retryInMs: 1000 } as const
    expect(reduce(online, { type: 'account', account: offline }).stage).toEqual({ at: 'inside' })
    expect(reduce(making, { type: 'account', account: offline }).stage).toMatchObject({
      at: 'signIn',
      busy: 'Trying again…',
      fault: 'Gone.',
    })
  })

  test('that is refused goes back to the form with the reason', () => {
    const fault = { code: 'SIP_REFUSED', sentence: 'Wrong password.' }
    const state = play(
      { type: 'account', account: { state: 'online' } },
      { type: 'account', account: { state: 'refused', fault } },
    )
    expect(state.stage).toMatchObject({ at: 'signIn', busy: null, fault: 'Wrong password.' })
  })

  test('of another tab stays there, whatever a client that is leaving still says', () => {
    const elsewhere = { ...start, stage: { at: 'elsewhere', name: 'alice', busy: false } } as const
    const account = { state: 'signedOut' } as const
    expect(reduce(elsewhere, { type: 'account', account }).stage.at).toBe('elsewhere')
  })

  test('has a key', () => {
    const state = play({ type: 'identity', fingerprint: ALICE_KEY, created: false })
    expect(state.fingerprint).toBe(ALICE_KEY)
  })
})

describe('messages', () => {
  test('are unread unless somebody looks, wrote them, or they are from the store', () => {
    const state = play(
      contact(BOB, 'Bob'),
      message(BOB, 'peer', 'one', 1),
      message(BOB, 'us', 'two', 2),
      { ...message(BOB, 'peer', 'three', 3), restored: true },
    )
    expect(bob(state).unread).toBe(1)
    const watched = reduce(select(state, BOB), message(BOB, 'peer', 'four', 4))
    expect(bob(watched).unread).toBe(0)
    const away = reduce(attend(watched, false), message(BOB, 'peer', 'five', 5))
    expect(bob(away).unread).toBe(1)
    expect(bob(attend(away, true)).unread).toBe(0)
  })

  test('begin, for the reader, with the first unread one, until the answer or the next visit', () => {
    const news = play(message(BOB, 'peer', 'one', 1), message(BOB, 'peer', 'two', 2))
    const { newFrom, timeline } = bob(news)
    expect(newFrom).toBe(keyOf(timeline[0]!))
    const reading = reduce(select(news, BOB), message(BOB, 'peer', 'three', 3))
    expect(bob(reading).newFrom).toBe(newFrom)
    expect(bob(select(select(reading, null), BOB)).newFrom).toBeNull()
    expect(bob(intend(reading, BOB, { do: 'send', text: 'yes' })).newFrom).toBeNull()
  })

  test('come in the order of their events, notices between them', () => {
    const state = play(
      message(BOB, 'us', 'late clock', 900),
      notice(BOB, 'encryption-started', 'Encrypted.', 500),
      message(BOB, 'peer', 'early clock', 100),
    )
    expect(texts(state)).toEqual(['late clock', 'Encrypted.', 'early clock'])
  })

  test('with the same id and author are one; the other side may use the id too', () => {
    const id = 'same'
    const state = play(
      message(BOB, 'us', 'mine', 1, { id }),
      message(BOB, 'peer', 'theirs', 2, { id }),
      message(BOB, 'us', 'mine again', 3, { id }),
    )
    expect(texts(state)).toEqual(['mine again', 'theirs'])
  })

  test('change their delivery in place, and only own ones do', () => {
    const change = {
      type: 'delivery',
      peer: BOB,
      id: 'x',
      delivery: 'delivered',
      protection: 'verified',
      reason: null,
      resent: true,
    } as const
    const state = play(
      message(BOB, 'us', 'a', 1, { id: 'x', delivery: 'queued', protection: 'none' }),
      message(BOB, 'peer', 'b', 2, { id: 'x' }),
      change,
    )
    const [mine, theirs] = bob(state).timeline.map((entry) =>
      entry.kind === 'message' ? entry.message : null,
    )
    expect(mine).toMatchObject({ delivery: 'delivered', protection: 'verified', resent: true })
    expect(theirs).toMatchObject({ delivery: null, protection: 'unverified', resent: false })
  })

  test('that were taken back are gone; the oldest leave when there are too many', () => {
    const one = message(BOB, 'us', 'a', 1, { id: 'x' })
    expect(texts(play(one, { type: 'messageRemoved', peer: BOB, id: 'x' }))).toEqual([])
    const messages = Array.from(
      { length: ENTRIES_MAX },
      (_, at) => message(BOB, 'peer', `${at}`, at).message,
    )
    const full = play({ type: 'history', peer: BOB, messages, isComplete: true })
    expect(texts(full)).toHaveLength(ENTRIES_MAX)
    const fuller = reduce(full, notice(BOB, 'key-new', 'A key.', ENTRIES_MAX))
    expect([texts(fuller).at(0), texts(fuller).at(-1)]).toEqual(['1', 'A key.'])
  })

  test('end "is writing"', () => {
    const writing = play({ type: 'composing', peer: BOB, active: true })
    expect(bob(writing).composing).toBe(true)
    expect(bob(reduce(writing, message(BOB, 'us', 'a', 1))).composing).toBe(true)
    expect(bob(reduce(writing, message(BOB, 'peer', 'a', 1))).composing).toBe(false)
  })
})

describe('a changed key', () => {
  const changed = (blocks: boolean): ChatEvent => ({
    type: 'keyChanged',
    peer: BOB,
    name: 'Bob',
    fingerprint: BOB_NEW_KEY,
    previous: BOB_KEY,
    blocks,
  })
  const held = privacy(BOB, 'keyChanged', { composer: 'holds' })
  const waiting = { fingerprint: BOB_NEW_KEY, previous: BOB_KEY }

  test('waits for the person, whichever of its two events comes first', () => {
    expect(bob(play(changed(true), held)).keyChange).toEqual(waiting)
    expect(bob(play(held, changed(true))).keyChange).toEqual(waiting)
  })

  test('is settled when the state leaves `keyChanged`', () => {
    expect(bob(play(changed(true), held, privacy(BOB, 'unverified'))).keyChange).toBeNull()
  })

  test('that does not block leaves no card', () => {
    expect(play(contact(BOB, 'Bob'), changed(false))).toEqual(play(contact(BOB, 'Bob')))
  })
})

describe('strangers', () => {
  const invited = { type: 'invited', peer: CAROL, name: 'Carol' } as const
  const bye = { type: 'closed', peer: CAROL, by: 'remote', fault: null } as const

  test('are shown by the name they give, and count as something to look at', () => {
    const state = play(invited)
    expect(nameOf(state.conversations.get(CAROL)!)).toBe('Carol')
    expect(unreadTotal(state)).toBe(1)
  })

  test('leave nothing behind when they give up', () => {
    const state = reduce(select(play(invited), CAROL), bye)
    expect(state.conversations.has(CAROL)).toBe(false)
    expect(state.selected).toBeNull()
  })

  test('leave nothing behind when they are declined', () => {
    const state = reduce(intend(play(invited), CAROL, { do: 'decline' }), bye)
    expect(state.conversations.has(CAROL)).toBe(false)
  })

  test('become contacts', () => {
    const state = play(invited, contact(CAROL, 'Carol'), {
      type: 'opened',
      peer: CAROL,
      room: false,
    })
    expect(state.conversations.get(CAROL)).toMatchObject({ invitation: null, open: true })
    expect(reduce(state, bye).conversations.get(CAROL)).toMatchObject({ open: false })
  })
})

test('a fault is shown where it belongs', () => {
  const fault = { code: 'CHAT_X', sentence: 'No.' }
  expect(bob(play({ type: 'fault', peer: BOB, fault })).fault).toEqual(fault)
  expect(play({ type: 'fault', peer: null, fault }).toasts).toEqual([{ id: 1, sentence: 'No.' }])
})

test('only the latest faults stay in the corner, each with an id of its own', () => {
  const state = ['a', 'b', 'c', 'd'].reduce((state, text) => withToast(state, text), start)
  expect(state.toasts.map(({ id, sentence }) => [id, sentence])).toEqual([
    [2, 'b'],
    [3, 'c'],
    [4, 'd'],
  ])
})

test('a result that was put away comes back with the next verification', () => {
  const verification = { step: 'aborted', by: 'peer', at: 1, answered: false } as const
  const state = intend(play({ type: 'verification', peer: BOB, verification }), BOB, {
    do: 'dismissVerification',
  })
  expect(bob(state).verificationDismissed).toBe(true)
  const next = reduce(state, { type: 'verification', peer: BOB, verification })
  expect(bob(next).verificationDismissed).toBe(false)
})

test.each(['keyChanged', 'ended', 'none'] as const)('a result does not stay beside %s', (state) => {
  const verification = { step: 'succeeded', provesPeer: true, at: 1 } as const
  const done = play(
    privacy(BOB, 'unverified'),
    { type: 'verification', peer: BOB, verification },
    privacy(BOB, 'verified'),
  )
  expect(bob(done).verificationDismissed).toBe(false)
  expect(bob(reduce(done, privacy(BOB, state))).verificationDismissed).toBe(true)
})

test('a removed contact is gone, and its conversation closed', () => {
  const state = reduce(select(play(contact(BOB, 'Bob')), BOB), {
    type: 'contactRemoved',
    peer: BOB,
  })
  expect(state.conversations.size).toBe(0)
  expect(state.selected).toBeNull()
})

test('the state before is never changed', () => {
  const before = play(contact(BOB, 'Bob'), message(BOB, 'peer', 'a', 1))
  const copy = structuredClone([...before.conversations])
  reduce(before, message(BOB, 'peer', 'b', 2))
  select(before, BOB)
  expect([...before.conversations]).toEqual(copy)
})

describe('the past', () => {
  const said = (text: string, at: number, part = {}) => message(BOB, 'peer', text, at, part)

  test('comes before everything that is there, until there is no more', () => {
    const { message: older } = said('older', 1)
    const asked = intend(play(contact(BOB, 'Bob'), said('now', 5)), BOB, { do: 'loadEarlier' })
    expect(bob(asked).past).toBe('loading')
    const first = reduce(asked, {
      type: 'history',
      peer: BOB,
      messages: [older],
      isComplete: false,
    })
    expect([texts(first), bob(first).past]).toEqual([['older', 'now'], 'more'])
    const last = reduce(first, { type: 'history', peer: BOB, messages: [], isComplete: true })
    expect([texts(last), bob(last).past]).toEqual([['older', 'now'], 'complete'])
  })

  test('that was cleared leaves what has yet to arrive', () => {
    const state = play(
      said('read', 1),
      notice(BOB, 'key-new', 'A key.', 2),
      message(BOB, 'us', 'delivered', 3),
      message(BOB, 'us', 'waits', 4, { delivery: 'queued' }),
      { type: 'historyCleared', peer: BOB, left: ['us-4'] },
    )
    expect([texts(state), bob(state).past]).toEqual([['waits'], 'complete'])
  })

  test('a deleted message is hidden at once, comes back if that is undone, and goes in the end', () => {
    const before = play(said('keep', 1), said('wrong', 2))
    const { id } = said('wrong', 2).message
    const gone = intend(before, BOB, { do: 'deleteMessage', id, key: `peer ${id}` })
    expect([...bob(gone).deleted]).toEqual([`peer ${id}`])
    expect(gone.toasts).toMatchObject([{ undo: { peer: BOB, key: `peer ${id}` } }])
    const back = undo(gone, gone.toasts[0]!.id)
    expect([bob(back).deleted.size, back.toasts, texts(back)]).toEqual([0, [], ['keep', 'wrong']])
    const removed = reduce(gone, { type: 'messageRemoved', peer: BOB, id })
    expect([texts(removed), bob(removed).deleted.size]).toEqual([['keep'], 0])
  })

  test('a message that was found is jumped to in its conversation, which is then read', () => {
    const state = jump(play(contact(BOB, 'Bob'), said('here', 1)), BOB, 'peer x')
    expect(state).toMatchObject({ selected: BOB, jump: { peer: BOB, key: 'peer x' } })
    expect(bob(state).unread).toBe(0)
  })

  test('a gap is asked for once', () => {
    const state = intend(play(contact(BOB, 'Bob')), BOB, { do: 'askResend', id: 'gap' })
    expect([...bob(state).asked]).toEqual(['gap'])
  })
})

describe('a room', () => {
  const room: Room = {
    peer: ROOM,
    subject: null,
    members: [],
    allows: { nicknames: true, privateMessages: true },
    nickname: null,
  }
  const lunch = (state: AppState) => state.conversations.get(ROOM)!

  test('says who is there only while we are', () => {
    const inside = play(contact(ROOM, 'lunch'), { type: 'room', room })
    expect(lunch(inside).room?.members).toEqual([])
    const outside = reduce(inside, { type: 'closed', peer: ROOM, by: 'local', fault: null })
    expect(lunch(outside).room).toEqual({ ...room, members: null })
  })

  test('tells again what was said before: nothing of it is unread', () => {
    const state = play(
      contact(ROOM, 'lunch'),
      message(ROOM, 'peer', 'before', 1, { earlier: true }),
      message(ROOM, 'peer', 'now', 2),
    )
    expect(lunch(state).unread).toBe(1)
  })

  test('whom we call is listed once, with the last outcome', () => {
    const fault = { code: 'SIP_DECLINED', sentence: 'No.' }
    const asking = intend(play(contact(ROOM, 'lunch')), ROOM, { do: 'invite', who: CAROL })
    expect(lunch(asking).called).toEqual([{ who: CAROL, outcome: 'asking' }])
    const refused = reduce(asking, { type: 'roomInvitation', peer: ROOM, who: CAROL, fault })
    expect(lunch(refused).called).toEqual([{ who: CAROL, outcome: fault }])
    const again = intend(refused, ROOM, { do: 'invite', who: CAROL })
    const there = reduce(again, { type: 'roomInvitation', peer: ROOM, who: CAROL, fault: null })
    expect(lunch(there).called).toEqual([{ who: CAROL, outcome: 'reached' }])
  })

  test('who is written to privately stays so until the person says otherwise', () => {
    const whom = { address: 'sip:dora@x', name: 'Dora' }
    const state = intend(play(contact(ROOM, 'lunch')), ROOM, { do: 'writeTo', whom })
    const closed = reduce(state, { type: 'closed', peer: ROOM, by: 'network', fault: null })
    expect(lunch(closed).privateTo).toEqual(whom)
    expect(lunch(intend(closed, ROOM, { do: 'writeTo', whom: null })).privateTo).toBeNull()
  })

  test('that calls us is an invitation with who calls; a known one is not forgotten by a no', () => {
    const call = { type: 'invited', peer: ROOM, name: null, room: true, by: BOB } as const
    const state = play(contact(ROOM, 'lunch'), call)
    expect(lunch(state).invitation).toEqual({ name: null, room: true, by: BOB })
    expect(lunch(intend(state, ROOM, { do: 'decline' })).invitation).toBeNull()
    expect(intend(play(call), ROOM, { do: 'decline' }).conversations.has(ROOM)).toBe(false)
    expect(intend(state, ROOM, { do: 'accept' }).selected).toBe(ROOM)
  })
})

test('whoever is blocked is nowhere but among the blocked, whatever comes after', () => {
  const before = reduce(startState(DEFAULT_SETTINGS), contact(BOB, 'Bob'))
  const blocked = [
    contact(BOB, 'Bob', { blocked: 'contact' }),
    message(BOB, 'peer', 'a last word', 1),
    { type: 'closed', peer: BOB, by: 'local', fault: null } as const,
  ].reduce(reduce, select(before, BOB))
  expect([...blocked.blocked]).toEqual([[BOB, 'Bob']])
  expect(blocked.conversations.size).toBe(0)
  expect(blocked.selected).toBeNull()
  const again = reduce(blocked, contact(BOB, 'Bob'))
  expect([again.blocked.size, again.conversations.has(BOB)]).toEqual([0, true])
  const gone = reduce(blocked, { type: 'contactRemoved', peer: BOB })
  expect([gone.blocked.size, gone.conversations.size]).toEqual([0, 0])
})
