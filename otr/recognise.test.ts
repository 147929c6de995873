import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recognise, writeEncoded, writeError, writeQuery, writeTag } from './recognise.ts'

const malformed = expect.objectContaining({ code: 'OTR_MALFORMED' })

describe('queries', () => {
  test.each<[string, number[]]>([
    ['?OTR?', [1]],
    ['?OTRv2?', [2]],
    ['?OTRv23?', [2, 3]],
    ['?OTRv32?', [2, 3]],
    ['?OTR?v2?', [1, 2]],
    ['?OTR?v23?', [1, 2, 3]],
    ['?OTRv24x?', [2, 4]],
    ['?OTR?v?', [1]],
    ['?OTRv?', []],
    ['?OTRv23?\n<b>alice</b> has requested an Off-the-Record conversation.', [2, 3]],
    ['<p>Hello, ?OTRv3? please.</p>', [3]],
    ['  \n?OTRv3?', [3]],
  ])('%s', (text, versions) => {
    expect(recognise(text)).toEqual({ kind: 'query', versions })
  })

  test('ours is in the form that Blink reads', () => {
    expect(writeQuery([2, 3])).toMatch(/^\?OTRv23\? I would like/)
    expect(recognise(writeQuery([3]))).toEqual({ kind: 'query', versions: [3] })
  })
})

describe('whitespace tags', () => {
  const BASE = '\x20\x09\x20\x20\x09\x09\x09\x09\x20\x09\x20\x09\x20\x09\x20\x20'
  const V1 = '\x20\x09\x20\x09\x20\x20\x09\x20'
  const V2 = '\x20\x20\x09\x09\x20\x20\x09\x20'
  const V3 = '\x20\x20\x09\x09\x20\x20\x09\x09'
  const UNKNOWN = '\x09\x09\x09\x09\x09\x09\x09\x09'

  test.each<[string, string, string, number[]]>([
    ['at the end', `Hi${BASE}${V2}${V3}`, 'Hi', [2, 3]],
    ['at the start', `${BASE}${V1}${V2}Hi`, 'Hi', [1, 2]],
    ['inside', `Hi${BASE}${V3} there`, 'Hi there', [3]],
    ['with an unknown group', `Hi${BASE}${UNKNOWN}${V3}`, 'Hi', [3]],
    ['without a version', `Hi${BASE}`, 'Hi', []],
    ['alone', `${BASE}${V2}`, '', [2]],
    ['cut short', `Hi${BASE}${V3.slice(0, 7)}`, `Hi${V3.slice(0, 7)}`, []],
  ])('%s', (_, text, rest, versions) => {
    expect(recognise(text)).toEqual({ kind: 'tagged', text: rest, versions })
  })

  test('ours is read back', () => {
    expect(`Hi${writeTag([2, 3])}`).toBe(`Hi${BASE}${V2}${V3}`)
    expect(recognise(`Hi${writeTag([3])}`)).toEqual({ kind: 'tagged', text: 'Hi', versions: [3] })
  })

  test('a query takes precedence', () => {
    expect(recognise(`?OTRv2?${BASE}${V3}`)).toEqual({ kind: 'query', versions: [2] })
  })
})

test('errors', () => {
  expect(recognise('?OTR Error: What?')).toEqual({ kind: 'error', text: 'What?' })
  expect(recognise('<i>?OTR Error:What?')).toEqual({ kind: 'error', text: 'What?' })
  expect(recognise(writeError('What?'))).toEqual({ kind: 'error', text: 'What?' })
})

describe('encoded messages', () => {
  test('are read back, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(recognise(writeEncoded(bytes))).toEqual({ kind: 'encoded', bytes })
      }),
    )
    const large = new Uint8Array(100_000).map((_, i) => i)
    expect(recognise(writeEncoded(large))).toEqual({ kind: 'encoded', bytes: large })
  })

  test.each([
    '  ?OTR:AAMD.',
    '<FONT>?OTR:AAMD.',
    '?OTR:AA\r\nMD.',
    '?OTR:AAMD.  bye',
    'x ?OTR:AAMD.',
  ])('%j', (text) => {
    expect(recognise(text)).toEqual({ kind: 'encoded', bytes: Uint8Array.of(0, 3, 3) })
  })

  test.each([
    '?OTR:===.', // CVE-2012-3461 was about this one.
    '?OTR:=.',
    '?OTR:A.',
    '?OTR:AAMD',
    '?OTR:AAM.',
    '?OTR:AA!D.',
    '?OTR:AA=D.',
    '?OTR:AAMD====.',
    '?OTR',
    '?OTR Fehler',
    '?OTR4',
  ])('%j is malformed', (text) => {
    expect(() => recognise(text)).toThrow(malformed)
  })

  test('nothing is decoded above the limit', () => {
    expect(() => recognise(`?OTR:${'A'.repeat(1024 * 1024 + 4)}.`)).toThrow(
      expect.objectContaining({ code: 'OTR_TOO_LARGE' }),
    )
  })
})

test.each([
  'Hello',
  '',
  'I use ?OTR, do you?',
  'I use ?OTR: it is good.',
  'I use ?OTR | something',
  'What is ?OTR',
  'OTR? v2?',
])('plain: %j', (text) => {
  expect(recognise(text)).toEqual({ kind: 'plain', text })
})

test.each(['?OTR,00001,00002,abc,', '?OTR|00000100|00000200,1,1,abc,', ' ?OTR,nonsense'])(
  'a fragment: %j',
  (text) => {
    expect(recognise(text)).toEqual({ kind: 'fragment', text: text.trim() })
  },
)

test('any text is recognised or refused by code, never otherwise', () => {
  const pieces = fc.constantFrom(
    '?OTR',
    ':',
    'AAMD',
    '.',
    '?',
    'v',
    '2',
    '3',
    ',',
    '|',
    ' ',
    '\t',
    '<',
    '>',
    ' Error:',
    'é',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      try {
        recognise(parts.join(''))
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^OTR_/) })
      }
    }),
    { numRuns: 2000 },
  )
})
