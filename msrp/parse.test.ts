import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeFrame } from './encode.ts'
import { MsrpError } from './events.ts'
import { formatByteRange, header, type MsrpFrame, parseByteRange } from './frame.ts'
import { hasEndLine, newTransaction } from './idents.ts'
import { HEAD_MAX, NON_SEND_BODY_MAX } from './limits.ts'
import { parseFrame } from './parse.ts'

const bytes = (...lines: string[]) => new TextEncoder().encode(lines.join('\r\n'))
const text = (data: Uint8Array | null) => (data === null ? null : new TextDecoder().decode(data))
const code = (wanted: string) => expect.objectContaining({ name: 'MsrpError', code: wanted })

/** RFC 4975 §4, with the range counted as the RFC's text says: octets of data only. */
const SEND = bytes(
  'MSRP d93kswow SEND',
  'To-Path: msrp://bob.example.com:8888/9di4eae923wzd;tcp',
  'From-Path: msrp://alicepc.example.com:7777/iau39soe2843z;tcp',
  'Message-ID: 12339sdqwer',
  'Byte-Range: 1-14/14',
  'Content-Type: text/plain',
  '',
  "Hi, I'm Alice!",
  '-------d93kswow$',
  '',
)
const SEND_FRAME: MsrpFrame = {
  kind: 'request',
  transaction: 'd93kswow',
  method: 'SEND',
  toPath: ['msrp://bob.example.com:8888/9di4eae923wzd;tcp'],
  fromPath: ['msrp://alicepc.example.com:7777/iau39soe2843z;tcp'],
  headers: [
    ['Message-ID', '12339sdqwer'],
    ['Byte-Range', '1-14/14'],
  ],
  contentType: 'text/plain',
  body: bytes("Hi, I'm Alice!"),
  flag: '$',
}

/** RFC 4976 §5.1: three URIs would be in the path of a chain of relays. */
const OK = bytes(
  'MSRP d93kswow 200 OK',
  'To-Path: msrp://alicepc.example.com:7777/iau39soe2843z;tcp',
  'From-Path: msrp://bob.example.com:8888/9di4eae923wzd;tcp',
  '-------d93kswow$',
  '',
)
const OK_FRAME: MsrpFrame = {
  kind: 'response',
  transaction: 'd93kswow',
  status: 200,
  comment: 'OK',
  toPath: ['msrp://alicepc.example.com:7777/iau39soe2843z;tcp'],
  fromPath: ['msrp://bob.example.com:8888/9di4eae923wzd;tcp'],
  headers: [],
  flag: '$',
}

/** A frame around some lines, with `-------tid$` where `END` stands. */
const around = (...lines: string[]) =>
  bytes('MSRP d93kswow SEND', ...lines.map((line) => line.replace('END', '-------d93kswow$')), '')
const TO = 'To-Path: msrp://b.example:1/b;tcp'
const FROM = 'From-Path: msrp://a.example:1/a;tcp'

describe('the wire as the RFC draws it', () => {
  test.each([
    ['SEND', SEND, SEND_FRAME],
    ['200', OK, OK_FRAME],
  ])('%s is read and written', (_, wire, frame) => {
    expect(parseFrame(wire)).toEqual(frame)
    expect(text(encodeFrame(frame))).toBe(text(wire))
  })

  test('without Content-Type there is no blank line, and no body', () => {
    const frame = parseFrame(around(TO, FROM, 'Byte-Range: 1-0/0', 'END'))
    expect(frame).toMatchObject({ contentType: null, body: null })
    expect(text(encodeFrame(frame))).not.toContain('\r\n\r\n')
  })

  test.each([
    ['with its CRLF', ['Content-Type: text/plain', '', '', 'END']],
    ['without, as some write it', ['Content-Type: text/plain', '', 'END']],
  ])('an empty body is not the same as none: %s', (_, lines) => {
    expect(parseFrame(around(TO, FROM, ...lines))).toMatchObject({ body: new Uint8Array() })
  })

  test('a body is kept whatever it holds, but for its own end-line', () => {
    const body = bytes('-------d93kswox$', '', '-------d93kswow', '', '\r-------d93kswo$', '\0\xff')
    const frame = { ...SEND_FRAME, body }
    expect(parseFrame(encodeFrame(frame))).toEqual(frame)
  })

  test.each(['$', '+', '#'] as const)('flag %s', (flag) => {
    expect(parseFrame(encodeFrame({ ...SEND_FRAME, flag })).flag).toBe(flag)
  })

  test('unknown methods, headers and statuses keep their place and spelling', () => {
    const headers = [
      ['X-b', '1'],
      ['Use-Nickname', '"Ünsal"'],
      ['X-a', ''],
      ['x-B', '2'],
    ] as const
    const frame: MsrpFrame = { ...SEND_FRAME, method: 'FILE_OFFSET', headers }
    expect(parseFrame(encodeFrame(frame))).toEqual(frame)
    expect(header(frame, 'x-b')).toBe('1')
    expect(header(frame, 'Byte-Range')).toBeNull()
    const response = { ...OK_FRAME, status: 799, comment: '' }
    expect(parseFrame(encodeFrame(response))).toEqual(response)
  })

  test('header names are read in any case, values with any blanks around them', () => {
    const wire = around(
      'to-path:msrp://b.example:1/b;tcp',
      `FROM-PATH:   ${FROM.slice(11)} `,
      'END',
    )
    expect(parseFrame(wire)).toMatchObject({
      toPath: ['msrp://b.example:1/b;tcp'],
      fromPath: ['msrp://a.example:1/a;tcp'],
    })
  })
})

describe('damage', () => {
  test.each([
    ['MSRP_BAD_START_LINE', 'id of 3', bytes('MSRP abc SEND', TO, FROM, '-------abc$', '')],
    ['MSRP_BAD_START_LINE', 'lower case', bytes('msrp d93kswow SEND', TO, '-------d93kswow$', '')],
    ['MSRP_BAD_START_LINE', 'empty', bytes('')],
    ['MSRP_BAD_HEADER', 'no paths', around('END')],
    ['MSRP_BAD_HEADER', 'paths in the wrong order', around(FROM, TO, 'END')],
    ['MSRP_BAD_HEADER', 'a second To-Path', around(TO, FROM, TO, 'END')],
    ['MSRP_BAD_HEADER', 'no colon', around(TO, FROM, 'Message-ID', 'END')],
    ['MSRP_BAD_HEADER', 'colon in the next line only', around(TO, FROM, 'x', 'a: b', 'END')],
    ['MSRP_BAD_HEADER', 'a bare LF', around(TO, FROM, 'a: b\nc: d', 'END')],
    ['MSRP_BAD_HEADER', 'a bare CR', around(TO, FROM, 'a: b\rc: d', 'END')],
    [
      'MSRP_BAD_HEADER',
      'two types',
      around(TO, FROM, 'Content-Type: a/b', 'Content-Type: a/b', 'END'),
    ],
    ['MSRP_BAD_URI', 'an empty path', around('To-Path: ', FROM, 'END')],
    [
      'MSRP_BAD_END_LINE',
      'another id',
      bytes('MSRP d93kswow SEND', TO, FROM, '-------d93kswox$', ''),
    ],
    [
      'MSRP_BAD_END_LINE',
      'another flag',
      bytes('MSRP d93kswow SEND', TO, FROM, '-------d93kswow!', ''),
    ],
    ['MSRP_BAD_END_LINE', 'bytes after it', around(TO, FROM, 'END', 'x')],
    ['MSRP_TOO_LARGE', 'too many headers', around(TO, FROM, ...Array(65).fill('a: b'), 'END')],
    ['MSRP_TOO_LARGE', 'a long head', around(TO, FROM, `a: ${'b'.repeat(HEAD_MAX)}`, 'END')],
  ])('%s: %s', (wanted, _, wire) => {
    expect(() => parseFrame(wire)).toThrow(code(wanted))
  })

  test('two frames in one message are none', () => {
    const twice = Buffer.concat([SEND, bytes('MSRP abcd SEND', TO, FROM, '-------abcd$', '')])
    expect(() => parseFrame(twice)).toThrow(code('MSRP_BAD_END_LINE'))
  })

  test('only a SEND may have a large body', () => {
    const body = new Uint8Array(NON_SEND_BODY_MAX + 1)
    expect(() => parseFrame(encodeFrame({ ...SEND_FRAME, body }))).not.toThrow()
    const report = encodeFrame({ ...SEND_FRAME, method: 'REPORT', body })
    expect(() => parseFrame(report)).toThrow(code('MSRP_TOO_LARGE'))
  })

  test('every proper prefix is refused with a code', () => {
    for (let length = 0; length < SEND.length; length++) {
      expect(() => parseFrame(SEND.subarray(0, length)), `${length} B`).toThrow(MsrpError)
    }
  })

  test('every flipped bit gives a frame or a code, and a frame can be written again', () => {
    for (let bit = 0; bit < SEND.length * 8; bit++) {
      const damaged = SEND.slice()
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      try {
        encodeFrame(parseFrame(damaged))
      } catch (error) {
        expect(error, `bit ${bit}`).toBeInstanceOf(MsrpError)
      }
    }
  })

  test('errors carry no content', () => {
    const wire = around(TO, FROM, 'secret', 'END')
    expect(() => parseFrame(wire)).toThrow(expect.not.objectContaining({ message: /secret/ }))
  })
})

describe('what may not be written', () => {
  test.each([
    { transaction: 'a b c' },
    { method: 'send' },
    { toPath: [] },
    { headers: [['X', 'a\r\nMSRP']] },
    { headers: [['X:', 'a']] },
    { contentType: 'text/plain\n' },
  ])('%j', (change) => {
    expect(() => encodeFrame({ ...SEND_FRAME, ...change } as MsrpFrame)).toThrow(RangeError)
  })
})

test('property: whatever is written is read back', () => {
  const ident = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.+%=-]{3,31}$/)
  const value = fc.string({ unit: 'grapheme' }).filter((s) => s === s.trim() && !/[\r\n]/.test(s))
  const uris = fc.array(fc.stringMatching(/^msrps:\/\/[a-z]{1,9}:1\/[a-z+/=]{1,40};tcp$/), {
    minLength: 1,
    maxLength: 16,
  })
  const name = fc.stringMatching(/^X-[A-Za-z-]{1,9}$/)
  fc.assert(
    fc.property(
      ident,
      uris,
      uris,
      fc.array(fc.tuple(name, value)),
      fc.option(fc.uint8Array()),
      fc.constantFrom('$', '+', '#'),
      (transaction, toPath, fromPath, headers, body, flag) => {
        fc.pre(body === null || !hasEndLine(body, transaction))
        const contentType = body === null ? null : 'text/plain'
        const frame = {
          ...SEND_FRAME,
          transaction,
          toPath,
          fromPath,
          headers,
          contentType,
          body,
          flag,
        }
        expect(parseFrame(encodeFrame(frame as MsrpFrame))).toEqual(frame)
      },
    ),
    { numRuns: 200 },
  )
})

describe('transaction ids', () => {
  test('one whose end-line is in the body is not used', () => {
    const first = newTransaction((length) => new Uint8Array(length))
    const body = bytes(`anything-------${first}`)
    let draw = 0
    const next = newTransaction((length) => new Uint8Array(length).fill(draw++), body)
    expect(next).not.toBe(first)
    expect(draw).toBe(2)
  })

  test('property: found wherever it stands', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(20), fc.nat(40), (before, hyphens, after) => {
        const body = bytes(`${'a'.repeat(before)}${'-'.repeat(hyphens)}tid${'-'.repeat(after)}`)
        expect(hasEndLine(body, 'tid')).toBe(hyphens >= 7)
      }),
    )
  })
})

describe('Byte-Range', () => {
  test.each([
    ['1-14/14', { start: 1, end: 14, total: 14 }],
    ['1-*/*', { start: 1, end: null, total: null }],
    ['1-0/0', { start: 1, end: 0, total: 0 }],
    ['5-8/*', { start: 5, end: 8, total: null }],
    ['4294967297-5000000000/5368709120', { start: 2 ** 32 + 1, end: 5e9, total: 5 * 2 ** 30 }],
  ])('%s', (wire, range) => {
    expect(parseByteRange(wire)).toEqual(range)
    expect(formatByteRange(range)).toBe(wire)
  })

  test.each(['', '1', '0-1/1', '3-1/3', '1-4/3', '5-*/3', '1-1/1x', '-1-1/1', '1e3-*/*'])(
    '%j is refused',
    (wire) => expect(() => parseByteRange(wire)).toThrow(code('MSRP_BAD_RANGE')),
  )
})
