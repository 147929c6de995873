import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Fragment, parseFragment, Reassembler, split } from './fragments.ts'
import { FRAGMENT_AGE_MAX_MS, FRAGMENT_CHARS_MAX } from './limits.ts'
import type { Header } from './messages.ts'

const V2: Header = { version: 2, senderTag: 0, receiverTag: 0 }
const V3: Header = { version: 3, senderTag: 0x5a73a599, receiverTag: 0x27e31597 }

describe('split', () => {
  test('as the specification draws it', () => {
    expect(split('?OTR:AAMDJ+MVl1pzpZkAAAAAAQAAAAEAAADAMgoGZTl3y+0.', 46, V3)).toEqual([
      '?OTR|5a73a599|27e31597,00001,00005,?OTR:AAMDJ,',
      '?OTR|5a73a599|27e31597,00002,00005,+MVl1pzpZk,',
      '?OTR|5a73a599|27e31597,00003,00005,AAAAAAQAAA,',
      '?OTR|5a73a599|27e31597,00004,00005,AEAAADAMgo,',
      '?OTR|5a73a599|27e31597,00005,00005,GZTl3y+0.,',
    ])
    expect(split('?OTR:AAIDabcd.', 28, V2)).toEqual(['?OTR:AAIDabcd.'])
    expect(split('?OTR:AAIDabcdefgh12345678901.', 28, V2)).toEqual([
      '?OTR,00001,00003,?OTR:AAIDa,',
      '?OTR,00002,00003,bcdefgh123,',
      '?OTR,00003,00003,45678901.,',
    ])
  })

  test('gives pieces of at most the limit that make the whole again', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 500, unit: fc.constantFrom('a', 'B', '/', '.') }),
        fc.integer({ min: 37, max: 200 }),
        fc.constantFrom(V2, V3),
        (message, limit, header) => {
          const texts = split(message, limit, header)
          for (const text of texts) expect(text.length).toBeLessThanOrEqual(limit)
          if (texts.length > 1) expect(reassemble(texts)).toBe(message)
        },
      ),
    )
  })

  test('refuses what cannot work', () => {
    expect(() => split('x'.repeat(99), 36, V3)).toThrow(RangeError)
    expect(() => split('x'.repeat(70_000), 37, V3)).toThrow('70000 fragments')
  })
})

function reassemble(texts: readonly string[], reassembler = new Reassembler()): string | null {
  let whole: string | null = null
  for (const text of texts) whole = reassembler.accept(parseFragment(text), 0)
  return whole
}

describe('parseFragment', () => {
  test('leading zeros or none', () => {
    expect(parseFragment('?OTR|100|00000200,1,00002,abc,')).toEqual({
      version: 3,
      senderTag: 0x100,
      receiverTag: 0x200,
      index: 1,
      total: 2,
      piece: 'abc',
    })
  })

  test('an empty piece, with which otr3 ends a message that divides evenly', () => {
    expect(parseFragment('?OTR,2,2,,')).toMatchObject({ index: 2, total: 2, piece: '' })
  })

  test.each([
    '?OTR,0,2,abc,',
    '?OTR,3,2,abc,',
    '?OTR,0,0,abc,',
    '?OTR,1,65536,abc,',
    '?OTR,1,2,abc',
    '?OTR,-1,2,abc,',
    '?OTR,1,2',
    '?OTR|100,1,2,abc,',
    '?OTR|xyz|200,1,2,abc,',
    '?OTR|100000000|200,1,2,abc,',
  ])('%s is malformed', (text) => {
    expect(() => parseFragment(text)).toThrow(expect.objectContaining({ code: 'OTR_MALFORMED' }))
  })
})

describe('Reassembler', () => {
  const piece = (index: number, total: number, text: string, senderTag = 0x100): Fragment => ({
    version: 3,
    senderTag,
    receiverTag: 0x200,
    index,
    total,
    piece: text,
  })
  const feed = (fragments: readonly Fragment[]) => {
    const reassembler = new Reassembler()
    return fragments.map((fragment) => reassembler.accept(fragment, 0))
  }

  test('one of one', () => {
    expect(feed([piece(1, 1, 'a')])).toEqual(['a'])
  })

  test('a new first piece replaces what was begun', () => {
    expect(feed([piece(1, 2, 'x'), piece(1, 2, 'a'), piece(2, 2, 'b')]).at(-1)).toBe('ab')
  })

  test.each<[string, Fragment[]]>([
    ['a gap', [piece(1, 3, 'a'), piece(3, 3, 'c')]],
    ['a repetition', [piece(1, 3, 'a'), piece(2, 3, 'b'), piece(2, 3, 'b'), piece(3, 3, 'c')]],
    ['another total', [piece(1, 3, 'a'), piece(2, 4, 'b'), piece(3, 3, 'c')]],
    ['no beginning', [piece(2, 3, 'b'), piece(3, 3, 'c')]],
    ['shuffled', [piece(2, 3, 'b'), piece(1, 3, 'a'), piece(3, 3, 'c')]],
  ])('%s ends the message', (_, fragments) => {
    expect(feed(fragments).every((whole) => whole === null)).toBe(true)
  })

  test('devices do not disturb each other', () => {
    const [a, b] = [0x100, 0x101]
    expect(
      feed([
        piece(1, 2, 'a', a),
        piece(1, 3, 'x', b),
        piece(2, 2, 'b', a),
        piece(2, 3, 'y', b),
        piece(3, 3, 'z', b),
      ]),
    ).toEqual([null, null, 'ab', null, 'xyz'])
  })

  test('a whole message from the same device ends it, from another one not', () => {
    const reassembler = new Reassembler()
    reassembler.accept(piece(1, 2, 'a'), 0)
    reassembler.interrupt(0x101)
    expect(reassembler.accept(piece(2, 2, 'b'), 0)).toBe('ab')
    reassembler.accept(piece(1, 2, 'a'), 0)
    reassembler.interrupt(0x100)
    expect(reassembler.accept(piece(2, 2, 'b'), 0)).toBeNull()
  })

  test('forgets after a while', () => {
    const reassembler = new Reassembler()
    reassembler.accept(piece(1, 2, 'a'), 0)
    expect(reassembler.accept(piece(2, 2, 'b'), FRAGMENT_AGE_MAX_MS + 1)).toBeNull()
  })

  test('keeps within its limit, whether pieces are long, short, or of many devices', () => {
    const reassembler = new Reassembler()
    const keep = (fragment: Fragment) => {
      try {
        reassembler.accept(fragment, 0)
      } catch (error) {
        expect(error).toMatchObject({ code: 'OTR_TOO_LARGE' })
      }
      expect(reassembler.size).toBeLessThanOrEqual(FRAGMENT_CHARS_MAX)
    }
    for (let k = 1; k < 300; k++) keep(piece(k, 65_535, 'x'.repeat(5000)))
    for (let k = 1; k < 20_000; k++) keep(piece(k, 65_535, 'x'))
    for (let tag = 0; tag < 300; tag++) keep(piece(1, 2, 'x'.repeat(5000), 0x100 + tag))
  })
})
