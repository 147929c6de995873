import { describe, expect, test } from 'vitest'
import type { PrivacyState } from '../chat/index.ts'
import { privacySentence } from './encryption-words.ts'
import { PRIVACY_LOOK } from './privacy-look.ts'
import { privacy } from './testing/cast.ts'
import { dividerOf, leftOf, recentOf } from './time-words.ts'
import { ABORTED, describeSecret, isWeak } from './verification-words.ts'
import { composerHint, PRIVACY_LABEL } from './words.ts'

const states = Object.keys(PRIVACY_LABEL) as PrivacyState[]

describe('every state', () => {
  test('has words of its own, so that colour never says it alone', () => {
    expect(new Set(Object.values(PRIVACY_LABEL)).size).toBe(states.length)
  })

  test('has a shape no other state has', () => {
    const shapes = Object.values(PRIVACY_LOOK).map(({ icon }) => icon)
    expect(new Set(shapes).size).toBe(states.length)
  })

  test.each(states)('%s has a sentence', (state) => {
    const event = privacy('sip:bob@sotto.example' as never, state)
    if (event.type !== 'privacy') throw new TypeError('not reached')
    expect(privacySentence(event.privacy, 'Bob')).toMatch(/^[A-Z].+\.$/)
  })
})

describe('the line under the composer', () => {
  test('says so when text goes out in the clear, and nothing when it is encrypted', () => {
    expect(composerHint('plaintext', 'sends', 'Bob', false)).toMatch(/^Not encrypted/)
    expect(composerHint('unverified', 'sends', 'Bob', false)).toBeNull()
    expect(composerHint('verified', 'sends', 'Bob', true)).toBeNull()
  })

  test.each(states)('%s, holding: says that text is held', (state) => {
    expect(composerHint(state, 'holds', 'Bob', false)).toMatch(/^Held /)
  })
})

describe('a secret', () => {
  test.each([
    ['482913', '6 digits', null],
    ['lagoon', '6 letters, lower case, no spaces', null],
    ['LAGOON', '6 letters, upper case, no spaces', /Capital/],
    ['blue Lagoon', '11 characters, mixed case, with spaces', /Capital/],
    [' lagoon', '7 characters, lower case, with spaces', /space/],
    ['lagoon ', '7 characters, lower case, with spaces', /space/],
    ['cafe\u0301', '5 characters, lower case, no spaces', /accents/],
    ['🦀🦀', '2 characters, lower case, no spaces', null],
  ])('%j is described, and where people slip there is a warning', (secret, shape, warning) => {
    const description = describeSecret(secret)
    expect(description?.shape).toBe(shape)
    if (warning === null) expect(description?.warning).toBeNull()
    else expect(description?.warning).toMatch(warning)
  })

  test('is not described before anything is typed, and never repeated', () => {
    expect(describeSecret('')).toBeNull()
    expect(JSON.stringify(describeSecret('Lagoon '))).not.toContain('agoon')
  })
})

test('a secret that is guessed first is called so; a one-time code and two words are not', () => {
  for (const weak of ['abc', '1234', 'aaaaaa', ' Password', '123456'])
    expect(isWeak(weak)).toBe(true)
  for (const strong of ['482913', 'lagoon', 'blue heron', '']) expect(isWeak(strong)).toBe(false)
})

test('a verification that the peer’s app stopped is not called a wrong answer', () => {
  const [title, text] = ABORTED.peer('Bob')
  expect(title).toBe('Bob’s app stopped the verification.')
  expect(text).toMatch(/says nothing about the answer/)
  expect(ABORTED.late('Bob')[1]).toMatch(/when the answers differ/)
})

test('time is said as briefly as it can be', () => {
  const noon = new Date(2026, 4, 3, 12).getTime()
  expect(dividerOf(noon - 1, noon)).toBe('Today')
  expect(dividerOf(noon - 13 * 3_600_000, noon)).toBe('Yesterday')
  expect(recentOf(noon, noon)).toMatch(/12/)
  expect([leftOf(120_000), leftOf(61_001), leftOf(900), leftOf(-5)]).toEqual([
    '2:00',
    '1:02',
    '0:01',
    '0:00',
  ])
})
