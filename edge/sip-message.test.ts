import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SIP_HEADERS_MAX } from './limits.ts'
import { parseNameAddr, parseUri, parseVia } from './sip-fields.ts'
import { header, headers, parseSip, SipFault, serialiseSip } from './sip-message.ts'

/** RFC 7118 §8.1, with a body. */
const INVITE = [
  'INVITE sip:bob@example.com SIP/2.0',
  'Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks',
  'From: "Alice, of <Wonderland>" <sip:alice@example.com>;tag=asdyka899',
  'To: sip:bob@example.com',
  'Call-ID: asidkj3ss',
  'CSeq: 1 INVITE',
  'Max-Forwards: 70',
  'Supported: path, outbound, gruu',
  'Route: <sip:proxy.example.com:443;transport=ws;lr>, <sip:h7kjh12s@proxy.example.com;lr>',
  'Contact: <sip:alice@example.com;gr=urn:uuid:f81-7dec-14a06cf1;ob>',
  'Content-Type: application/sdp',
  'Content-Length: 5',
  '',
  'v=0\r\n',
]

const bytes = (lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'))

function faultOf(input: Uint8Array): SipFault {
  try {
    parseSip(input)
  } catch (error) {
    if (error instanceof SipFault) return error
    throw error
  }
  throw new Error('it was accepted')
}

/** INVITE with the line of the same name replaced. */
function withLine(line: string): Buffer {
  const name = `${/^[\w-]+/.exec(line)![0]}:`
  return bytes(INVITE.map((old) => (old.startsWith(name) ? line : old)))
}

describe('parseSip', () => {
  test('reads what the RFC draws, lists split, quotes and brackets respected', () => {
    const message = parseSip(bytes(INVITE))
    expect(message).toMatchObject({
      kind: 'request',
      method: 'INVITE',
      uri: 'sip:bob@example.com',
    })
    expect(headers(message, 'route')).toEqual([
      '<sip:proxy.example.com:443;transport=ws;lr>',
      '<sip:h7kjh12s@proxy.example.com;lr>',
    ])
    expect(header(message, 'from')).toBe(INVITE[2]!.slice('From: '.length))
    expect(Buffer.from(message.body).toString()).toBe('v=0\r\n')
  })

  test('reads a response, an empty reason included', () => {
    const lines = INVITE.slice(1)
    for (const reason of ['Ringing', '', 'Trying to find “Bob”']) {
      const read = parseSip(bytes([`SIP/2.0 180 ${reason}`, ...lines]))
      expect(read).toMatchObject({ kind: 'response', status: 180 })
    }
  })

  test('spells compact forms out and unfolds', () => {
    const short = parseSip(
      bytes(
        [
          'MESSAGE sip:b@example.com SIP/2.0',
          '  ',
          'v: SIP/2.0/WS a.invalid',
          '  ;branch=z9hG4bKa',
          'f : <sip:a@example.com>',
          '\t;tag=1',
          't: <sip:b@example.com>',
          'i: x',
          'CSeq: 1 MESSAGE',
          'm: <sip:a@a.invalid>',
          '',
          '',
        ].filter((line) => line !== '  '),
      ),
    )
    expect(short.headers.slice(0, 2)).toEqual([
      ['Via', 'SIP/2.0/WS a.invalid ;branch=z9hG4bKa'],
      ['From', '<sip:a@example.com> ;tag=1'],
    ])
    expect(header(short, 'contact')).toBe('<sip:a@a.invalid>')
  })

  test('takes a body without Content-Length to the end, and ignores empty lines before', () => {
    const lines = INVITE.filter((line) => !line.startsWith('Content-Length'))
    expect(parseSip(bytes(['', '', ...lines])).body).toHaveLength(5)
  })

  test('hands on every byte of a header and a body, UTF-8 or not', () => {
    const odd = Buffer.concat([
      withLine('From: "\xff\xfe" <sip:alice@example.com>;tag=1').subarray(0, -5),
      Buffer.from([0, 0xff, 0x0d, 0x0a, 0x80]),
    ])
    const written = serialiseSip(parseSip(odd))
    expect(parseSip(written)).toEqual(parseSip(odd))
    expect(written.subarray(-5)).toEqual(odd.subarray(-5))
    expect(written.includes(Buffer.from('"\xff\xfe"'))).toBe(true)
  })

  test.each([
    ['SIP_START_LINE', bytes(['GET / HTTP/1.1', ...INVITE.slice(1)])],
    ['SIP_START_LINE', bytes(['INVITE sip:b@example.com SIP/3.0', ...INVITE.slice(1)])],
    ['SIP_START_LINE', bytes(['INVITE  sip:b@example.com SIP/2.0', ...INVITE.slice(1)])],
    ['SIP_START_LINE', bytes(['SIP/2.0 99 Odd', ...INVITE.slice(1)])],
    ['SIP_START_LINE', bytes(INVITE.slice(0, 5))],
    ['SIP_START_LINE', Buffer.from('\r\n\r\n\r\n\r\n')],
    ['SIP_HEADER', withLine('Supported: path\nX-Injected: yes')],
    ['SIP_HEADER', withLine('Supported: nul\0')],
    ['SIP_HEADER', withLine('Supported path')],
    ['SIP_LENGTH', withLine('Content-Length: 4')],
    ['SIP_LENGTH', withLine('Content-Length: 6')],
    ['SIP_LENGTH', withLine('Content-Length: -1')],
    ['SIP_LENGTH', withLine('Content-Length: 2147483653')],
    ['SIP_LENGTH', withLine('Content-Length: 5\r\nContent-Length: 50')],
    ['SIP_MISSING_HEADER', withLine('Via:')],
    ['SIP_MISSING_HEADER', withLine('Call-ID:')],
    ['SIP_MISSING_HEADER', withLine('Call-ID: a\r\nCall-ID: b')],
    ['SIP_MISSING_HEADER', withLine('CSeq: 1 BYE')],
    ['SIP_MISSING_HEADER', withLine('CSeq: 4294967296 INVITE')],
    ['SIP_TOO_LARGE', withLine(`Supported: ${'x'.repeat(9000)}`)],
    ['SIP_TOO_LARGE', withLine(`Supported: x${'\r\n y'.repeat(9000)}`)],
    ['SIP_TOO_LARGE', withLine('Route: <sip:a>\r\n'.repeat(SIP_HEADERS_MAX).trimEnd())],
    ['SIP_TOO_LARGE', withLine(`Route: ${'<sip:a>,'.repeat(SIP_HEADERS_MAX)}`)],
    ['SIP_TOO_LARGE', Buffer.alloc(70_000, 'x')],
  ])('refuses with %s (%#)', (code, input) => {
    expect(faultOf(input).code).toBe(code)
  })

  test('keeps the request of a fault that can be answered', () => {
    expect(faultOf(withLine('Content-Length: 4')).request?.method).toBe('INVITE')
    expect(faultOf(withLine('Supported path')).request?.method).toBe('INVITE')
    expect(faultOf(withLine('Via:')).request).toBeNull()
    expect(faultOf(bytes(['SIP/2.0 200 OK', ...INVITE.slice(1), 'more'])).request).toBeNull()
  })

  test('names of JavaScript’s own are header names like others', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const message = parseSip(withLine(`Supported: x\r\n${name}: y`))
      expect(header(message, name.toLowerCase())).toBe('y')
    }
  })

  test('gives a message or a fault for any bytes, and writes what it reads', () => {
    const whole = bytes(INVITE)
    const damaged = fc
      .record({
        at: fc.nat(whole.length),
        cut: fc.nat(20),
        put: fc.uint8Array({ maxLength: 20 }),
      })
      .map(({ at, cut, put }) =>
        Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + cut)]),
      )
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array()), (input) => {
        let message: ReturnType<typeof parseSip>
        try {
          message = parseSip(input)
        } catch (error) {
          expect(error).toBeInstanceOf(SipFault)
          return
        }
        const again = parseSip(serialiseSip(message))
        expect(again.headers.filter(([name]) => name !== 'Content-Length')).toEqual(
          message.headers.filter(([name]) => name.toLowerCase() !== 'content-length'),
        )
        expect(Buffer.compare(again.body, message.body)).toBe(0)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('fields', () => {
  test.each([
    ['sip:alice@example.com', 'alice', 'example.com', null],
    ['SIPS:a%6cice:pw@Example.COM:5061;Transport=ws?Subject=x', 'alice', 'example.com', 5061],
    ['sip:[2001:db8::1]:5060', null, '[2001:db8::1]', 5060],
  ])('parseUri reads %s', (text, user, host, port) => {
    expect(parseUri(text)).toMatchObject({ user, host, port })
  })

  test.each(['tel:+1', 'sip:', 'sip:@x', 'sip:a@b@c', 'sip:a b@c', 'sip:a@b>', 'http://x', ''])(
    'parseUri refuses %j',
    (text) => {
      expect(parseUri(text)).toBeNull()
    },
  )

  test('parseNameAddr keeps the parameters of the URI from those of the field', () => {
    const quoted = parseNameAddr('"a\\"<b>" <sip:x@y;lr;z=1>;Tag=q;+sip.instance="<urn:uuid:1;2>"')
    expect(quoted?.uri).toBe('sip:x@y;lr;z=1')
    expect([...quoted!.params]).toEqual([
      ['tag', 'q'],
      ['+sip.instance', '<urn:uuid:1;2>'],
    ])
    expect(parseNameAddr('sip:x@y;tag=1')).toMatchObject({ uri: 'sip:x@y' })
    expect(parseNameAddr('Bob <sip:x@y')).toBeNull()
    expect(parseNameAddr('')).toBeNull()
  })

  test('parseVia', () => {
    expect(parseVia('SIP / 2.0 / wss  A.invalid : 443 ; rport;branch=z9hG4bKx')).toEqual({
      transport: 'WSS',
      sentBy: 'a.invalid:443',
      branch: 'z9hG4bKx',
    })
    expect(parseVia('HTTP/1.1 x')).toBeNull()
  })
})
