import { randomInt } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { WebSocket } from 'ws'
import {
  DialError,
  type DialErrorCode,
  type DialOptions,
  dial,
  locate,
  type SrvResolver,
  systemResolver,
  trusting,
} from './dial.ts'
import { RegisterWatch } from './register-watch.ts'
import type { RelayPass, RelayPasses } from './relay-passes.ts'

export interface TunnelOptions {
  /** The only domains a tunnel leads to: lower-case names, never addresses. */
  readonly providers: readonly string[]
  readonly resolver?: SrvResolver
  /**
   * Answers that the operator gives instead of DNS, by SRV name (`_sips._tcp.example.test`). Only
   * these may lead to private addresses. See {@link parseOverride}.
   */
  readonly overrides?: ReadonlyMap<string, HostPort>
  /** PEM of a CA to trust besides Node's own. */
  readonly trustedCa?: string | undefined
  /** Stands in for `tls.connect` in tests. */
  readonly connectTls?: DialOptions['connectTls']
  readonly limits?: TunnelLimits
  /** Passes to our relay, for whoever has registered through a tunnel; absent: none are given. */
  readonly passes?: Pick<RelayPasses, 'issue' | 'isWorn'>
}

/**
 * What a tunnel to SIP says of itself: JSON in a text message. The provider's bytes come in binary
 * messages, so that nothing it sends can pass for a note.
 */
export type TunnelNote =
  | {
      readonly note: 'connected'
      /** Where DNS or the operator said. */
      readonly host: string
      readonly port: number
      /** Milliseconds: finding the service in DNS, then its address, TCP and TLS. */
      readonly lookupMs: number
      readonly dialMs: number
    }
  /** The provider has accepted a REGISTER: name and password for AUTH at our own relay. */
  | { readonly note: 'relay'; readonly user: string; readonly password: string }

export interface HostPort {
  readonly host: string
  readonly port: number
}

export interface TunnelLimits {
  /** Tunnels of one client at a time: one for SIP and one for every MSRP session. */
  readonly perClient: number
  /** Tunnels of all clients together. */
  readonly total: number
}

const DEFAULT_LIMITS: TunnelLimits = { perClient: 64, total: 2048 }

/** Bytes that may wait for a slow browser before the provider is no longer read: 256 KiB. */
const HIGH_WATER = 256 * 1024

/** All addresses of all hosts together get this long; a paused browser is not seen leaving: 20 s. */
const CONNECT_MAX_MS = 20_000

/**
 * Why a tunnel ended: WebSocket close code (RFC 6455 §7.4; ours are private ones that echo HTTP's)
 * and reason. The code is the contract.
 */
export const TUNNEL_CLOSE = {
  ended: [1000, 'the provider closed the connection'],
  stopping: [1001, 'the edge is stopping'],
  notAllowed: [4403, 'not a provider of this edge'],
  notFound: [4404, 'the provider does not offer this service'],
  tooMany: [4429, 'too many tunnels'],
  certificate: [4495, 'the certificate is not one for this provider'],
  unreachable: [4502, 'the provider cannot be reached'],
  private: [4503, 'the provider has a private address'],
  timeout: [4504, 'the provider does not answer'],
} as const satisfies Record<string, readonly [number, string]>

export type TunnelClose = keyof typeof TUNNEL_CLOSE

const CLOSE_OF = {
  DIAL_NOT_FOUND: 'notFound',
  DIAL_PRIVATE: 'private',
  DIAL_UNREACHABLE: 'unreachable',
  DIAL_CERTIFICATE: 'certificate',
  DIAL_TIMEOUT: 'timeout',
} as const satisfies Record<DialErrorCode, TunnelClose>

/** SRV service and the port where there is no SRV (RFC 3263 §4.2; RFC 4976 §5.1). */
const SERVICES = {
  sips: { srv: '_sips._tcp', port: 5061 },
  msrps: { srv: '_msrps._tcp', port: 2855 },
} as const

/**
 * Byte pipes from a browser's WebSocket to a provider's TLS port, for accounts whose provider has
 * no WebSocket: `/tunnel/sips/<domain>` and `/tunnel/msrps/<domain>`. The browser names a domain
 * from the allow list and nothing else; where that leads, DNS and the certificate decide.
 */
export class ProviderTunnels {
  readonly #providers: ReadonlySet<string>
  readonly #overrides: ReadonlyMap<string, HostPort>
  readonly #resolver: SrvResolver
  readonly #connectTls: DialOptions['connectTls']
  readonly #limits: TunnelLimits
  readonly #passes: TunnelOptions['passes']
  readonly #secureContext: SecureContext | undefined
  /** Every open tunnel, and the client it belongs to. */
  readonly #tunnels = new Map<WebSocket, string>()

  /** @throws RangeError for a provider that is not a lower-case domain name */
  constructor(options: TunnelOptions) {
    for (const domain of options.providers) {
      if (!DOMAIN.test(domain) || isIP(domain) !== 0) throw new RangeError(`provider ${domain}`)
    }
    this.#providers = new Set(options.providers)
    this.#overrides = options.overrides ?? new Map()
    this.#resolver = options.resolver ?? systemResolver
    this.#connectTls = options.connectTls
    this.#limits = options.limits ?? DEFAULT_LIMITS
    this.#passes = options.passes
    this.#secureContext = options.trustedCa === undefined ? undefined : trusting(options.trustedCa)
  }

  /**
   * Whether `path` is of a tunnel. A domain that is not allowed is accepted too and then closed
   * with 4403: a browser cannot see why an upgrade was refused.
   */
  accepts(path: string): boolean {
    return PATH.test(path)
  }

  /**
   * Runs one tunnel until either side ends it.
   *
   * @param client - whom to count it for, e.g. the remote address
   * @throws RangeError for a path that {@link accepts} refuses
   */
  accept(socket: WebSocket, path: string, client = ''): void {
    const [, scheme, domain] = PATH.exec(path) ?? []
    if (scheme === undefined || domain === undefined) throw new RangeError('not a tunnel path')
    socket.on('error', () => socket.terminate()) // Bad framing; ws says 1002 or 1009 by itself.
    if (!this.#providers.has(domain)) close(socket, 'notAllowed')
    else if (!this.#hasRoomFor(client)) close(socket, 'tooMany')
    else {
      this.#tunnels.set(socket, client)
      socket.once('close', () => this.#tunnels.delete(socket))
      void this.#run(socket, scheme as keyof typeof SERVICES, domain)
    }
  }

  /** Ends every tunnel. */
  close(): void {
    for (const socket of this.#tunnels.keys()) close(socket, 'stopping')
  }

  /** Tunnels open now. */
  get size(): number {
    return this.#tunnels.size
  }

  #hasRoomFor(client: string): boolean {
    if (this.#tunnels.size >= this.#limits.total) return false
    let own = 0
    for (const other of this.#tunnels.values()) if (other === client) own++
    return own < this.#limits.perClient
  }

  async #run(socket: WebSocket, scheme: keyof typeof SERVICES, domain: string): Promise<void> {
    socket.pause() // Nothing is read from the browser before there is somebody to give it to.
    const signal = AbortSignal.timeout(CONNECT_MAX_MS)
    try {
      const { provider, note } = await this.#connect(SERVICES[scheme], domain, signal)
      provider.setNoDelay(true)
      if (scheme === 'sips') {
        say(socket, note)
        this.#watch(socket, provider)
      }
      pipe(socket, provider)
      socket.resume()
    } catch (error) {
      if (!(error instanceof DialError)) throw error
      close(socket, CLOSE_OF[error.code])
    }
  }

  /** Who has registered at the provider may use our relay, where the provider's is of no use. */
  #watch(socket: WebSocket, provider: Socket): void {
    const passes = this.#passes
    if (passes === undefined) return
    let pass: RelayPass | null = null
    const watch = new RegisterWatch(() => {
      if (pass !== null && !passes.isWorn(pass)) return
      pass = passes.issue()
      say(socket, { note: 'relay', user: pass.user, password: pass.password })
    })
    provider.on('data', (bytes) => watch.push(bytes))
  }

  async #connect(
    service: Service,
    domain: string,
    signal: AbortSignal,
  ): Promise<{ readonly provider: Socket; readonly note: TunnelNote }> {
    const options: DialOptions = {
      resolver: this.#resolver,
      secureContext: this.#secureContext,
      connectTls: this.#connectTls,
      signal,
    }
    const began = performance.now()
    const given = this.#overrides.get(`${service.srv}.${domain}`)
    const hosts =
      given === undefined
        ? await locate(service.srv, domain, service.port, this.#resolver, randomInt)
        : [given]
    const located = performance.now()
    let failure = new DialError('DIAL_NOT_FOUND', `${service.srv}.${domain}`)
    for (const host of hosts) {
      try {
        const target = { ...host, certifiedFor: domain, allowPrivate: given !== undefined }
        const provider = await dial(target, options)
        const lookupMs = Math.round(located - began)
        const dialMs = Math.round(performance.now() - located)
        return { provider, note: { note: 'connected', ...host, lookupMs, dialMs } }
      } catch (error) {
        if (!(error instanceof DialError)) throw error
        failure = error
        if (signal.aborted) break
      }
    }
    throw failure
  }
}

type Service = (typeof SERVICES)[keyof typeof SERVICES]

/** A host name in lower case; at least two labels, so that no local name can be meant. */
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/

const PATH = /^\/tunnel\/(sips|msrps)\/([a-z0-9.-]{1,253})$/

/**
 * Reads an override as the operator writes it: `_sips._tcp.example.test=127.0.0.1:5061`.
 *
 * @throws RangeError
 */
export function parseOverride(text: string): [srvName: string, target: HostPort] {
  const [, name, host, digits] =
    /^(_(?:sips|msrps)\._tcp\.[a-z0-9.-]+)=(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(text) ??
    []
  const port = Number(digits)
  if (name === undefined || host === undefined || port < 1 || port > 65_535) {
    throw new RangeError(`not NAME=HOST:PORT: ${text}`)
  }
  return [name, { host: host.replaceAll(/[[\]]/g, ''), port }]
}

function say(socket: WebSocket, note: TunnelNote): void {
  socket.send(JSON.stringify(note))
}

/** Copies bytes both ways; whoever is read faster than the other writes has to wait. */
function pipe(socket: WebSocket, provider: Socket): void {
  provider.on('data', (bytes) => {
    socket.send(bytes, () => {
      if (socket.bufferedAmount < HIGH_WATER) provider.resume()
    })
    if (socket.bufferedAmount >= HIGH_WATER) provider.pause()
  })
  provider.on('end', () => close(socket, 'ended'))
  provider.on('error', () => close(socket, 'unreachable'))
  provider.on('drain', () => socket.resume())
  socket.on('message', (data) => {
    // A Buffer by ws's default `binaryType`, of text messages too.
    if (!provider.write(data as Buffer)) socket.pause()
  })
  socket.on('close', () => provider.destroySoon())
  if (socket.readyState !== socket.OPEN) provider.destroySoon()
}

function close(socket: WebSocket, why: TunnelClose): void {
  const [code, reason] = TUNNEL_CLOSE[why]
  socket.close(code, reason)
  socket.resume() // A paused socket would never read the browser's half of the closing handshake.
}
