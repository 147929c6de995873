import { describe, expect, test } from 'vitest'
import type { Address, ChatEvent } from '../chat/index.ts'
import { announcements, titleOf } from './announcements.ts'
import { type AppState, startState } from './app-state.ts'
import { attend, reduce, select } from './reduce.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'
import { BOB, BOB_KEY, BOB_NEW_KEY, contact, message, privacy } from './testing/cast.ts'

const withSettings = (settings: Partial<Settings> = {}): AppState =>
  reduce(startState({ ...DEFAULT_SETTINGS, ...settings }), contact(BOB, 'Bob'))

const NOON = new Date(2026, 4, 3, 12).getTime()
const MIDNIGHT = new Date(2026, 4, 3).getTime()

const changed: ChatEvent = {
  type: 'keyChanged',
  peer: BOB,
  name: 'Bob',
  fingerprint: BOB_NEW_KEY,
  previous: BOB_KEY,
  blocks: false,
}

describe('a changed key', () => {
  test('is spoken and notified, even to somebody who looks at the conversation', () => {
    const watched = select(withSettings(), BOB)
    expect(announcements(changed, watched, NOON)).toEqual([
      expect.objectContaining({ kind: 'notify', title: 'Encryption warning', urgent: true }),
      { kind: 'sound', sound: 'alert' },
      { kind: 'speak', text: 'Bob’s encryption key has changed. Please verify it.' },
    ])
  })

  test('has a switch for each way out of the page; line and card have none', () => {
    const kinds = (settings: Partial<Settings>) =>
      announcements(changed, withSettings(settings), NOON).map(({ kind }) => kind)
    expect(kinds({ speech: false })).toEqual(['notify', 'sound'])
    expect(kinds({ alertSound: false })).toEqual(['notify', 'speak'])
    expect(kinds({ keyNotice: false })).toEqual(['sound', 'speak'])
    expect(kinds({ notifications: false, sound: false })).toEqual(['notify', 'sound', 'speak'])
  })

  test('is quiet in quiet hours, but for the notification; another switch lets it be heard', () => {
    const night = { quiet: true, quietFrom: 22 * 60, quietTo: 7 * 60, sound: true }
    const hello = message(BOB, 'peer', 'x', 1)
    const kinds = (event: ChatEvent, settings: Partial<Settings>) =>
      announcements(event, withSettings({ ...night, ...settings }), MIDNIGHT).map(
        ({ kind }) => kind,
      )
    expect(kinds(changed, {})).toEqual(['notify'])
    expect(kinds(changed, { quietAlerts: true })).toEqual(['notify', 'sound', 'speak'])
    expect(kinds(hello, { quietAlerts: true })).toEqual(['notify'])
  })

  test('of a muted contact is announced all the same', () => {
    const muted = reduce(withSettings(), contact(BOB, 'Bob', { muted: true }))
    expect(announcements(changed, muted, NOON)).toHaveLength(3)
  })
})

describe('a message', () => {
  const hello = message(BOB, 'peer', 'the secret text', 1)
  const bodies = (state: AppState, event: ChatEvent = hello) =>
    announcements(event, state, NOON).map((a) => (a.kind === 'notify' ? a.body : a.kind))

  test('is notified without its text, unless the person wants the text', () => {
    expect(bodies(withSettings())).toEqual(['New encrypted message'])
    expect(bodies(withSettings({ preview: true }))).toEqual(['the secret text'])
    expect(bodies(withSettings(), message(BOB, 'peer', 'x', 1, { protection: 'none' }))).toEqual([
      'New message',
    ])
  })

  test('that is being looked at is not notified; in another window it is', () => {
    const watched = select(withSettings(), BOB)
    expect(bodies(watched)).toEqual([])
    expect(bodies(attend(watched, false))).toEqual(['New encrypted message'])
  })

  test('makes a sound only if that is switched on', () => {
    expect(bodies(select(withSettings({ sound: true }), BOB))).toEqual(['sound'])
  })

  test('of a muted contact, or told again by a room, is not announced', () => {
    const muted = reduce(withSettings({ sound: true }), contact(BOB, 'Bob', { muted: true }))
    expect(announcements(message(BOB, 'peer', 'hello', 1), muted, NOON)).toEqual([])
    const again = message(BOB, 'peer', 'hello', 1, { earlier: true })
    expect(announcements(again, withSettings({ sound: true }), NOON)).toEqual([])
  })

  test('of our own, or from the store, is no news', () => {
    expect(bodies(withSettings(), message(BOB, 'us', 'x', 1))).toEqual([])
    expect(bodies(withSettings(), { ...hello, restored: true })).toEqual([])
  })
})

test('the peer ending encryption and asking to verify are told to who looks elsewhere', () => {
  const state = withSettings()
  const asked = { step: 'asked', question: 'Who?', since: 1, until: 2 } as const
  const verification = { type: 'verification', peer: BOB, verification: asked } as const
  for (const event of [privacy(BOB, 'ended'), verification]) {
    expect(announcements(event, state, NOON)).toHaveLength(1)
    expect(announcements(event, select(state, BOB), NOON)).toEqual([])
  }
  expect(JSON.stringify(announcements(verification, state, NOON))).not.toContain('Who?')
})

test('what was sent sounds if that is switched on, and not to a muted contact', () => {
  const sent: ChatEvent = {
    type: 'delivery',
    peer: BOB,
    id: '1',
    delivery: 'sent',
    protection: 'verified',
    reason: null,
    resent: false,
  }
  const loud = withSettings({ soundSent: true })
  const muted = reduce(loud, contact(BOB, 'Bob', { muted: true }))
  expect(announcements(sent, loud, NOON)).toEqual([{ kind: 'sound', sound: 'sent' }])
  for (const state of [withSettings(), muted]) expect(announcements(sent, state, NOON)).toEqual([])
  expect(announcements({ ...sent, delivery: 'delivered' }, loud, NOON)).toEqual([])
})

test('what software tells software is announced to nobody', () => {
  const verification = { step: 'working', since: 1, until: 2 } as const
  const control: readonly ChatEvent[] = [
    privacy(BOB, 'starting'),
    privacy(BOB, 'verified'),
    { type: 'composing', peer: BOB, active: true },
    { type: 'verification', peer: BOB, verification },
    { type: 'opened', peer: BOB, room: false },
    { type: 'kept', peer: BOB, id: '1' },
  ]
  const loud = withSettings({ sound: true, soundSent: true, preview: true })
  expect(control.flatMap((event) => announcements(event, loud, NOON))).toEqual([])
})

test('a thousand strangers are one notification, and no sound', () => {
  let state = withSettings({ sound: true })
  const all = Array.from({ length: 1000 }, (_, at) => {
    const peer = `sip:mallory${at}@elsewhere.example` as Address
    const event: ChatEvent = { type: 'invited', peer, name: null }
    state = reduce(state, event)
    return announcements(event, state, NOON)
  }).flat()
  expect(all).toEqual([expect.objectContaining({ kind: 'notify', tag: 'strangers' })])
})

test('the title begins with what is unread', () => {
  expect(titleOf(0, 'Sotto')).toBe('Sotto')
  expect(titleOf(3, 'Sotto')).toBe('(3) Sotto')
})
