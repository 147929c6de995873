import { expect, test } from 'vitest'
import { NICKNAME_MAX } from './limits.ts'
import { enforceNickname, nicknameKey } from './nickname.ts'

test('what is shown keeps its case and loses what cannot be seen to differ (RFC 8266 §3)', () => {
  expect(enforceNickname('  Foo\u00a0\u2003 Bar ')).toBe('Foo Bar')
  expect(enforceNickname('Richard Ⅳ')).toBe('Richard IV')
  for (const none of ['', ' \u3000', 'a\u0000b', 'zero\u200bwidth', 'a\nb']) {
    expect(enforceNickname(none), JSON.stringify(none)).toBeNull()
  }
  expect(enforceNickname('é'.repeat(NICKNAME_MAX / 2))).not.toBeNull()
  expect(enforceNickname('é'.repeat(NICKNAME_MAX / 2 + 1))).toBeNull()
})

test('nicknames are compared as people read them (RFC 8266 §4)', () => {
  const same = (a: string, b: string) => nicknameKey(a) === nicknameKey(b)
  expect(same('Foo', 'foo')).toBe(true)
  expect(same('Foo Bar', ' foo  bar')).toBe(true)
  expect(same('Σ', 'σ')).toBe(true)
  expect(same('σ', 'ς')).toBe(false)
  expect(same('ΟΔΟΣ', 'οδοσ')).toBe(true)
  expect(same('Richard Ⅳ', 'richard iv')).toBe(true)
  expect(same('foo', 'foobar')).toBe(false)
})
