import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/**
 * Whom a request is counted for. The address of the connection, unless that is a reverse proxy of the
 * operator's: then the last address in X-Forwarded-For that is not one. What clients write into that
 * header themselves stands further left, and is never reached.
 */
export class ClientAddresses {
  readonly #proxies = new BlockList()

  /**
   * @param proxies - addresses or networks of reverse proxies, such as `127.0.0.1` or `10.0.0.0/8`;
   *   by default nobody is believed
   * @throws RangeError for what is neither
   */
  constructor(proxies: readonly string[] = []) {
    for (const proxy of proxies) {
      const [address = '', prefix, ...more] = proxy.split('/')
      const family = familyOf(address)
      const bits = prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix)
      if (family === null || more.length > 0 || !/^\d{0,3}$/.test(prefix ?? '')) {
        throw new RangeError(`${proxy} is no address or network`)
      }
      this.#proxies.addSubnet(address, bits, family)
    }
  }

  /** An address to count by; of IPv6 the network, since everybody has 2^64 addresses in one. */
  of(request: Pick<IncomingMessage, 'headers' | 'socket'>): string {
    let address = plain(request.socket.remoteAddress ?? '')
    const forwarded = request.headers['x-forwarded-for']
    const hops = typeof forwarded === 'string' ? forwarded.split(',') : []
    while (this.#isProxy(address) && hops.length > 0) {
      const hop = plain(hops.pop()!.trim())
      // A proxy that does not say who it was counts for all of them.
      if (familyOf(hop) === null) break
      address = hop
    }
    return countedBy(address)
  }

  #isProxy(address: string): boolean {
    const family = familyOf(address)
    return family !== null && this.#proxies.check(address, family)
  }
}

/** What an address is counted by: itself, or the /64 that it is in. */
export function countedBy(address: string): string {
  if (familyOf(plain(address)) !== 'ipv6' || LOOPBACK.check(address, 'ipv6')) return plain(address)
  const [left = '', right = ''] = address.split('%', 1)[0]!.split('::')
  const [head, tail] = [left, right].map((half) => half.split(':').filter(Boolean)) as [
    string[],
    string[],
  ]
  const middle = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0')
  const groups = [...head, ...middle, ...tail].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

export function isLoopback(address: string): boolean {
  const family = familyOf(address)
  return family !== null && LOOPBACK.check(address, family)
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address)
  return version === 0 ? null : version === 4 ? 'ipv4' : 'ipv6'
}

/** IPv4 as a socket for both families has it, `::ffff:192.0.2.1`, is IPv4. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address
}
