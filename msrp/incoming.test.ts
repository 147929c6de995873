import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { INCOMPLETE_MAX, MESSAGE_MAX, RANGES_MAX } from './limits.ts'
import { acceptsType } from './media-types.ts'
import { RangeSet } from './ranges.ts'
import { boundPair, frame } from './testing/pair.ts'

/** Bob's view of SENDs that a test writes by hand. */
function receiver(acceptTypes?: readonly string[]) {
  const { env, alice, bob } = boundPair(acceptTypes === undefined ? {} : { bob: { acceptTypes } })
  let count = 0
  const send = (headers: readonly string[], body: string | null, flag = '$') => {
    const start = `t${String(count++).padStart(5, '0')} SEND`
    const wire = frame(start, bob.uri, alice.uri, headers, body, flag)
    alice.wire.send(new TextEncoder().encode(wire))
    return Number(bob.wire.sent.at(-1)?.split(' ')[2]?.slice(0, 3))
  }
  const chunk = (id: string, range: string, body: string, flag: string) =>
    send([`Message-ID: ${id}`, `Byte-Range: ${range}`], body, flag)
  return { env, bob, send, chunk }
}

describe('assembly (RFC 4975 §7.3.1)', () => {
  test.each([
    [
      'in order',
      [
        ['1-4/8', 'abcd', '+'],
        ['5-8/8', 'EFGH', '$'],
      ],
    ],
    [
      'the last first',
      [
        ['5-8/8', 'EFGH', '$'],
        ['1-4/8', 'abcd', '+'],
      ],
    ],
    [
      'no totals',
      [
        ['1-*/*', 'abcd', '+'],
        ['5-*/*', 'EFGH', '$'],
      ],
    ],
    [
      'the later overwrites',
      [
        ['1-6/8', 'abcdxx', '+'],
        ['5-8/8', 'EFGH', '$'],
      ],
    ],
    [
      'a wrong range-end is not believed',
      [
        ['1-3/6', 'abcd', '+'],
        ['5-6/6', 'EFGH', '$'],
      ],
    ],
    [
      'one chunk twice',
      [
        ['1-4/8', 'abcd', '+'],
        ['1-4/8', 'abcd', '+'],
        ['5-8/8', 'EFGH', '$'],
      ],
    ],
    [
      'an empty last chunk',
      [
        ['1-8/8', 'abcdEFGH', '+'],
        ['9-8/8', '', '$'],
      ],
    ],
  ] as const)('%s', (_, chunks) => {
    const { bob, chunk } = receiver()
    for (const [range, body, flag] of chunks) expect(chunk('m1aa', range, body, flag)).toBe(200)
    expect(bob.received()).toEqual(['abcdEFGH'])
  })

  test('two messages at once', () => {
    const { bob, chunk } = receiver()
    chunk('m1aa', '1-*/2', 'a', '+')
    chunk('m2aa', '1-*/2', 'x', '+')
    chunk('m1aa', '2-2/2', 'b', '$')
    chunk('m2aa', '2-2/2', 'y', '$')
    expect(bob.received()).toEqual(['ab', 'xy'])
  })

  test('property: in every order, with every overlap', () => {
    const body = 'The quick brown fox jumps over the lazy dog'
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: body.length - 1 }), { maxLength: 8 })
    fc.assert(
      fc.property(cuts, fc.integer({ min: 0, max: 5 }), fc.nat(), (at, overlap, seed) => {
        const edges = [0, ...at.sort((a, b) => a - b), body.length]
        const pieces = edges.slice(1).map((to, i) => {
          const from = Math.max(0, edges[i]! - overlap)
          return {
            range: `${from + 1}-*/*`,
            data: body.slice(from, to),
            isLast: to === body.length,
          }
        })
        const order = pieces.map((piece, i) => ({ piece, key: (i * 7919 + seed) % 13 }))
        order.sort((a, b) => a.key - b.key)
        const { bob, chunk } = receiver()
        for (const { piece } of order) {
          chunk('m1aa', piece.range, piece.data, piece.isLast ? '$' : '+')
        }
        expect(bob.received()).toEqual([body])
      }),
      { numRuns: 100 },
    )
  })

  test('# drops what has come', () => {
    const { bob, chunk } = receiver()
    chunk('m1aa', '1-*/8', 'abcd', '+')
    expect(chunk('m1aa', '5-4/8', '', '#')).toBe(200)
    chunk('m1aa', '5-8/8', 'EFGH', '$')
    expect(bob.received()).toEqual([])
    chunk('m1aa', '1-*/8', 'abcd', '+')
    expect(bob.received(), 'and may start anew').toEqual(['abcdEFGH'])
  })
})

describe('refusals', () => {
  test.each([
    ['no Message-ID', 400, ['Byte-Range: 1-2/2']],
    ['a Message-ID of 300', 400, [`Message-ID: ${'x'.repeat(300)}`]],
    ['start 0', 400, ['Message-ID: m1aa', 'Byte-Range: 0-2/2']],
    ['no numbers', 400, ['Message-ID: m1aa', 'Byte-Range: a-b/c']],
    ['start beyond 4 MiB', 413, ['Message-ID: m1aa', `Byte-Range: ${MESSAGE_MAX}-*/*`]],
  ])('%s: %d', (_, status, headers) => {
    const { bob, send } = receiver()
    expect(send(headers, 'hi')).toBe(status)
    expect(bob.received()).toEqual([])
  })

  test('a type that we did not offer: 415; one that we did, with parameters', () => {
    const { bob, send } = receiver(['message/cpim', 'text/*'])
    expect(send(['Message-ID: m1aa'], 'hi')).toBe(200)
    expect(receiver(['message/cpim']).send(['Message-ID: m1aa'], 'hi')).toBe(415)
    expect(bob.received()).toEqual(['hi'])
  })

  test('an error is answered for `partial`, nothing for `no`', () => {
    const { bob, send } = receiver()
    bob.wire.sent.length = 0
    send(['Failure-Report: no'], 'hi')
    expect(bob.wire.sent).toEqual([])
    expect(send(['Failure-Report: partial'], 'hi')).toBe(400)
  })

  test('bytes after the last chunk: 400', () => {
    const { chunk } = receiver()
    chunk('m1aa', '5-8/8', 'EFGH', '$')
    expect(chunk('m1aa', '9-9/9', 'x', '+')).toBe(400)
  })
})

describe('limits', () => {
  test('a message that grows beyond 4 MiB: 413, and so are its other chunks', () => {
    const { bob, chunk } = receiver()
    const half = 'x'.repeat(MESSAGE_MAX / 2 + 1)
    expect(chunk('m1aa', '1-*/*', half, '+')).toBe(200)
    expect(chunk('m1aa', `${half.length + 1}-*/*`, half, '+')).toBe(413)
    expect(chunk('m1aa', '1-*/*', 'a', '+')).toBe(413)
    expect(chunk('m1aa', '2-*/*', 'b', '$')).toBe(413)
    expect(bob.received()).toEqual([])
  })

  test('so many incomplete messages, and no more', () => {
    const { chunk } = receiver()
    for (let i = 0; i < INCOMPLETE_MAX; i++) expect(chunk(`m${i}aa`, '1-*/2', 'a', '+')).toBe(200)
    expect(chunk('more', '1-*/2', 'a', '+')).toBe(413)
    expect(chunk('m0aa', '2-2/2', 'a', '$'), 'the others go on').toBe(200)
  })

  test('so many bytes of incomplete messages, and no more', () => {
    const { chunk } = receiver()
    expect(chunk('m1aa', `${MESSAGE_MAX}-*/*`, 'a', '+')).toBe(200)
    expect(chunk('m2aa', `${MESSAGE_MAX}-*/*`, 'a', '+')).toBe(200)
    expect(chunk('m3aa', `${MESSAGE_MAX}-*/*`, 'a', '+')).toBe(413)
  })

  test('so many holes, and no more', () => {
    const { chunk } = receiver()
    for (let i = 0; i < RANGES_MAX; i++)
      expect(chunk('m1aa', `${2 * i + 1}-*/*`, 'a', '+')).toBe(200)
    expect(chunk('m1aa', `${2 * RANGES_MAX + 1}-*/*`, 'a', '+')).toBe(413)
  })

  test('an incomplete message is dropped after 540 s', () => {
    const { env, bob, chunk } = receiver()
    chunk('m1aa', '1-*/2', 'a', '+')
    env.advance(539_999)
    chunk('m1aa', '1-*/2', 'a', '+')
    env.advance(540_000)
    chunk('m1aa', '2-2/2', 'b', '$')
    expect(bob.received()).toEqual([])
  })
})

describe('a message that comes twice', () => {
  test('is shown once, and reported again', () => {
    const { bob, send } = receiver()
    const headers = ['Message-ID: m1aa', 'Success-Report: yes']
    send(headers, 'hi')
    bob.session.report('m1aa', 200)
    bob.wire.sent.length = 0
    send(headers, 'hi')
    expect(bob.received()).toEqual(['hi'])
    expect(bob.wire.sent).toMatchObject([
      expect.stringContaining(' 200 '),
      expect.stringContaining('Status: 000 200 OK'),
    ])
  })

  test('but not where the id says nothing: SylkServer writes None for none', () => {
    const { bob, send } = receiver()
    send(['Message-ID: None'], 'hi')
    send(['Message-ID: None'], 'ho')
    expect(bob.received()).toEqual(['hi', 'ho'])
  })

  test('an id as XMPP makes them is accepted', () => {
    const { bob, send } = receiver()
    send(['Message-ID: 5b1c4f3e-93a4-4a6f-8d2e-0b8ac5a1b6d1'], 'hi')
    expect(bob.events).toMatchObject([
      { type: 'message', message: { id: '5b1c4f3e-93a4-4a6f-8d2e-0b8ac5a1b6d1' } },
    ])
  })
})

describe('RangeSet', () => {
  test('property: covers what a plain set of bytes has', () => {
    const piece = fc.tuple(fc.nat(40), fc.nat(10))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), piece, (pieces, [from, length]) => {
        const ranges = new RangeSet()
        const bytes = new Set<number>()
        for (const [at, size] of pieces) {
          ranges.add(at, at + size)
          for (let i = at; i < at + size; i++) bytes.add(i)
        }
        const wanted = Array.from({ length }, (_, i) => from + i).every((i) => bytes.has(i))
        expect(ranges.covers(from, from + length)).toBe(wanted)
        expect(ranges.end).toBe(Math.max(0, ...[...bytes].map((byte) => byte + 1)))
      }),
    )
  })
})

test.each([
  [['*'], 'image/png', true],
  [['text/*'], 'text/plain; charset=utf-8', true],
  [['text/plain'], 'TEXT/Plain', true],
  [['text/plain;charset=utf-8'], 'text/plain', true],
  [['text/*'], 'textual/plain', false],
  [['message/cpim'], 'text/plain', false],
  [[], 'text/plain', false],
])('accept-types %j, type %s: %s', (acceptTypes, type, accepted) => {
  expect(acceptsType(acceptTypes, type)).toBe(accepted)
})
