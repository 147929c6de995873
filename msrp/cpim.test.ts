import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrapCpim, wrapCpim } from './cpim.ts'
import type { CpimMessage } from './doors.ts'
import { CPIM_HEADERS_MAX } from './limits.ts'
import { StreamParser } from './stream-parser.ts'
import { recorded, streams } from './testing/vectors.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (data: Uint8Array) => new TextDecoder().decode(data)
const malformed = expect.objectContaining({ name: 'MsrpError', code: 'CPIM_MALFORMED' })

const MESSAGE: CpimMessage = {
  from: { name: 'Alice', uri: 'sip:alice@example.com' },
  to: { name: null, uri: 'sip:bob@example.com' },
  dateTime: '2006-05-15T15:02:31-03:00',
  contentType: 'text/plain; charset=utf-8',
  body: bytes('Hello'),
  extensions: [],
}
const WIRE = [
  'From: Alice <sip:alice@example.com>',
  'To: <sip:bob@example.com>',
  'DateTime: 2006-05-15T15:02:31-03:00',
  '',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Hello',
].join('\r\n')

test('as RFC 3862 §2 draws it, both ways', () => {
  expect(text(wrapCpim(MESSAGE))).toBe(WIRE)
  expect(unwrapCpim(bytes(WIRE))).toEqual(MESSAGE)
})

test('headers of another namespace, bound by NS', () => {
  const extensions = [
    { namespace: 'urn:ietf:params:imdn', name: 'Message-ID', value: '34jk324j' },
    { namespace: 'urn:ietf:params:imdn', name: 'Disposition-Notification', value: 'display' },
    { namespace: 'urn:ag-projects:xml:ns:cpim', name: 'Message-Type', value: 'status' },
  ]
  const wire = text(wrapCpim({ ...MESSAGE, extensions }))
  expect(wire).toContain(
    [
      'NS: ns1 <urn:ietf:params:imdn>',
      'NS: ns2 <urn:ag-projects:xml:ns:cpim>',
      'ns1.Message-ID: 34jk324j',
      'ns1.Disposition-Notification: display',
      'ns2.Message-Type: status',
    ].join('\r\n'),
  )
  expect(unwrapCpim(bytes(wire)).extensions).toEqual(extensions)
})

describe('names', () => {
  test.each([
    ['Alice', 'Alice <sip:a@b>'],
    ['Alice B. Cox', '"Alice B. Cox" <sip:a@b>'],
    ['"Al" \\ <x>', '"\\"Al\\" \\\\ <x>" <sip:a@b>'],
    ['Ünsal\r\nTo: x', '"Ünsal\\r\\nTo: x" <sip:a@b>'],
    ['\u0001', '"\\u0001" <sip:a@b>'],
    ['', '<sip:a@b>'],
  ])('%j is written %s', (name, written) => {
    const wire = text(wrapCpim({ ...MESSAGE, from: { name, uri: 'sip:a@b' } }))
    expect(wire.split('\r\n')[0]).toBe(`From: ${written}`)
    expect(unwrapCpim(bytes(wire)).from).toEqual({
      name: name === '' ? null : name,
      uri: 'sip:a@b',
    })
  })

  test.each([
    ['"Bob" <sip:b@c>', { name: 'Bob', uri: 'sip:b@c' }],
    ['Bob the "Builder" <sip:b@c>', { name: 'Bob the "Builder"', uri: 'sip:b@c' }],
    ['  <sip:b@c;gr=7231>  ', { name: null, uri: 'sip:b@c;gr=7231' }],
    ['im:b@c', { name: null, uri: 'im:b@c' }],
    ['"a\\u0042\\x\\" <sip:b@c>', { name: 'aBx', uri: 'sip:b@c' }],
  ])('%s is read', (written, identity) => {
    expect(unwrapCpim(bytes(WIRE.replace(/(?<=To: ).*/, written))).to).toEqual(identity)
  })
})

describe('what deployed peers write', () => {
  test('Blink: LF after the first part, MIME-Version, an empty transfer encoding', () => {
    const wire =
      'From: Alice Größe <sip:alice@example.com>\r\nTo: <sip:bob@example.com>\r\n' +
      'DateTime: 2026-07-10T12:34:56.123456+02:00\r\n\r\n' +
      'MIME-Version: 1.0\nContent-Type: text/html; charset="utf8"\n' +
      'Content-Transfer-Encoding: \n\n<p>é\n\nb</p>'
    expect(unwrapCpim(bytes(wire))).toMatchObject({
      from: { name: 'Alice Größe', uri: 'sip:alice@example.com' },
      dateTime: '2026-07-10T12:34:56.123456+02:00',
      contentType: 'text/html; charset="utf8"',
      body: bytes('<p>é\n\nb</p>'),
    })
  })

  test.each([
    ['LF everywhere', WIRE.replaceAll('\r\n', '\n')],
    ['names in another case', WIRE.replace('From', 'FROM').replace('Content-Type', 'content-type')],
    ['no blank after the colon', WIRE.replaceAll(': ', ':')],
    [
      'no blank line before Content-Type, as RFC 5438',
      WIRE.replace('\r\n\r\nContent', '\r\nContent'),
    ],
    ['a header folded', WIRE.replace('; charset', ';\r\n charset')],
    [
      'more than one To, cc, Subject',
      WIRE.replace(
        'DateTime',
        'To: x <sip:c@d>\r\ncc: <sip:e@f>\r\nSubject:;lang=fr Objet\r\nDateTime',
      ),
    ],
    ['Require of what is understood', WIRE.replace('DateTime', 'Require: cc, Subject\r\nDateTime')],
  ])('%s', (_, wire) => expect(unwrapCpim(bytes(wire))).toEqual(MESSAGE))

  test('an empty Content-Type says no more than none', () => {
    const bare = 'From: <im:a@b>\r\nTo: <im:c@d>\r\n\r\nContent-Type:\r\n\r\nx'
    expect(unwrapCpim(bytes(bare)).contentType).toBe('text/plain; charset=utf-8')
  })

  test('no MIME headers: text/plain', () => {
    const wire = WIRE.replace(/Content-Type.*\r\n/, '')
    expect(unwrapCpim(bytes(wire))).toMatchObject({
      contentType: 'text/plain; charset=utf-8',
      body: bytes('Hello'),
    })
  })

  test('a date that is none is none', () => {
    expect(unwrapCpim(bytes(WIRE.replace(/2006-.*/, 'yesterday'))).dateTime).toBeNull()
  })

  test('a prefix that is not bound is dropped', () => {
    const wire = WIRE.replace('DateTime', 'NS: agp<urn:a>\r\nagp.X: 1\r\nfoo.Y: 2\r\nDateTime')
    expect(unwrapCpim(bytes(wire)).extensions).toEqual([
      { namespace: 'urn:a', name: 'X', value: '1' },
    ])
  })

  test.each([
    ['blink-session', 'sip:alice@127.0.0.1', 10],
    ['msrprelay', 'sip:alice@sip.agp.test', 5],
    ['sylk-room', 'sip:room3707@conf.agp.test', 5],
    ['sylk-gateway', 'sip:xa@xmpp.agp.test;gr=7231', 2],
  ])('all of %s', (name, sender, least) => {
    const messages: CpimMessage[] = []
    for (const reads of streams(recorded(name)).values()) {
      const parser = new StreamParser((frame) => {
        if (frame.kind === 'request' && frame.contentType === 'message/cpim') {
          messages.push(unwrapCpim(frame.body!))
        }
      })
      for (const read of reads) parser.push(read)
    }
    expect(messages.length).toBeGreaterThanOrEqual(least)
    expect(messages.map(({ from }) => from.uri)).toContain(sender)
    for (const { dateTime, contentType, body } of messages) {
      expect(dateTime).not.toBeNull()
      expect(contentType).toMatch(/^(?:text\/(?:plain|html)|application\/im-iscomposing\+xml)/)
      expect(body.length).toBeGreaterThan(0)
    }
    if (name === 'sylk-room') {
      expect(messages.flatMap((message) => message.extensions)).toContainEqual({
        namespace: 'urn:ag-projects:xml:ns:cpim',
        name: 'Message-Type',
        value: 'status',
      })
    }
  })
})

describe('what is refused', () => {
  test.each([
    ['nothing', ''],
    ['no From', WIRE.replace(/From.*\r\n/, '')],
    ['no To', WIRE.replace(/To: .*\r\n/, '')],
    ['an address that is none', WIRE.replace('sip:alice@example.com', 'alice')],
    ['a line that is no header', WIRE.replace('DateTime: ', 'DateTime ')],
    ['a requirement', WIRE.replace('DateTime', 'Require: imdn.Message-ID\r\nDateTime')],
    ['the same as AG Projects spell it', WIRE.replace('DateTime', 'Required: x\r\nDateTime')],
    ['endless headers', `X: ${'x'.repeat(CPIM_HEADERS_MAX)}\r\n${WIRE}`],
    [
      'endless MIME headers',
      WIRE.replace('Content-Type', `X: ${'x'.repeat(CPIM_HEADERS_MAX)}\r\nContent-Type`),
    ],
  ])('%s', (_, wire) => expect(() => unwrapCpim(bytes(wire))).toThrow(malformed))

  test.each([
    { from: { name: null, uri: 'sip:a@b>\r\nX: y' } },
    { contentType: 'text/plain\r\nX: y' },
    { dateTime: 'now\r\nX: y' },
  ])('to write %j', (change) => {
    expect(() => wrapCpim({ ...MESSAGE, ...change })).toThrow(RangeError)
  })
})

test('property: whatever the body and the name, both ways', () => {
  const name = fc.option(fc.string({ unit: 'grapheme', minLength: 1 }))
  fc.assert(
    fc.property(name, fc.uint8Array(), (name, body) => {
      fc.pre(name === null || name === name.trim())
      const message = { ...MESSAGE, from: { name, uri: 'sip:a@b' }, body }
      expect(unwrapCpim(wrapCpim(message))).toEqual(message)
    }),
  )
})

test('property: all bytes give a message or a code', () => {
  const prefix = fc.constantFrom('', 'From: <a:b>\r\n', WIRE, WIRE.slice(0, 60))
  fc.assert(
    fc.property(prefix, fc.uint8Array(), (prefix, rest) => {
      try {
        unwrapCpim(Buffer.concat([bytes(prefix), rest]))
      } catch (error) {
        expect(error).toEqual(malformed)
      }
    }),
  )
})
