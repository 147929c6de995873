import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MsrpReports } from './events.ts'
import { boundAlone, boundPair, frame, text } from './testing/pair.ts'

const YES = { success: 'yes', failure: 'yes' } as const
const NO = { success: 'no', failure: 'no' } as const
const COMBINATIONS = (['yes', 'no'] as const).flatMap((success) =>
  (['yes', 'partial', 'no'] as const).map((failure) => ({ success, failure })),
)
const name = ({ success, failure }: MsrpReports) => `Success ${success}, Failure ${failure}`
const types = (events: readonly { type: string }[]) => events.map((event) => event.type)

test('a SEND as RFC 4975 §4 draws it', () => {
  const { alice, bob } = boundPair()
  alice.session.send(text('12339sdqwer', "Hi, I'm Alice!"), { success: 'no', failure: 'partial' })
  const transaction = alice.wire.sent[0]!.split(' ')[1]
  expect(alice.wire.sent).toEqual([
    [
      `MSRP ${transaction} SEND`,
      `To-Path: ${bob.uri}`,
      `From-Path: ${alice.uri}`,
      'Message-ID: 12339sdqwer',
      'Success-Report: no',
      'Failure-Report: partial',
      'Byte-Range: 1-14/14',
      'Content-Type: text/plain',
      '',
      "Hi, I'm Alice!",
      `-------${transaction}$`,
      '',
    ].join('\r\n'),
  ])
})

test('the path is own relays, nearest first, then the peer’s path', () => {
  const usePath = ['msrps://b.example:1/b;tcp', 'msrps://c.example:1/c;tcp']
  const remote = ['msrps://d.example:1/d;tcp', 'msrps://e.example:1/e;tcp', 'msrps://f:1/f;tcp']
  const { alice } = boundAlone({ alice: { usePath, remotePath: remote } })
  alice.session.send(text('m1aa', 'hi'), NO)
  expect(alice.wire.sent[0]).toContain(`To-Path: ${[...usePath, ...remote].join(' ')}\r\n`)
})

describe('who answers and reports what (RFC 4975 §7.1.2)', () => {
  test.each(COMBINATIONS.map((reports) => [name(reports), reports] as const))(
    'accepted: %s',
    (_, reports) => {
      const { env, alice, bob } = boundPair()
      alice.session.send(text('m1aa', 'hi'), reports)
      const responses = bob.wire.sent.filter((frame) => frame.includes(' 200 '))
      expect(responses).toHaveLength(reports.failure === 'yes' ? 1 : 0)
      const [event] = bob.events
      expect(event).toMatchObject({
        type: 'message',
        reportWanted: reports.success === 'yes' || reports.failure !== 'no',
      })
      bob.session.report('m1aa', 200)
      bob.session.report('m1aa', 200)
      const wanted = [
        ...(reports.failure === 'yes' ? ['sent'] : []),
        ...(reports.success === 'yes' ? ['delivered'] : []),
      ]
      expect(types(alice.events)).toEqual(wanted)
      env.advance(40_000)
      expect(types(alice.events), 'and silence is no failure').toEqual(wanted)
    },
  )

  test.each(COMBINATIONS.map((reports) => [name(reports), reports] as const))(
    'refused afterwards: %s',
    (_, reports) => {
      const { alice, bob } = boundPair()
      alice.session.send(text('m1aa', 'hi'), reports)
      bob.session.report('m1aa', 413)
      const failed = alice.events.filter((event) => event.type === 'failed')
      expect(failed).toMatchObject(
        reports.failure === 'no' || name(reports) === 'Success no, Failure yes'
          ? []
          : [{ id: 'm1aa', status: 413, reason: 'Unwanted message' }],
      )
    },
  )

  test.each(COMBINATIONS.map((reports) => [name(reports), reports] as const))(
    'no answer in 30 s: %s',
    (_, reports) => {
      const { env, alice } = boundAlone()
      alice.session.send(text('m1aa', 'hi'), reports)
      env.advance(29_999)
      expect(alice.events).toEqual([])
      env.advance(1)
      const failed = { type: 'failed', id: 'm1aa', status: 408, reason: 'no answer within 30 s' }
      expect(alice.events).toEqual(reports.failure === 'yes' ? [failed] : [])
    },
  )

  test.each([400, 403, 413, 415, 501])('an error response fails the message: %d', (status) => {
    const { alice, peer } = boundAlone()
    alice.session.send(text('m1aa', 'hi'), YES)
    peer.answer(status)
    expect(alice.events).toEqual([{ type: 'failed', id: 'm1aa', status, reason: 'Comment' }])
    alice.session.send(text('m2aa', 'hi'), { success: 'no', failure: 'partial' })
    peer.answer(status)
    expect(alice.events[1]).toMatchObject({ type: 'failed', id: 'm2aa', status })
  })

  test.each([481, 506])('%d ends the session as well', (status) => {
    const { alice, peer } = boundAlone()
    alice.session.send(text('m1aa', 'hi'), YES)
    peer.answer(status)
    expect(types(alice.events)).toEqual(['failed', 'closed'])
  })
})

describe('REPORT', () => {
  const report = (alice: string, headers: readonly string[]) =>
    frame('rrrr REPORT', alice, 'msrps://relay.example:1/token;tcp', [
      'Message-ID: m1aa',
      ...headers,
    ])

  test('as it is written: whole path back, real length, never answered', () => {
    const { alice, bob } = boundPair()
    alice.session.send(text('m1aa', 'hé'), YES)
    bob.session.report('m1aa', 200)
    const [, sent] = bob.wire.sent
    const transaction = sent!.split(' ')[1]
    expect(sent).toBe(
      [
        `MSRP ${transaction} REPORT`,
        `To-Path: ${alice.uri}`,
        `From-Path: ${bob.uri}`,
        'Message-ID: m1aa',
        'Byte-Range: 1-3/3',
        'Status: 000 200 OK',
        `-------${transaction}$`,
        '',
      ].join('\r\n'),
    )
    expect(alice.wire.sent).toHaveLength(1)
  })

  test.each([
    ['pieces in any order, overlapping', ['3-5/10', '1-3/10', '5-10/10'], true],
    ['a hole', ['1-3/10', '5-10/10'], false],
    ['no range: all of it', [null], true],
    ['a range beyond all sense: all of it', ['x-y/z'], true],
    ['an end that is not known', ['1-*/10'], true],
  ])('%s', (_, ranges, delivered) => {
    const { alice, peer } = boundAlone()
    alice.session.send(text('m1aa', '0123456789'), YES)
    for (const range of ranges) {
      const headers = range === null ? [] : [`Byte-Range: ${range}`]
      peer.say(report(alice.uri, [...headers, 'Status: 000 200 OK']))
    }
    expect(types(alice.events)).toEqual(delivered ? ['delivered'] : [])
  })

  test.each([
    ['a relay that got no answer', ['Byte-Range: 1-10/10', 'Status: 000 408'], 408],
    ['success after failure', ['Status: 000 413 Unwanted', 'X: y'], 413],
  ])('failure: %s', (_, headers, status) => {
    const { alice, peer } = boundAlone()
    alice.session.send(text('m1aa', '0123456789'), YES)
    peer.say(report(alice.uri, headers))
    peer.say(report(alice.uri, headers))
    expect(alice.events).toMatchObject([{ type: 'failed', id: 'm1aa', status }])
  })

  test('a success after a mere silence is worth more', () => {
    const { env, alice, peer } = boundAlone()
    alice.session.send(text('m1aa', 'hi'), YES)
    env.advance(30_000)
    peer.say(report(alice.uri, ['Byte-Range: 1-2/2', 'Status: 000 200 OK']))
    expect(types(alice.events)).toEqual(['failed', 'delivered'])
  })

  test.each([
    ['another message', ['Status: 000 200 OK'], 'Message-ID: other'],
    ['another namespace', ['Status: 001 200 OK'], 'Message-ID: m1aa'],
    ['no status', [], 'Message-ID: m1aa'],
    ['no message', ['Status: 000 200 OK'], 'X: y'],
  ])('%s: dropped, and not answered', (_, headers, id) => {
    const { alice, peer } = boundAlone()
    alice.session.send(text('m1aa', 'hi'), YES)
    alice.wire.sent.length = 0
    peer.say(frame('rrrr REPORT', alice.uri, peer.uri, [id, ...headers]))
    expect(alice.events).toEqual([])
    expect(alice.wire.sent).toEqual([])
  })
})

describe('chunks out', () => {
  const ranges = (frames: readonly string[]) =>
    frames.map((frame) => `${/Byte-Range: (.*)/.exec(frame)![1]}${frame.at(-3)}`)

  test('one chunk whatever the size, interruptible above 2048 B', () => {
    const { alice, bob } = boundPair()
    for (const length of [0, 1, 2048, 2049, 100_000]) {
      alice.session.send(text(`m${length}aa`, 'x'.repeat(length)), NO)
    }
    const wanted = ['1-0/0$', '1-1/1$', '1-2048/2048$', '1-*/2049$', '1-*/100000$']
    expect(ranges(alice.wire.sent)).toEqual(wanted)
    expect(bob.received().map((body) => body.length)).toEqual([0, 1, 2048, 2049, 100_000])
  })

  test('several where the peer takes them: RFC 4975 §4’s abcdEFGH', () => {
    const { alice, bob } = boundPair({ alice: { maxChunk: 4 } })
    alice.session.send(text('4564dpWd', 'abcdEFGH'), YES)
    expect(ranges(alice.wire.sent)).toEqual(['1-4/8+', '5-8/8$'])
    expect(alice.wire.sent[0]).toContain('\r\n\r\nabcd\r\n-------')
    expect(bob.received()).toEqual(['abcdEFGH'])
    expect(alice.events).toEqual([{ type: 'sent', id: '4564dpWd' }])
    bob.session.report('4564dpWd', 200)
    expect(bob.wire.sent.at(-1)).toContain('Byte-Range: 1-8/8\r\n')
  })

  test('no more than 8 unanswered; each answer lets one more go', () => {
    const { alice, peer } = boundAlone({ alice: { maxChunk: 1 } })
    alice.session.send(text('m1aa', '0123456789'), YES)
    expect(alice.wire.sent).toHaveLength(8)
    for (let i = 0; i < 10; i++) peer.answer(200, alice.wire.sent[i])
    expect(alice.wire.sent).toHaveLength(10)
    expect(alice.events).toEqual([{ type: 'sent', id: 'm1aa' }])
  })

  test('a short message is not kept waiting by a long one (RFC 4975 §5.1)', () => {
    const { alice, peer } = boundAlone({ alice: { maxChunk: 1 } })
    alice.session.send(text('long', 'x'.repeat(100)), YES)
    alice.session.send(text('short', 'y'), YES)
    const ids = () => alice.wire.sent.map((frame) => /Message-ID: (.*)/.exec(frame)![1])
    expect(ids()).toEqual([...Array(8).fill('long'), 'short'])
    peer.answer(200, alice.wire.sent[8])
    expect(alice.events).toEqual([{ type: 'sent', id: 'short' }])
    for (let i = 0; i < 101; i++) peer.answer(200, alice.wire.sent[i])
    expect(alice.events.at(-1)).toEqual({ type: 'sent', id: 'long' })
  })

  test('413 to a chunk stops the message with #', () => {
    const { alice, peer } = boundAlone({ alice: { maxChunk: 1 } })
    alice.session.send(text('m1aa', '0123456789'), YES)
    peer.answer(413, alice.wire.sent[0])
    peer.answer(413, alice.wire.sent[1])
    expect(ranges(alice.wire.sent).slice(7)).toEqual(['8-8/10+', '9-8/10#'])
    expect(alice.events).toMatchObject([{ type: 'failed', status: 413 }])
  })

  test('no chunk ends inside its body, whatever stands there', () => {
    const { alice, bob } = boundPair({ framing: 'stream' })
    const body = `-------${'a'.repeat(16)}$\r\n`.repeat(50)
    alice.session.send(text('m1aa', body), YES)
    expect(bob.received()).toEqual([body])
  })
})

describe('property: messages arrive whole', () => {
  test('whatever the chunk size, framing and content', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 64 }),
        fc.constantFrom('message' as const, 'stream' as const),
        fc.constantFrom(...COMBINATIONS),
        (body, maxChunk, framing, reports) => {
          const { alice, bob } = boundPair({ framing, alice: { maxChunk } })
          alice.session.send({ id: 'm1aa', contentType: 'a/b', body }, reports)
          expect(bob.events).toMatchObject([{ type: 'message', message: { body } }])
          bob.session.report('m1aa', 200)
          expect(alice.events.some((event) => event.type === 'delivered')).toBe(
            reports.success === 'yes',
          )
        },
      ),
      { numRuns: 150 },
    )
  })
})
