import { describe, expect, test } from 'vitest'
import { domainOf, parseAddress, userOf } from './address.ts'

describe('parseAddress', () => {
  test.each([
    ['alice', 'sip:alice@example.com'],
    ['alice@host.example', 'sip:alice@host.example'],
    ['sip:alice@Host.Example;transport=tls', 'sip:alice@host.example'],
    ['sips:alice@host.example:5061', 'sip:alice@host.example'],
    ['<sip:alice@host.example?subject=x>', 'sip:alice@host.example'],
    ['  Alice@HOST  ', 'sip:Alice@host'],
    ['+31208005169@sip2sip.info', 'sip:+31208005169@sip2sip.info'],
    ['alice@[2001:DB8::1]', 'sip:alice@[2001:db8::1]'],
  ])('%s', (text, address) => {
    expect(parseAddress(text, 'example.com')).toBe(address)
  })

  test.each([
    '',
    '@host',
    'a b@host',
    'alice@',
    'alice@ho st',
    'mailto:a@b',
    'аlice@host',
    'a@b@c',
  ])('refuses %j', (text) => {
    expect(() => parseAddress(text, 'example.com')).toThrow(RangeError)
  })

  test('takes the domain of an address nearby, and needs one', () => {
    expect(parseAddress('bob', 'sip:alice@example.com')).toBe('sip:bob@example.com')
    expect(() => parseAddress('bob')).toThrow('needs a domain')
  })

  test('is taken apart again', () => {
    const address = parseAddress('alice@example.com')
    expect([userOf(address), domainOf(address)]).toEqual(['alice', 'example.com'])
  })
})
