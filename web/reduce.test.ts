import { describe, expect, test } from 'vitest'
import type { Address, ChatEvent } from '../chat/index.ts'
import { type AppState, nameOf, startState, unreadTotal } from './app-state.ts'
import { ENTRIES_MAX } from './limits.ts'
import { attend, dismissVerification, reduce, select, withToast } from './reduce.ts'
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
} from './testing/cast.ts'

const start = startState(DEFAULT_SETTINGS)
const play = (...events: readonly ChatEvent[]): AppState => events.reduce(reduce, start)
const bob = (state: AppState) => state.conversations.get(BOB)!
const texts = (state: AppState, peer: Address = BOB) =>
  state.conversations
    .get(peer)!
    .timeline.map((entry) =>
      entry.kind === 'message' ? entry.message.text : entry.notice.sentence,
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
    const many = Array.from({ length: ENTRIES_MAX + 1 }, (_, at) =>
      notice(BOB, 'key-new', `${at}`, at),
    )
    expect(texts(play(...many.slice(0, ENTRIES_MAX)))).toHaveLength(ENTRIES_MAX)
    expect(texts(play(...many)).at(0)).toBe('1')
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
  const state = ['a', 'b', 'c', 'd'].reduce(withToast, start)
  expect(state.toasts.map(({ id, sentence }) => [id, sentence])).toEqual([
    [2, 'b'],
    [3, 'c'],
    [4, 'd'],
  ])
})

test('a result that was put away comes back with the next verification', () => {
  const verification = { step: 'aborted', by: 'peer', at: 1, answered: false } as const
  const state = dismissVerification(play({ type: 'verification', peer: BOB, verification }), BOB)
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
