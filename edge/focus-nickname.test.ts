import { expect, test } from 'vitest'
import { readNickname } from './focus-nickname.ts'

function key(name: string): string | null {
  const nickname = readNickname(`"${name}"`)
  return nickname === null || nickname === '' ? null : nickname.key
}

test.each([
  ['Foo', 'foo'],
  ['Foo Bar', 'foo bar'],
  ['  Foo \u00a0 Bar\u3000', 'foo bar'],
  ['\u03a3', '\u03c3'],
  ['\u2163', 'iv'],
  ['\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c3'], // By code point: no final sigma.
  ['Ｂob', 'bob'],
])('%j and %j are one name (RFC 8266)', (one, other) => {
  expect(key(one)).toBe(other)
  expect(key(other)).toBe(other)
})

test('a final sigma is another letter', () => {
  expect(key('\u03c2')).not.toBe(key('\u03a3'))
})

test('is shown as it was written, but for spaces and compatibility forms', () => {
  expect(readNickname('"  Alice  the\u00a0great "')).toMatchObject({ shown: 'Alice the great' })
  expect(readNickname('"A \\"B\\" \\\\ C"')).toMatchObject({ shown: 'A "B" \\ C' })
})

test('the empty one is not malformed: it gives the name back', () => {
  expect(readNickname('""')).toBe('')
})

test.each([
  ['no quotes', 'Alice'],
  ['an open quote', '"Alice'],
  ['a bad escape', '"A\\n"'],
  ['spaces alone', '"   "'],
  ['a control character', '"A\u0007"'],
  ['a character that hides', '"A\u200b"'],
  ['1024 octets', `"${'x'.repeat(1024)}"`],
])('%s is malformed', (_, value) => {
  expect(readNickname(value)).toBeNull()
})

test('1023 octets are not too many', () => {
  expect(key('x'.repeat(1023))).toHaveLength(1023)
})
