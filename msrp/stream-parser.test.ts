import { describe, expect, test } from 'vitest'
import type { MsrpFrame, MsrpRequest } from './frame.ts'
import { parseFrame } from './parse.ts'
import { StreamParser } from './stream-parser.ts'
import { recorded, streams } from './testing/vectors.ts'

const utf8 = new TextEncoder()
const PATHS = ['To-Path: msrp://b.example:1/b;tcp', 'From-Path: msrp://a.example:1/a;tcp']

const frame = (transaction: string, start: string, ...rest: string[]) =>
  utf8.encode(
    [`MSRP ${transaction} ${start}`, ...PATHS, ...rest, `-------${transaction}$`, ''].join('\r\n'),
  )
const TYPE = 'Content-Type: text/plain'

/** Whatever may look like an end, or have none: near misses, no body, an empty body. */
const FRAMES = [
  frame('aaaa', 'SEND', TYPE, '', 'x\r\n-------aaab$\r\n-------aaaa'),
  frame('aaaa', '200 Größe'),
  frame('aaac', 'SEND', 'Byte-Range: 1-0/0'),
  frame('aaad', 'SEND', TYPE, '', ''),
]
const WIRE = new Uint8Array(Buffer.concat(FRAMES))
const HEAD = `MSRP aaaa SEND\r\n${PATHS.join('\r\n')}\r\n${TYPE}\r\n\r\n`
const REPORT = HEAD.replace('SEND', 'REPORT')
/** A body that starts with its own end-line ends there: the rest is not MSRP. */
const EARLY_END = frame('aaab', 'SEND', TYPE, '', '-------aaab$\r\nrest')

function parse(reads: readonly Uint8Array[], frameMax?: number): MsrpFrame[] {
  const frames: MsrpFrame[] = []
  const parser = new StreamParser((frame) => frames.push(frame), frameMax)
  for (const read of reads) parser.push(read)
  return frames
}

test('gives the same frames whichever way the bytes are split, and those of parseFrame', () => {
  const whole = FRAMES.map(parseFrame)
  expect(parse([WIRE])).toEqual(whole)
  expect(parse(Array.from(WIRE, (byte) => Uint8Array.of(byte)))).toEqual(whole)
  for (let at = 0; at <= WIRE.length; at++) {
    expect(parse([WIRE.subarray(0, at), WIRE.subarray(at)]), `split at ${at}`).toEqual(whole)
  }
})

test('a body that came in one read is a view of it, one that came in several is one copy', () => {
  const read = frame('aaaa', 'SEND', TYPE, '', 'x'.repeat(100))
  const [whole] = parse([read]) as [MsrpRequest]
  expect(whole.body!.buffer).toBe(read.buffer)
  const cut = read.length - 30
  const [pieced] = parse([read.subarray(0, cut), read.subarray(cut)]) as [MsrpRequest]
  expect(pieced.body!.buffer).not.toBe(read.buffer)
})

describe('recorded peers', () => {
  test.each(['blink-session', 'msrprelay', 'sylk-room', 'sylk-gateway'])('%s', (name) => {
    for (const [direction, reads] of streams(recorded(name))) {
      const frames = parse(reads)
      expect(frames.length, direction).toBeGreaterThan(2)
      expect(parse([new Uint8Array(Buffer.concat(reads))]), direction).toEqual(frames)
    }
  })
})

describe('a stream that is out of step', () => {
  test.each([
    ['MSRP_BAD_START_LINE', 'not MSRP', 'HTTP/1.1 200 OK\r\n'],
    ['MSRP_BAD_START_LINE', 'an endless first line', 'x'.repeat(1026)],
    ['MSRP_BAD_START_LINE', 'what follows an early end-line', new TextDecoder().decode(EARLY_END)],
    ['MSRP_TOO_LARGE', 'an endless head', `MSRP aaaa SEND\r\n${'x'.repeat(20_000)}`],
    ['MSRP_TOO_LARGE', 'an endless frame', `${HEAD}${'x'.repeat(2000)}`],
    ['MSRP_TOO_LARGE', 'a REPORT with much to say', `${REPORT}${'x'.repeat(11_000)}`],
    ['MSRP_BAD_HEADER', 'a response with a body', `${HEAD.replace('SEND', '200 OK')}x`],
  ])('%s: %s', (code, _, wire) => {
    const parser = new StreamParser(
      () => {},
      code === 'MSRP_TOO_LARGE' && wire.startsWith(HEAD) ? 1500 : undefined,
    )
    const error = expect.objectContaining({ code })
    expect(() => parser.push(utf8.encode(wire))).toThrow(error)
    expect(() => parser.push(FRAMES[0]!), 'and stays so').toThrow(error)
  })

  test('what came before the fault is delivered', () => {
    const frames: MsrpFrame[] = []
    const parser = new StreamParser((frame) => frames.push(frame))
    expect(() => parser.push(Buffer.concat([FRAMES[0]!, utf8.encode('x\r\n')]))).toThrow()
    expect(frames).toHaveLength(1)
  })
})

describe('cost, counted in bytes looked at or moved', () => {
  const work = (reads: Iterable<Uint8Array>): number => {
    const parser = new StreamParser(() => {})
    parser.push(utf8.encode(HEAD))
    const before = parser.work
    for (const read of reads) parser.push(read)
    return parser.work - before
  }
  const bytes = (wire: string) => Array.from(utf8.encode(wire), (byte) => Uint8Array.of(byte))

  test('a body costs a fraction of its bytes: the search jumps by the length of the end-line', () => {
    const body = new Uint8Array(1_000_000).fill(0x61)
    const reads = Array.from({ length: 714 }, (_, i) => body.subarray(i * 1400, (i + 1) * 1400))
    expect(work(reads.map((read) => read.fill(0x62)))).toBeLessThan(1_000_000 / 4)
  })

  test.each([
    ['near misses', '\r\n-------aaaa!'],
    ['near misses at the flag', '\r\n-------aaaa$\r\r'],
    ['line breaks', '\r\n'],
    ['nothing but CR', '\r'],
    ['nothing but the last letter of the id', 'a'],
    ['nothing but hyphens', '-'],
  ])('is linear for a body of %s, whole and byte by byte', (_, text) => {
    const wire = text.repeat(Math.ceil(20_000 / text.length))
    // The end-line has 13 bytes: each is compared with each at most.
    expect(work([utf8.encode(wire)])).toBeLessThan(20_000 * 14)
    expect(work(bytes(wire))).toBeLessThan(20_000 * 14)
  })

  test('a head that comes byte by byte is searched once', () => {
    const parser = new StreamParser(() => {})
    const head = `MSRP aaaa SEND\r\n${`X: ${'x'.repeat(100)}\r\n`.repeat(60)}`
    for (const byte of bytes(head)) parser.push(byte)
    expect(parser.work).toBeLessThan(head.length * 5)
  })
})
