import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat } from './bytes.ts'
import {
  fromLatin1,
  parseSExpression,
  type SExpression,
  toLatin1,
  writeNumber,
  writeText,
} from './s-expression.ts'

const parse = (text: string) => readable(parseSExpression(fromLatin1(text)))
const code = (code: string) => expect.objectContaining({ code })

type Readable = string | readonly Readable[]

function readable(expression: SExpression): Readable {
  return expression instanceof Uint8Array ? toLatin1(expression) : expression.map(readable)
}

describe('parseSExpression', () => {
  test.each([
    ['a token', '(name alice.b-c/d_e:f*g+h=1)', ['name', 'alice.b-c/d_e:f*g+h=1']],
    ['a quoted string', '(name "a b")', ['name', 'a b']],
    ['its escapes', String.raw`"\b\t\v\n\f\r\"\'\\\101\x42"`, '\b\t\v\n\f\r"\'\\AB'],
    ['a line end that is none', '"a\\\nb\\\r\nc"', 'abc'],
    ['hexadecimal', '#61 6\n2 63#', 'abc'],
    ['base64', '|YWJj|', 'abc'],
    ['verbatim bytes', '(4:na(e3:a"c)', ['na(e', 'a"c']],
    ['a length before another notation', '(3"abc" 2#6162# 1|YQ==|)', ['abc', 'ab', 'a']],
    ['lists in lists', ' ( ( a ) (b()) )\n', [['a'], ['b', []]]],
    ['tokens side by side', '(a"b"#63#)', ['a', 'b', 'c']],
  ] satisfies [string, string, Readable][])('reads %s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected)
  })

  test.each([
    ['', 'OTR_TRUNCATED'],
    ['(a', 'OTR_TRUNCATED'],
    ['9:abc', 'OTR_TRUNCATED'],
    ['99999999999999999999:a', 'OTR_TRUNCATED'],
    ['"abc', 'OTR_MALFORMED'],
    ['#123#', 'OTR_MALFORMED'],
    ['|a|', 'OTR_MALFORMED'],
    ['2"abc"', 'OTR_MALFORMED'],
    ['1digit', 'OTR_MALFORMED'],
    [String.raw`"\q"`, 'OTR_MALFORMED'],
    [String.raw`"\400"`, 'OTR_MALFORMED'],
    ['a b', 'OTR_MALFORMED'],
    [')', 'OTR_MALFORMED'],
    ['['.repeat(9), 'OTR_MALFORMED'],
    ['('.repeat(9), 'OTR_TOO_LARGE'],
    ['('.repeat(1024 * 1024 + 1), 'OTR_TOO_LARGE'],
  ])('refuses %j', (text, why) => {
    expect(() => parse(text)).toThrow(code(why))
  })

  test('gives a value or a coded error for any text', () => {
    const pieces = fc.constantFrom('(', ')', '"', '\\', '#', '|', ':', '3', 'a', ' ', '\n', 'é')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (text) => {
        try {
          parse(text.join(''))
        } catch (error) {
          expect(error).toHaveProperty('name', 'OtrError')
        }
      }),
    )
  })
})

describe('writeText', () => {
  test.each([
    ['alice', 'alice'],
    ['prpl-jabber', 'prpl-jabber'],
    ['alice@example.org', '"alice@example.org"'],
    ['1digit', '"1digit"'],
    ['', '""'],
    ['a "b" \'c\' \\\t', String.raw`"a \"b\" \'c\' \\\t"`],
    ['Zoë', '"Zo\xc3\xab"'],
    ['éric', '#C3A9726963#'],
    ['a\x01', '#6101#'],
    ['à', '#C3A0#'],
    ['xà', '#78C3A0#'],
  ])('writes %j as libgcrypt does', (text, expected) => {
    expect(writeText(new TextEncoder().encode(text))).toBe(expected)
  })

  test('is read again as the same bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const list = concat(fromLatin1('('), fromLatin1(writeText(bytes)), fromLatin1(')'))
        expect(parseSExpression(list)).toEqual([bytes])
      }),
      { numRuns: 500 },
    )
  })
})

test('writeNumber keeps numbers positive', () => {
  expect(writeNumber(0x7fn)).toBe('#7F#')
  expect(writeNumber(0x80n)).toBe('#0080#')
  expect(writeNumber(0xabcn)).toBe('#0ABC#')
})
