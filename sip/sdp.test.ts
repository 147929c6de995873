import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MsrpDescription, SipError } from './events.ts'
import { URI_MAX } from './limits.ts'
import { readMedia, readSdp, writeSdp } from './sdp.ts'

const FRAME = { sessionId: '31415926', version: 1, origin: 'df7jal23ls0d.invalid' }

const CHAT: MsrpDescription = {
  protocol: 'TCP/TLS/MSRP',
  path: ['msrps://relay.example.org:2855/r1;tcp', 'msrps://a.invalid:2855/a1;ws'],
  acceptTypes: ['message/cpim', 'text/*'],
  acceptWrappedTypes: ['text/*', '*'],
  setup: 'actpass',
  direction: 'sendrecv',
  maxSize: null,
  chatroom: null,
}

const sdp = (...lines: string[]) => `${lines.join('\r\n')}\r\n`

test('writes an offer as RFC 4975 draws it', () => {
  expect(writeSdp(CHAT, FRAME)).toBe(
    sdp(
      'v=0',
      'o=- 31415926 1 IN IP4 df7jal23ls0d.invalid',
      's=-',
      'c=IN IP4 a.invalid',
      't=0 0',
      'm=message 2855 TCP/TLS/MSRP *',
      'a=path:msrps://relay.example.org:2855/r1;tcp msrps://a.invalid:2855/a1;ws',
      'a=accept-types:message/cpim text/*',
      'a=accept-wrapped-types:text/* *',
      'a=setup:actpass',
    ),
  )
})

test('writes what is rarer only where it says something', () => {
  const room: MsrpDescription = {
    ...CHAT,
    protocol: 'TCP/MSRP',
    path: ['msrp://[2001:db8::1]:7394/x;tcp'],
    acceptWrappedTypes: [],
    setup: null,
    direction: 'recvonly',
    maxSize: 10_000,
    chatroom: ['nickname', 'private-messages'],
  }
  expect(writeSdp(room, { ...FRAME, version: 2, origin: '[2001:db8::1]' })).toBe(
    sdp(
      'v=0',
      'o=- 31415926 2 IN IP6 2001:db8::1',
      's=-',
      'c=IN IP6 2001:db8::1',
      't=0 0',
      'm=message 7394 TCP/MSRP *',
      'a=path:msrp://[2001:db8::1]:7394/x;tcp',
      'a=recvonly',
      'a=accept-types:message/cpim text/*',
      'a=max-size:10000',
      'a=chatroom:nickname private-messages',
    ),
  )
  expect(writeSdp({ ...room, chatroom: [] }, FRAME)).toContain('\r\na=chatroom\r\n')
})

test('answers an offer of several media line by line, the others with port 0', () => {
  const offer = sdp(
    'v=0',
    'o=- 1 1 IN IP4 192.0.2.1',
    's=-',
    't=0 0',
    'm=audio 5004 RTP/AVP 0 8',
    'c=IN IP4 192.0.2.1',
    'm=message 2855 TCP/MSRP *',
    'a=path:msrp://192.0.2.1:2855/x;tcp',
    'a=accept-types:text/plain',
    'm=video 0 RTP/AVP 99',
  )
  const { media } = readMedia(offer)
  const answer = writeSdp(CHAT, { ...FRAME, media })
  expect(answer.match(/^m=.*$/gm)).toEqual([
    'm=audio 0 RTP/AVP 0 8',
    'm=message 2855 TCP/TLS/MSRP *',
    'm=video 0 RTP/AVP 99',
  ])
})

test.each([
  ['no path', { ...CHAT, path: [] }],
  ['a path that is no MSRP URI', { ...CHAT, path: ['https://example.org/'] }],
  ['a line break in a value', { ...CHAT, acceptTypes: ['text/plain\r\nm=audio 1 RTP/AVP 0'] }],
])('does not write %s', (_, description) => {
  expect(() => writeSdp(description, FRAME)).toThrow(TypeError)
})

const vector = (name: string) => {
  const message = readFileSync(new URL(`vectors/${name}.sip`, import.meta.url), 'utf8')
  return message.slice(message.indexOf('\r\n\r\n') + 4)
}

const BLINK = {
  protocol: 'TCP/MSRP',
  acceptTypes: ['message/cpim', 'text/*', 'image/*', 'application/im-iscomposing+xml'],
  acceptWrappedTypes: ['text/*', 'image/*', 'application/im-iscomposing+xml'],
  direction: 'sendrecv',
  maxSize: null,
  chatroom: null,
} as const
const SYLK = { ...BLINK, acceptTypes: ['message/cpim'], acceptWrappedTypes: ['*'] } as const
const ROOM = [
  'nickname',
  'private-messages',
  'com.ag-projects.screen-sharing',
  'com.ag-projects.zrtp-sas',
]

describe('reads what deployed peers write', () => {
  test.each<[string, MsrpDescription]>([
    [
      'blink-offer',
      { ...BLINK, setup: 'actpass', path: ['msrp://127.0.0.1:45103/2f16fbb1c6975f88a8d2;tcp'] },
    ],
    [
      'blink-answer',
      { ...BLINK, setup: 'passive', path: ['msrp://127.0.0.1:34119/8ab922d6afbd22aa36c4;tcp'] },
    ],
    [
      'blink-relay-answer',
      {
        ...BLINK,
        setup: 'passive',
        path: [
          'msrp://127.0.0.1:2871/wo/CuURSDj1+w63DmMOHw6hGw69Pw7pTMTc5NTMyNTU3Mi45NjQ6MTI3LjAuMC4x;tcp',
          'msrp://127.0.0.1:51824/22adc3dcb8e3fa425d09;tcp',
        ],
      },
    ],
    [
      'sylk-room-answer',
      {
        ...SYLK,
        setup: 'passive',
        path: ['msrp://127.0.0.1:39439/40cf798c92a466b8378b;tcp'],
        chatroom: ROOM,
      },
    ],
    [
      'sylk-room-dial-out',
      {
        ...SYLK,
        setup: 'actpass',
        path: ['msrp://127.0.0.1:38273/8dab31628ab373eba719;tcp'],
        chatroom: ROOM,
      },
    ],
    [
      'sylk-xmpp-offer',
      { ...SYLK, setup: 'actpass', path: ['msrp://127.0.0.1:44433/d655e613098811778b54;tcp'] },
    ],
    [
      'sylk-xmpp-answer',
      { ...SYLK, setup: 'passive', path: ['msrp://127.0.0.1:34401/87030b4821efdf2b87aa;tcp'] },
    ],
  ])('%s', (name, description) => expect(readSdp(vector(name))).toEqual(description))

  test('blink-relay-offer: the relay first, the client last', () => {
    const { path } = readSdp(vector('blink-relay-offer'))
    expect(path.map((uri) => new URL(uri.replace(/^msrp/, 'http')).port)).toEqual(['2871', '51810'])
  })
})

const MINIMAL = [
  'v=0',
  'm=message 7394 TCP/MSRP *',
  'a=path:msrp://bob.example:7394/x;tcp',
  'a=accept-types:text/plain',
]

describe('tolerates', () => {
  const minimal = readSdp(sdp(...MINIMAL))
  test.each<[string, string, Partial<MsrpDescription>]>([
    ['bare LF', MINIMAL.join('\n'), {}],
    ['no final line break', MINIMAL.join('\r\n'), {}],
    ['a space after the colon', sdp(...MINIMAL).replaceAll(/(a=[\w-]+:)/g, '$1 '), {}],
    [
      'upper case',
      sdp(...MINIMAL)
        .replace('TCP/MSRP', 'tcp/msrp')
        .replace('a=path', 'a=PATH'),
      {},
    ],
    ['holdconn', sdp(...MINIMAL, 'a=setup:holdconn'), { setup: null }],
    ['ACTIVE', sdp(...MINIMAL, 'a=setup:ACTIVE'), { setup: 'active' }],
    ['a=chatroom without tokens', sdp(...MINIMAL, 'a=chatroom'), { chatroom: [] }],
    ['a size that is no number', sdp(...MINIMAL, 'a=max-size:many'), { maxSize: null }],
    ['a size beyond numbers', sdp(...MINIMAL, `a=max-size:${'9'.repeat(30)}`), { maxSize: null }],
    ['a size', sdp(...MINIMAL, 'a=max-size:2048'), { maxSize: 2048 }],
    ['an attribute whose name begins alike', sdp(...MINIMAL, 'a=setupx:active'), { setup: null }],
    [
      'the direction of the session',
      sdp('v=0', 'a=sendonly', ...MINIMAL.slice(1)),
      { direction: 'sendonly' },
    ],
    [
      'RFC 7977 as some wrote it',
      sdp(...MINIMAL).replace('TCP/MSRP', 'TCP/WSS/MSRP'),
      { protocol: 'TCP/TLS/MSRP' },
    ],
  ])('%s', (_, text, difference) => {
    expect(readSdp(text)).toEqual({ ...minimal, ...difference })
  })

  test('the first of two chats', () => {
    const second = MINIMAL.slice(1).map((line) => line.replace('/x', '/y'))
    expect(readSdp(sdp(...MINIMAL, ...second)).path).toEqual(['msrp://bob.example:7394/x;tcp'])
  })
})

describe('refuses', () => {
  test.each([
    ['audio alone', sdp('v=0', 'm=audio 5004 RTP/AVP 0'), 'SIP_NOT_ACCEPTABLE'],
    ['no media', sdp('v=0'), 'SIP_NOT_ACCEPTABLE'],
    ['a refused chat', sdp(...MINIMAL).replace('7394 TCP', '0 TCP'), 'SIP_NOT_ACCEPTABLE'],
    ['another protocol', sdp(...MINIMAL).replace('TCP/MSRP', 'UDP/MSRP'), 'SIP_NOT_ACCEPTABLE'],
    [
      'a file transfer, which is no chat',
      sdp(...MINIMAL, 'a=file-selector:name:"a.txt" size:1'),
      'SIP_NOT_ACCEPTABLE',
    ],
    ['no path', sdp(...MINIMAL.filter((line) => !line.includes('path'))), 'SIP_MALFORMED'],
    ['no types', sdp(...MINIMAL.slice(0, 3)), 'SIP_MALFORMED'],
    ['an URI that is none', sdp(...MINIMAL).replace('msrp:', 'http:'), 'SIP_MALFORMED'],
    [
      'a path without end',
      sdp(...MINIMAL).replace(';tcp', ';tcp msrp://a/;tcp'.repeat(20)),
      'SIP_MALFORMED',
    ],
    [
      'media without end',
      sdp(...MINIMAL, ...Array(40).fill('m=audio 0 RTP/AVP 0')),
      'SIP_MALFORMED',
    ],
    [
      'an URI without end',
      sdp(...MINIMAL).replace(';tcp', `${'x'.repeat(URI_MAX)};tcp`),
      'SIP_MALFORMED',
    ],
    ['XML', '<?xml version="1.0"?>', 'SIP_MALFORMED'],
    ['nothing', '', 'SIP_MALFORMED'],
  ])('%s: %#', (_, text, code) => {
    expect(() => readSdp(text)).toThrow(expect.objectContaining({ code }))
  })

  test('every truncation, or reads it as what is left', () => {
    const text = vector('sylk-room-answer')
    for (let length = 0; length < text.length; length++) {
      try {
        const read = readSdp(text.slice(0, length))
        expect(read.acceptTypes.length, `${length} characters`).toBeGreaterThan(0)
      } catch (error) {
        expect(error, `${length} characters`).toBeInstanceOf(SipError)
      }
    }
  })
})

test('any text gives a description or a coded error', () => {
  const line = fc.oneof(
    fc.constantFrom('v=0', ...MINIMAL, 'a=path:', 'm=', 'm=message', 'a=setup', 'a=chatroom: '),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      try {
        readSdp(lines.join('\r\n'))
      } catch (error) {
        expect(error).toBeInstanceOf(SipError)
      }
    }),
  )
})

test('what is written is read again', () => {
  const token = fc.stringMatching(/^[a-z][a-z0-9.-]{0,12}$/)
  const description = fc.record({
    protocol: fc.constantFrom('TCP/MSRP', 'TCP/TLS/MSRP'),
    path: fc.array(
      token.map((name) => `msrp://${name}.invalid:2855/${name};tcp`),
      { minLength: 1, maxLength: 4 },
    ),
    acceptTypes: fc.array(
      token.map((name) => `text/${name}`),
      { minLength: 1 },
    ),
    acceptWrappedTypes: fc.array(token),
    setup: fc.constantFrom('active', 'passive', 'actpass', null),
    direction: fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive'),
    maxSize: fc.option(fc.nat()),
    chatroom: fc.option(fc.array(token)),
  }) satisfies fc.Arbitrary<MsrpDescription>
  fc.assert(
    fc.property(description, (chat) => {
      expect(readSdp(writeSdp(chat, FRAME))).toEqual(chat)
    }),
  )
})
