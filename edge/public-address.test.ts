import { expect, test } from 'vitest'
import { isPublicAddress } from './public-address.ts'

test.each(['8.8.8.8', '99.255.255.255', '172.32.0.1', '223.255.255.255', '2a00:1450::1'])(
  '%s is on the Internet',
  (address) => expect(isPublicAddress(address)).toBe(true),
)

test.each([
  ['this host', '0.0.0.0', '127.0.0.1', '127.255.255.254', '::', '::1'],
  ['a private network', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fd00::1'],
  ['carrier NAT', '100.64.0.1', '100.127.255.255'],
  ['the link, and cloud metadata', '169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
  ['documentation and benchmarks', '192.0.2.1', '198.18.0.1', '203.0.113.9', '2001:db8::1'],
  ['many hosts', '224.0.0.1', '255.255.255.255', 'ff02::1'],
  ['an IPv4 address in disguise', '::ffff:127.0.0.1', '::127.0.0.1', '2002:7f00:1::', '64:ff9b::1'],
  ['no address', '', 'localhost', '127.1', '2130706433', '0x7f000001', '::ffff:7f00:1'],
])('%s is not', (_, ...addresses) => {
  for (const address of addresses) expect(isPublicAddress(address), address).toBe(false)
})
