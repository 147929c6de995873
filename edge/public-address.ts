import { BlockList, isIP } from 'node:net'

/**
 * Whether an address is one that a provider on the public Internet can have. Everything that leads
 * back into our own machine or network is not: the edge must not be the way in (RFC 6890).
 *
 * @param address - an IPv4 or IPv6 literal; anything else is not public
 */
export function isPublicAddress(address: string): boolean {
  const embedded = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (embedded !== undefined) return isPublicAddress(embedded)
  switch (isIP(address)) {
    case 4:
      return !SPECIAL.check(address, 'ipv4')
    case 6:
      return GLOBAL_UNICAST.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6')
    default:
      return false
  }
}

/** The only IPv6 block that is given out for hosts: 2000::/3 (RFC 4291 §2.4). */
const GLOBAL_UNICAST = new BlockList()
GLOBAL_UNICAST.addSubnet('2000::', 3, 'ipv6')

/** The special-purpose registries of RFC 6890, multicast, and the blocks for documentation. */
const SPECIAL = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  SPECIAL.addSubnet(net, prefix, 'ipv4')
}
for (const [net, prefix] of [
  ['2001::', 23], // IETF protocol assignments, Teredo among them: it carries an IPv4 address.
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4: carries an IPv4 address.
  ['3fff::', 20],
] as const) {
  SPECIAL.addSubnet(net, prefix, 'ipv6')
}
