import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasFocus, parseAddress, parseNameAddr } from './address.ts'

test.each([
  ['sip:alice@example.org', 'sip:alice@example.org'],
  ['alice@example.org', 'sip:alice@example.org'],
  ['  SIP:Alice@Example.ORG ', 'sip:Alice@example.org'],
  ['sips:alice@example.org', 'sip:alice@example.org'],
  ['sip:alice@example.org:5060;transport=tcp?Subject=x', 'sip:alice@example.org'],
  ['sip:alice@127.0.0.1:5070', 'sip:alice@127.0.0.1:5070'],
  ['sip:alice@[2001:DB8::1]', 'sip:alice@[2001:db8::1]'],
  ['sip:al%69ce@example.org', 'sip:alice@example.org'],
  ['sip:a%2fb@example.org', 'sip:a%2Fb@example.org'],
  ['sip:jürgen@example.org', 'sip:j%C3%BCrgen@example.org'],
  ['sip:alice@bücher.example', 'sip:alice@xn--bcher-kva.example'],
  ['sip:alice:password@example.org', 'sip:alice@example.org'],
  ['+43 1'.replace(' ', ''), null],
  ['sip:@example.org', null],
  ['sip:alice@', null],
  ['alice', null],
  ['sip:a b@example.org', null],
  ['sip:a@b@example.org', null],
  ['sip:al%zzice@example.org', null],
  ['sip:alice@exam ple.org', null],
  ['sip:alice\r\nX: y@example.org', null],
  ['sip:alice%0d%0aX:y@example.org', null],
  ['', null],
])('parseAddress(%j) is %j', (text, address) => {
  expect(parseAddress(text)).toBe(address)
})

test('completes a bare name with the own domain', () => {
  expect(parseAddress('bob', 'example.org')).toBe('sip:bob@example.org')
  expect(parseAddress('bob@example.net', 'example.org')).toBe('sip:bob@example.net')
})

test('an address is its own normal form, and any text gives one or none', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
      const address = parseAddress(text)
      if (address !== null) expect(parseAddress(address)).toBe(address)
    }),
  )
})

test.each([
  ['"Alice \\"A\\" B" <sip:a@b>;tag=1', 'Alice "A" B', 'sip:a@b', ';tag=1'],
  ['Alice <sip:a@b;x=1>', 'Alice', 'sip:a@b;x=1', ''],
  ['<sip:a@b>', null, 'sip:a@b', ''],
  ['sip:a@b;tag=1', null, 'sip:a@b', ';tag=1'],
  ['"" <sip:a@b>', null, 'sip:a@b', ''],
])('parseNameAddr(%j)', (header, displayName, uri, params) => {
  expect(parseNameAddr(header)).toEqual({ displayName, uri, params })
})

test.each(['', '<sip:a@b', '"x <sip:a@b>', 'nonsense', '<>'])('%j is no name-addr', (header) => {
  expect(parseNameAddr(header)).toBeNull()
})

describe('isfocus', () => {
  test.each([
    '<sip:room@conf.example.org>;isfocus',
    '<sip:room@conf.example.org>;isfocus;expires=60',
    '<sip:room@conf.example.org> ; IsFocus',
    '<sip:room@conf.example.org>;+sip.instance="<urn:uuid:1>";isfocus',
    '<sip:room@conf.example.org>;isfocus="TRUE"',
    '<sip:room@conf.example.org;isfocus>',
    'sip:room@conf.example.org;isfocus',
  ])('in %s', (contact) => expect(hasFocus(contact)).toBe(true))

  test.each([
    '<sip:room@conf.example.org>',
    '<sip:room@conf.example.org>;isfocus="FALSE"',
    '<sip:room@conf.example.org>;isfocused',
    '<sip:isfocus@conf.example.org>',
    '"x;isfocus" <sip:a@b>',
    '<sip:a@b>;x=";isfocus"',
    '*',
    '',
  ])('not in %s', (contact) => expect(hasFocus(contact)).toBe(false))

  test.each([
    ['sylk-room-answer', true],
    ['sylk-room-dial-out', true],
    ['sylk-xmpp-answer', false],
    ['sylk-xmpp-offer', false],
    ['blink-offer', false],
  ])('in the Contact of %s: %s', (name, isFocus) => {
    const message = readFileSync(new URL(`vectors/${name}.sip`, import.meta.url), 'utf8')
    expect(hasFocus(/^Contact: (.*)$/m.exec(message)![1]!.trimEnd())).toBe(isFocus)
  })
})
