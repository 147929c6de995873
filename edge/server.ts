import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { Accounts, type Enrolment } from './accounts.ts'
import { type EdgeEnv, systemEnv } from './env.ts'
import { EdgeError } from './errors.ts'
import { ConferenceFocus } from './focus.ts'
import { httpRoutes } from './http-routes.ts'
import type { Log } from './log.ts'
import { Metrics } from './metrics.ts'
import { MsrpRelay } from './msrp-relay.ts'
import type { OutgoingOptions } from './msrp-relay-links.ts'
import { Origins } from './origins.ts'
import { SipDomain } from './sip-domain.ts'
import { connectSip } from './sip-socket.ts'
import { StaticFiles } from './static-files.ts'
import { type HostPort, ProviderTunnels } from './tunnel.ts'
import { WebSockets } from './websockets.ts'

export interface EdgeOptions {
  /** Address to listen on. Default `127.0.0.1`: this machine only. */
  readonly host?: string
  /** Default 8020; 0 takes any free one. */
  readonly port?: number
  /** Host part of its accounts, in lower case. Default `sotto.localhost`. */
  readonly domain?: string
  /** Where accounts are kept; `null` keeps them in memory. */
  readonly dataDir: string | null
  /** Folder of the built app; `null` serves none. */
  readonly webRoot: string | null
  /** PEM. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer }
  /** Further origins whose pages may connect, e.g. `https://chat.example.org`. */
  readonly origins?: readonly string[]
  /** Domains that provider tunnels lead to. */
  readonly providers?: readonly string[]
  /** Instead of DNS for providers, by SRV name. */
  readonly providerOverrides?: ReadonlyMap<string, HostPort>
  /** PEM of a CA to trust for providers besides Node's own. */
  readonly providerCa?: string
  /** TCP port on which the relay also serves MSRP without WebSocket. Default: none. */
  readonly msrpPort?: number
  /** How the relay may connect to peers elsewhere. Default: not at all. */
  readonly msrpOutgoing?: OutgoingOptions
  /** Sees every MSRP frame that arrives, e.g. to prove that nothing in it can be read. */
  readonly tap?: (frame: Uint8Array) => void
  readonly env?: EdgeEnv
  readonly log?: Log
}

/** A running edge. */
export interface Edge {
  /** `http://host:port/`, or `https:`. */
  readonly url: string
  /** `ws://host:port/ws`, or `wss:`. */
  readonly wsUrl: string
  readonly domain: string
  enrol(name: string, password: string): Promise<Enrolment>
  /** Closes every socket with 1001, and resolves when nothing listens any more. */
  close(): Promise<void>
}

/**
 * Starts the edge: the app, the local SIP domain, the MSRP relay and the provider tunnels, all on
 * one port.
 *
 * @throws EdgeError, AccountsError; RangeError for a domain that is no host name
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { host = '127.0.0.1', port = 8020, domain = 'sotto.localhost', providers = [] } = options
  const { env = systemEnv, log = () => {} } = options
  const secure = options.tls !== undefined
  if (!/^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/.test(domain))
    throw new RangeError(`domain ${domain}`)
  const accounts = await Accounts.open(domain, options.dataDir)
  const files = await StaticFiles.load(options.webRoot)
  const server = createServer(options.tls)
  const named = isWildcard(host) ? 'localhost' : host
  const listening = await listen(server, host, port)
  const authority = `${isIPv6(named) ? `[${named}]` : named}:${listening}`

  const metrics = new Metrics()
  const origins = new Origins([domain, named], options.origins ?? [])
  const sip = new SipDomain({ domain, accounts, env, log, secure })
  const relay = new MsrpRelay({
    host: isWildcard(host) ? domain : host,
    aliases: relayNames(named, options.origins ?? []),
    port: options.msrpPort ?? listening,
    secure,
    domain,
    ha1: (user) => accounts.ha1(user, 'MD5'),
    outgoing: options.msrpOutgoing ?? null,
    ...(options.tap === undefined ? {} : { tap: options.tap }),
    env,
  })
  if (options.msrpPort !== undefined) await relay.listen(options.msrpPort, host)
  const focus = new ConferenceFocus({ host: `conference.${domain}`, sip, relay, env })
  const tunnels = new ProviderTunnels({
    providers,
    ...(options.providerOverrides === undefined ? {} : { overrides: options.providerOverrides }),
    trustedCa: options.providerCa,
  })
  const sockets = new WebSockets({
    services: {
      sip: (socket, address) => connectSip(socket, address, sip, env, log),
      msrp: (socket) => relay.accept(socket),
      tunnel: (socket, address, path) => tunnels.accept(socket, path, address),
      isTunnel: (path) => tunnels.accepts(path),
    },
    origins,
    env,
    metrics,
    log,
  })
  const gauges = (): Record<string, number> => {
    const { flows, registered, waiting } = sip.counts
    const open = sockets.counts()
    return {
      accounts: accounts.size,
      sip_flows: flows,
      sip_registered_users: registered,
      sip_transactions_waiting: waiting,
      'sockets{kind="sip"}': open.sip,
      'sockets{kind="msrp"}': open.msrp,
      'sockets{kind="tunnel"}': open.tunnel,
      ...prefixed('msrp_', relay.counters),
      ...prefixed('conference_', focus.counts),
      resident_memory_bytes: process.memoryUsage.rss(),
    }
  }
  const config = { domain, enrolment: true, version: VERSION, providers }
  const http = { config, files, accounts, origins, metrics, gauges, secure, env, log }
  server.on('request', httpRoutes(http))
  server.on('upgrade', (request, stream, head) => sockets.upgrade(request, stream, head))
  log({ event: 'edge/started', host, port: listening, domain, secure })

  let closing: Promise<void> | null = null
  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    tunnels.close()
    await relay.close()
    await sockets.close()
    server.closeAllConnections()
    await closed
    log({ event: 'edge/stopped' })
  }

  return {
    url: `${secure ? 'https' : 'http'}://${authority}/`,
    wsUrl: `${secure ? 'wss' : 'ws'}://${authority}/ws`,
    domain,
    enrol: (name, password) => accounts.enrol(name, password),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
).version

function createServer(tls: EdgeOptions['tls']): Server {
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, maxHeaderSize: 16 * 1024 }
  if (tls === undefined) return createHttpServer(limits)
  try {
    return createHttpsServer({ ...limits, ...tls, minVersion: 'TLSv1.2' })
  } catch {
    throw new EdgeError('EDGE_TLS', 'The TLS certificate and key do not fit or are not PEM.')
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(startError(error, host, port)))
    server.listen(port, host, resolve)
  })
  server.removeAllListeners('error')
  return (server.address() as AddressInfo).port
}

function startError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE': {
      const sentence = `Port ${port} on ${host} is taken by another program. Choose another with --port.`
      return new EdgeError('EDGE_PORT_TAKEN', sentence)
    }
    case 'EACCES':
      return new EdgeError('EDGE_PORT_FORBIDDEN', `Port ${port} is reserved for the system.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new EdgeError('EDGE_HOST_UNKNOWN', `${host} is not an address of this machine.`)
    default:
      return error
  }
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** Host names by which a browser may call the relay: all under which it may have found the page. */
function relayNames(named: string, origins: readonly string[]): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address))
  return [named, ...addresses, ...origins.map((origin) => new URL(origin).hostname)]
}

function prefixed(prefix: string, values: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`${prefix}${name}`, Number(value)]),
  )
}
