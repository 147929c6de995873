import { randomInt } from 'node:crypto'
import { lookup, resolveSrv } from 'node:dns/promises'
import { isIP, connect as netConnect, type Socket } from 'node:net'
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  connect as tlsConnect,
} from 'node:tls'
import { isPublicAddress } from './public-address.ts'

/** One SRV record (RFC 2782). */
export interface SrvRecord {
  readonly priority: number
  readonly weight: number
  readonly name: string
  readonly port: number
}

/** What the outside world knows about names. An unknown name is an empty list, not an error. */
export interface SrvResolver {
  srv(name: string): Promise<readonly SrvRecord[]>
  /** IPv4 and IPv6 literals, in the order in which to try them. */
  addresses(host: string): Promise<readonly string[]>
}

/**
 * Why there is no connection.
 *
 * - `DIAL_NOT_FOUND`: the name has no usable record.
 * - `DIAL_PRIVATE`: every address leads into a network that only configuration may name.
 * - `DIAL_UNREACHABLE`: nobody answered at any address.
 * - `DIAL_CERTIFICATE`: the certificate is not one for this name, or nobody we trust signed it.
 * - `DIAL_TIMEOUT`: an address was silent for {@link DIAL_TIMEOUT_MS}, or the caller gave up.
 */
export type DialErrorCode =
  | 'DIAL_NOT_FOUND'
  | 'DIAL_PRIVATE'
  | 'DIAL_UNREACHABLE'
  | 'DIAL_CERTIFICATE'
  | 'DIAL_TIMEOUT'

export class DialError extends Error {
  override readonly name = 'DialError'
  readonly code: DialErrorCode

  constructor(code: DialErrorCode, detail: string) {
    super(`${code}: ${detail}`)
    this.code = code
  }
}

/** Where to connect, and how far to trust the name. */
export interface DialTarget {
  /** Name or IP literal. */
  readonly host: string
  readonly port: number
  /** The name that the certificate must be for; `null`: plain TCP. */
  readonly certifiedFor: string | null
  /** True only where the operator wrote the address, never where a peer or a browser did. */
  readonly allowPrivate: boolean
}

export interface DialOptions {
  readonly resolver: SrvResolver
  /** Whom to trust; see {@link trusting}. Absent: the CAs that Node trusts. */
  readonly secureContext?: SecureContext | undefined
  /** Stands in for `tls.connect` in tests. */
  readonly connectTls?: typeof tlsConnect | undefined
  /** Gives up. */
  readonly signal: AbortSignal
}

/** An address that has not answered by then is given up: 10 s; a person is waiting. */
export const DIAL_TIMEOUT_MS = 10_000

/** Addresses tried for one target; a hostile zone could list hundreds. */
const ADDRESSES_MAX = 4

/** SRV records considered for one service. */
const RECORDS_MAX = 8

/**
 * Connects to the first address of `target` that answers. Names are resolved once, the addresses
 * are judged, and the connection is made to the literal that was judged, so that a second DNS
 * answer (rebinding) has nothing to change.
 *
 * @throws DialError
 */
export async function dial(target: DialTarget, options: DialOptions): Promise<Socket> {
  const found = isIP(target.host) ? [target.host] : await options.resolver.addresses(target.host)
  if (found.length === 0) throw new DialError('DIAL_NOT_FOUND', `no address for ${target.host}`)
  const allowed = target.allowPrivate ? found : found.filter(isPublicAddress)
  if (allowed.length === 0) throw new DialError('DIAL_PRIVATE', target.host)

  let failure = new DialError('DIAL_UNREACHABLE', target.host)
  for (const address of allowed.slice(0, ADDRESSES_MAX)) {
    try {
      return await connectTo(address, target, options)
    } catch (error) {
      failure = error as DialError
      if (options.signal.aborted) break
    }
  }
  throw failure
}

/**
 * Finds the hosts that serve `domain` (RFC 3263 §4.2): SRV in order of priority and weight, or the
 * domain itself at `defaultPort` where there is no SRV. A single target of "." says that the
 * service is not offered (RFC 2782): an empty list.
 *
 * @param pick - a uniformly random integer in [0, below)
 */
export async function locate(
  service: string,
  domain: string,
  defaultPort: number,
  resolver: SrvResolver,
  pick: (below: number) => number = randomInt,
): Promise<readonly { readonly host: string; readonly port: number }[]> {
  const records = await resolver.srv(`${service}.${domain}`)
  if (records.length === 0) return [{ host: domain, port: defaultPort }]
  return inOrder(records.slice(0, RECORDS_MAX), pick)
    .filter(({ name }) => name !== '' && name !== '.')
    .map(({ name, port }) => ({ host: name, port }))
}

/** Trust in one more CA, besides those that Node trusts. @param ca - PEM */
export function trusting(ca: string): SecureContext {
  return createSecureContext({ ca: [...rootCertificates, ca], minVersion: 'TLSv1.2' })
}

/** The order of RFC 2782: lowest priority first, within it drawn by weight. */
function inOrder(records: readonly SrvRecord[], pick: (below: number) => number): SrvRecord[] {
  // Zero weights go first within a priority, so that they have their small chance of being drawn.
  const rest = records.toSorted((a, b) => a.priority - b.priority || a.weight - b.weight)
  const ordered: SrvRecord[] = []
  while (rest.length > 0) {
    const rivals = rest.filter(({ priority }) => priority === rest[0]!.priority)
    const total = rivals.reduce((sum, { weight }) => sum + weight, 0)
    let drawn = pick(total + 1)
    const winner = rivals.find(({ weight }) => {
      drawn -= weight
      return drawn <= 0
    })!
    ordered.push(winner)
    rest.splice(rest.indexOf(winner), 1)
  }
  return ordered
}

/** The names as this machine sees them. */
export const systemResolver: SrvResolver = {
  srv: (name) => emptyIfUnknown(resolveSrv(name)),
  addresses: async (host) => {
    const found = await emptyIfUnknown(lookup(host, { all: true }))
    return found.map(({ address }) => address)
  },
}

async function emptyIfUnknown<T>(answer: Promise<T[]>): Promise<T[]> {
  try {
    return await answer
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOTFOUND' || code === 'ENODATA') return []
    throw new DialError('DIAL_NOT_FOUND', `resolver says ${code}`)
  }
}

function connectTo(address: string, target: DialTarget, options: DialOptions): Promise<Socket> {
  const { port, certifiedFor } = target
  return new Promise((resolve, reject) => {
    const socket =
      certifiedFor === null
        ? netConnect({ host: address, port })
        : (options.connectTls ?? tlsConnect)({
            host: address,
            port,
            // An IP literal must not go into SNI (RFC 6066 §3); the certificate is checked anyway.
            ...(isIP(certifiedFor) === 0 && { servername: certifiedFor }),
            minVersion: 'TLSv1.2',
            ...(options.secureContext && { secureContext: options.secureContext }),
          })
    const fail = (code: DialErrorCode, detail: string): void => {
      settle()
      socket.on('error', () => undefined) // What a dying socket still says interests nobody.
      socket.destroy()
      reject(new DialError(code, `${target.host}:${port}: ${detail}`))
    }
    const onError = (error: NodeJS.ErrnoException): void => {
      const code = error.code ?? 'unknown'
      fail(CERTIFICATE_ERROR.test(code) ? 'DIAL_CERTIFICATE' : 'DIAL_UNREACHABLE', code)
    }
    const onAbort = (): void => fail('DIAL_TIMEOUT', 'given up')
    const onReady = (): void => {
      settle()
      resolve(socket)
    }
    const timer = setTimeout(() => fail('DIAL_TIMEOUT', 'no answer'), DIAL_TIMEOUT_MS)
    const ready = certifiedFor === null ? 'connect' : 'secureConnect'
    const settle = (): void => {
      clearTimeout(timer)
      options.signal.removeEventListener('abort', onAbort)
      socket.off('error', onError)
      socket.off(ready, onReady)
    }
    socket.once('error', onError)
    socket.once(ready, onReady)
    options.signal.addEventListener('abort', onAbort, { once: true })
    if (options.signal.aborted) onAbort()
  })
}

/** OpenSSL's verification failures and Node's own name check, as Node spells their codes. */
const CERTIFICATE_ERROR = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME/
