import { expect, test } from 'vitest'
import type { Address } from '../chat/index.ts'
import { startState } from './app-state.ts'
import { lookAlike, looksOf } from './look-alike.ts'
import { reduce } from './reduce.ts'
import { DEFAULT_SETTINGS } from './settings.ts'
import { BOB_KEY, contact, key } from './testing/cast.ts'

const ROBERT = 'sip:robert@sotto.example' as Address

/** Who `address` would be taken for, when it writes first. */
function takenFor(address: string, name: string | null = null, verified = true): string | null {
  const known = key(BOB_KEY, 1, verified ? { method: 'smp', at: 1 } : null)
  const peer = `sip:${address}` as Address
  const state = [
    contact(ROBERT, 'Bob', { keys: [known] }),
    { type: 'invited', peer, name } as const,
  ].reduce(reduce, startState(DEFAULT_SETTINGS))
  return lookAlike(state.conversations.get(peer)!, state.conversations)?.peer ?? null
}

test.each([
  ['r0bert@sotto.example', 'a digit for a letter'],
  ['rоbеrt@sotto.example', 'Cyrillic letters'],
  ['robret@sotto.example', 'two letters changed over'],
  ['robrt@sotto.example', 'one letter less'],
  ['robertt@sotto.example', 'one letter more'],
  ['robart@sotto.example', 'another letter'],
  ['ro.bert@sotto.example', 'a dot'],
  ['robert@elsewhere.example', 'another domain'],
])('%s is taken for robert@sotto.example: %s', (address) => {
  expect(takenFor(address)).toBe(ROBERT)
})

test('so is whoever gives the name of a verified contact', () => {
  expect(takenFor('mallory@elsewhere.example', 'Bоb')).toBe(ROBERT)
})

test('nobody is taken for somebody else, or for a contact who was never verified', () => {
  for (const other of ['carol@sotto.example', 'rupert@sotto.example', 'robin@sotto.example'])
    expect(takenFor(other)).toBeNull()
  expect(takenFor('r0bert@sotto.example', null, false)).toBeNull()
})

test('looks are what eyes see', () => {
  expect(looksOf('Mörnin’ Cl0ud')).toBe(looksOf('momin cioud'))
})
