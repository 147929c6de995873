import { describe, expect, test } from 'vitest'
import type { MsrpFrame } from './frame.ts'
import { Inbox } from './inbox.ts'
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
const WIRE = Buffer.concat(FRAMES)
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

test('frames are copies: what is read later does not change them', () => {
  const frames: MsrpFrame[] = []
  const parser = new StreamParser((frame) => frames.push(frame))
  const read = FRAMES[0]!.slice()
  parser.push(read)
  read.fill(0)
  for (let i = 0; i < 100; i++) parser.push(FRAMES[1]!)
  expect(frames[0]).toEqual(parseFrame(FRAMES[0]!))
})

describe('recorded peers', () => {
  test.each(['blink-session', 'msrprelay', 'sylk-room', 'sylk-gateway'])('%s', (name) => {
    for (const [direction, reads] of streams(recorded(name))) {
      const frames = parse(reads)
      expect(frames.length, direction).toBeGreaterThan(2)
      expect(parse([Buffer.concat(reads)]), direction).toEqual(frames)
    }
  })
})

describe('a stream that is out of step', () => {
  test.each([
    ['MSRP_BAD_START_LINE', 'not MSRP', 'HTTP/1.1 200 OK\r\n'],
    ['MSRP_BAD_START_LINE', 'an endless first line', 'x'.repeat(1026)],
    ['MSRP_BAD_START_LINE', 'what follows an early end-line', new TextDecoder().decode(EARLY_END)],
    ['MSRP_TOO_LARGE', 'an endless frame', `MSRP aaaa SEND\r\n${'x'.repeat(2000)}`],
  ])('%s: %s', (code, _, wire) => {
    const parser = new StreamParser(() => {}, 1500)
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
  test('is linear, however few bytes arrive at once', () => {
    const inbox = new Inbox()
    const needle = utf8.encode('\r\n-------d93kswow')
    for (let length = 1; length <= 20_000; length++) {
      inbox.append(Uint8Array.of(0x0d)) // Every CR may be where the end-line starts.
      inbox.find(needle, 0)
    }
    // Per byte: one search, one comparison, and less than two moves for the doublings.
    expect(inbox.work).toBeLessThan(20_000 * 4)
  })

  test('is linear for a body of near misses', () => {
    const miss = utf8.encode('\r\n-------aaaa!')
    const parser = new StreamParser(() => {})
    parser.push(utf8.encode('MSRP aaaa SEND\r\n'))
    const before = parser.work
    for (let i = 0; i < 2000; i++) for (const byte of miss) parser.push(Uint8Array.of(byte))
    // An end-line without its flag is looked at again when the flag comes: three times at most.
    expect(parser.work - before).toBeLessThan(2000 * miss.length * 8)
  })
})
