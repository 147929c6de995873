import { describe, expect, test } from 'vitest'
import type { ChatEvent } from '../chat/index.ts'
import { announcements, titleOf } from './announcements.ts'
import { type AppState, startState } from './app-state.ts'
import { attend, reduce, select } from './reduce.ts'
import { DEFAULT_SETTINGS, type Settings } from './settings.ts'
import { BOB, BOB_KEY, BOB_NEW_KEY, contact, message, privacy } from './testing/cast.ts'

const withSettings = (settings: Partial<Settings> = {}): AppState =>
  reduce(startState({ ...DEFAULT_SETTINGS, ...settings }), contact(BOB, 'Bob'))

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
    expect(announcements(changed, watched)).toEqual([
      expect.objectContaining({ kind: 'notify', title: 'Encryption warning', urgent: true }),
      { kind: 'speak', text: 'Bob’s encryption key has changed. Please verify it again.' },
    ])
  })

  test('has one switch, for the voice; without notifications for messages it still notifies', () => {
    const quiet = withSettings({ speech: false, notifications: false })
    expect(announcements(changed, quiet).map(({ kind }) => kind)).toEqual(['notify'])
  })
})

describe('a message', () => {
  const hello = message(BOB, 'peer', 'the secret text', 1)
  const bodies = (state: AppState, event: ChatEvent = hello) =>
    announcements(event, state).map((a) => (a.kind === 'notify' ? a.body : a.kind))

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

  test('of our own, or from the store, is no news', () => {
    expect(bodies(withSettings(), message(BOB, 'us', 'x', 1))).toEqual([])
    expect(bodies(withSettings(), { ...hello, restored: true })).toEqual([])
  })
})

test('the peer ending encryption and asking to verify are told to who looks elsewhere', () => {
  const state = withSettings()
  const asked = { step: 'asked', question: 'Who?', since: 1 } as const
  const verification = { type: 'verification', peer: BOB, verification: asked } as const
  for (const event of [privacy(BOB, 'ended'), verification]) {
    expect(announcements(event, state)).toHaveLength(1)
    expect(announcements(event, select(state, BOB))).toEqual([])
  }
  expect(JSON.stringify(announcements(verification, state))).not.toContain('Who?')
})

test('the title begins with what is unread', () => {
  expect(titleOf(0, 'Sotto')).toBe('Sotto')
  expect(titleOf(3, 'Sotto')).toBe('(3) Sotto')
})
