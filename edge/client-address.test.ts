import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { ClientAddresses } from './client-address.ts'

/** @param via - X-Forwarded-For */
function from(remoteAddress: string, via?: string): Pick<IncomingMessage, 'headers' | 'socket'> {
  return {
    socket: { remoteAddress } as IncomingMessage['socket'],
    headers: via === undefined ? {} : { 'x-forwarded-for': via },
  }
}

describe('X-Forwarded-For', () => {
  const behind = new ClientAddresses(['127.0.0.1', '10.0.0.0/8', '2001:db8:1::/48'])

  test('is nothing to us unless the operator named the proxy', () => {
    expect(new ClientAddresses().of(from('127.0.0.1', '192.0.2.7'))).toBe('127.0.0.1')
    expect(behind.of(from('192.0.2.66', '192.0.2.7'))).toBe('192.0.2.66')
  })

  test.each([
    ['the client', '127.0.0.1', '192.0.2.7', '192.0.2.7'],
    ['behind two proxies', '127.0.0.1', '192.0.2.7, 10.1.2.3', '192.0.2.7'],
    [
      'what the client made up itself is not looked at',
      '127.0.0.1',
      '1.1.1.1, 192.0.2.7',
      '192.0.2.7',
    ],
    ['not even if it names a proxy', '127.0.0.1', '10.1.1.1, 192.0.2.7', '192.0.2.7'],
    ['a proxy that says nothing counts itself', '127.0.0.1', undefined, '127.0.0.1'],
    ['or that says nonsense', '127.0.0.1', '192.0.2.7, unknown', '127.0.0.1'],
    ['a port is nonsense too', '127.0.0.1', '192.0.2.7:443', '127.0.0.1'],
    ['all of them proxies', '127.0.0.1', '10.0.0.2', '10.0.0.2'],
    ['on a socket of both families', '::ffff:127.0.0.1', '::ffff:192.0.2.7', '192.0.2.7'],
    ['a proxy on IPv6', '2001:db8:1::9', '192.0.2.7', '192.0.2.7'],
  ])('%s', (_, peer, via, expected) => {
    expect(behind.of(from(peer, via))).toBe(expected)
  })
})

test.each([
  ['2001:db8:2:3:4:5:6:7', '2001:db8:2:3::/64'],
  ['2001:DB8:2:3::9', '2001:db8:2:3::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '::1'],
  ['', ''],
])('%s is counted as %s', (address, expected) => {
  expect(new ClientAddresses().of(from(address))).toBe(expected)
})

test.each(['', 'localhost', '10.0.0.0/x', '10.0.0.0/33', '10.0.0.0/8/8', '1.2.3'])(
  '%j is no proxy',
  (proxy) => {
    expect(() => new ClientAddresses([proxy])).toThrow(RangeError)
  },
)
