import { describe, expect, test } from 'vitest'
import {
  equalUris,
  formatUri,
  newSessionUri,
  parseUri,
  providerRelayUri,
  relayUri,
  sessionIdOf,
} from './uri.ts'

describe('parts', () => {
  test.each([
    [
      'msrp://bob.example.com:8888/9di4eae923wzd;tcp',
      'bob.example.com',
      8888,
      '9di4eae923wzd',
      'tcp',
    ],
    ['msrps://alice@intra.example.com;tcp', 'intra.example.com', null, null, 'tcp'],
    ['msrps://[2001:db8::1]:2855/a+b/c=;tcp', '[2001:db8::1]', 2855, 'a+b/c=', 'tcp'],
    ['msrps://df7jal23ls0d.invalid:2855/98cjs;ws', 'df7jal23ls0d.invalid', 2855, '98cjs', 'ws'],
    // msrprelay's session id is a nonce in Base64: not to be cut at its slashes.
    [
      'msrp://127.0.0.1:2871/wo/CuURSDj1+w63D==;tcp',
      '127.0.0.1',
      2871,
      'wo/CuURSDj1+w63D==',
      'tcp',
    ],
  ])('%s', (text, host, port, sessionId, transport) => {
    expect(parseUri(text)).toMatchObject({ host, port, sessionId, transport })
    expect(formatUri(parseUri(text))).toBe(text)
    expect(sessionIdOf(text)).toBe(sessionId)
  })

  test('parameters are kept', () => {
    expect(parseUri('msrp://a:1/b;tcp;x=y;z').parameters).toEqual(['x=y', 'z'])
  })

  test.each([
    '',
    'msrp://',
    'sip:bob@example.com',
    'msrp://a:1/b',
    'msrp://a:65536/b;tcp',
    'msrp://a b:1/c;tcp',
    'msrp://a:1/;tcp',
    'msrp://a:1/b c;tcp',
  ])('%j is refused', (text) => {
    expect(() => parseUri(text)).toThrow(expect.objectContaining({ code: 'MSRP_BAD_URI' }))
    expect(equalUris(text, 'msrp://a:1/b;tcp')).toBe(false)
  })
})

describe('comparison (RFC 4975 §6.1)', () => {
  const URI = 'msrp://atlanta.example.com:7654/jshA7weztas;tcp'
  test.each([
    ['MSRP://ATLANTA.example.com:7654/jshA7weztas;TCP', true],
    ['msrp://alice@atlanta.example.com:7654/jshA7weztas;tcp', true],
    ['msrp://%61tlanta.example.com:7654/jshA7weztas;tcp', true],
    ['msrp://atlanta.example.com:7654/jshA7weztas;tcp;x=1', true],
    ['msrps://atlanta.example.com:7654/jshA7weztas;tcp', false],
    ['msrp://atlanta.example.com:7654/jsha7weztas;tcp', false],
    ['msrp://atlanta.example.com/jshA7weztas;tcp', false],
    ['msrp://atlanta.example.com:7654;tcp', false],
    ['msrp://atlanta.example.com:7654/jshA7weztas;ws', false],
  ])('%s: %s', (other, equal) => expect(equalUris(URI, other)).toBe(equal))

  test('one IPv6 address in two spellings', () => {
    expect(equalUris('msrp://[::1]:1/a;tcp', 'msrp://[0:0:0:0:0:0:0:1]:1/a;tcp')).toBe(true)
  })
})

test('an own URI says tcp, names no place, and can be read', () => {
  const uri = newSessionUri((length) => Uint8Array.from({ length }, (_, i) => 7 * i))
  expect(uri).toMatch(/^msrps:\/\/[a-z2-7]{12}\.invalid:2855\/[a-z2-7]{20};tcp$/)
  expect(parseUri(uri).transport).toBe('tcp')
})

test.each([
  ['wss://chat.example.com/msrp', undefined, 'msrps://chat.example.com:443;ws'],
  ['ws://127.0.0.1:5080', undefined, 'msrp://127.0.0.1:5080;ws'],
  ['ws://[::1]:5080/msrp', undefined, 'msrp://[::1]:5080;ws'],
  ['wss://edge.example.com:8443/', 'example.com', 'msrps://example.com:8443;ws'],
])('the relay at %s', (url, domain, uri) => {
  expect(relayUri(url, domain)).toBe(uri)
  expect(parseUri(uri).sessionId).toBeNull()
})

test('a relay is not at an http URL; a provider is at its domain', () => {
  expect(() => relayUri('https://example.com')).toThrow(TypeError)
  expect(providerRelayUri('sip2sip.info')).toBe('msrps://sip2sip.info:2855;tcp')
})
