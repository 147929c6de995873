import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { networkInterfaces } from 'node:os'
import { Accounts, type Enrolment } from './accounts.ts'
import { ClientAddresses } from './client-address.ts'
import { type EdgeEnv, systemEnv } from './env.ts'
import { EdgeError } from './errors.ts'
import { ConferenceFocus } from './focus.ts'
import { httpRoutes } from './http-routes.ts'
import { HTTP_HEAD_MAX, HTTP_HEAD_MS, HTTP_REQUEST_MS } from './limits.ts'
import { authorityOf, isWildcard, listen } from './listening.ts'
import type { Log } from './log.ts'
import { type Figure, Metrics } from './metrics.ts'
import { MsrpRelay, type RelayCounters } from './msrp-relay.ts'
import type { OutgoingOptions } from './msrp-relay-links.ts'
import { MsrpPort } from './msrp-relay-port.ts'
import { Origins } from './origins.ts'
import { RelayPasses } from './relay-passes.ts'
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
  /**
   * Domains that are reached through a local user, by domain: a gateway to another network. That
   * user may also speak for everybody there.
   */
  readonly trunks?: ReadonlyMap<string, string>
  /** Domains that provider tunnels lead to. */
  readonly providers?: readonly string[]
  /** Instead of DNS for providers, by SRV name. */
  readonly providerOverrides?: ReadonlyMap<string, HostPort>
  /** PEM of a CA to trust for providers besides Node's own. */
  readonly providerCa?: string
  /** Whether whoever has registered at a provider may use our relay where its own fails. Default: yes. */
  readonly providerRelay?: boolean
  /** Addresses or networks of reverse proxies whose X-Forwarded-For is believed. Default: none. */
  readonly trustedProxies?: readonly string[]
  /** Port on which the relay also serves MSRP over TLS, or TCP without `tls`. Default: none. */
  readonly msrpPort?: number
  /** Where peers elsewhere reach that port, if not at host (with TLS: domain) and port. */
  readonly msrpPublic?: MsrpAddress
  /** How the relay may connect to peers elsewhere. Default: not at all. */
  readonly msrpOutgoing?: OutgoingOptions
  /** Sees every MSRP frame that arrives, e.g. to prove that nothing in it can be read. */
  readonly tap?: (frame: Uint8Array) => void
  readonly env?: EdgeEnv
  readonly log?: Log
}

/** Where MSRP peers elsewhere reach the relay; `secure`: with TLS (`msrps:`). */
export interface MsrpAddress {
  readonly host: string
  readonly port: number
  readonly secure: boolean
}

/** A running edge. */
export interface Edge {
  /** `http://host:port/`, or `https:`. */
  readonly url: string
  /** `ws://host:port/ws`, or `wss:`. */
  readonly wsUrl: string
  /** Where MSRP is served without WebSocket; `null`: nowhere. */
  readonly msrpPort: number | null
  readonly domain: string
  enrol(name: string, password: string): Promise<Enrolment>
  /**
   * Takes no more messages, waits up to 5 s for those it has acknowledged to arrive, then closes
   * every socket with 1001 and cuts off who has not left after another second.
   */
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
  // What may be wrong with the options is found before a port is open.
  const addresses = new ClientAddresses(options.trustedProxies)
  const origins = new Origins([domain, named], options.origins ?? [])
  const passes = new RelayPasses(domain, env)
  const tunnels = new ProviderTunnels({
    providers,
    ...(options.providerOverrides === undefined ? {} : { overrides: options.providerOverrides }),
    trustedCa: options.providerCa,
    ...(options.providerRelay === false ? {} : { passes }),
  })
  const streams =
    options.msrpPort === undefined
      ? undefined
      : await MsrpPort.open(options.msrpPort, host, options.tls)
  const listening = await listen(server, host, port, '--port').catch(async (error: unknown) => {
    await streams?.close()
    throw error
  })
  const authority = authorityOf(named, listening)

  const metrics = new Metrics()
  const { trunks = new Map() } = options
  const sip = new SipDomain({ domain, accounts, env, log, secure, trunks })
  const relay = new MsrpRelay({
    // With TLS it is the name that a peer finds in the certificate.
    host: secure || isWildcard(host) ? domain : host,
    port: streams?.number ?? listening,
    secure,
    ...options.msrpPublic,
    aliases: relayNames([named, host], options.origins ?? []),
    streams,
    domain,
    ha1: (user) => passes.ha1(user) ?? accounts.ha1(user, 'MD5'),
    outgoing: options.msrpOutgoing ?? null,
    ...(options.tap === undefined ? {} : { tap: options.tap }),
    env,
  })
  const focus = new ConferenceFocus({ host: `conference.${domain}`, sip, relay, env })
  const sockets = new WebSockets({
    services: {
      sip: (socket, address) => connectSip(socket, address, sip, env, log),
      msrp: (socket, address) => relay.accept(socket, address),
      tunnel: (socket, address, path) => tunnels.accept(socket, path, address),
      isTunnel: (path) => tunnels.accepts(path),
    },
    origins,
    addresses,
    env,
    metrics,
    log,
  })
  const figures = (): readonly Figure[] => [
    ['accounts', accounts.size],
    ['sip_flows', sip.counts.flows],
    ['sip_registered_users', sip.counts.registered],
    ['sip_transactions_waiting', sip.counts.waiting],
    ...Object.entries(sockets.counts()).map(
      ([kind, count]): Figure => ['sockets', count, ['kind', kind]],
    ),
    ['tunnels', tunnels.size],
    ...relayFigures(relay.counters),
    ['conference_rooms', focus.counts.rooms],
    ['conference_participants', focus.counts.participants],
  ]
  const config = { domain, enrolment: true, version: VERSION, providers }
  const http = { config, files, accounts, origins, addresses, metrics, figures, secure, env, log }
  server.on('request', httpRoutes(http))
  server.on('upgrade', (request, stream, head) => sockets.upgrade(request, stream, head))
  log({
    event: 'edge/started',
    host,
    port: listening,
    msrpPort: streams?.number ?? null,
    domain,
    secure,
  })

  let closing: Promise<void> | null = null
  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    sockets.drain()
    const undelivered = await relay.drain()
    tunnels.close()
    await relay.close()
    await sockets.close()
    server.closeAllConnections()
    await closed
    metrics.close()
    log({ event: 'edge/stopped', undelivered })
  }

  return {
    url: `${secure ? 'https' : 'http'}://${authority}/`,
    wsUrl: `${secure ? 'wss' : 'ws'}://${authority}/ws`,
    msrpPort: streams?.number ?? null,
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
  const limits = {
    headersTimeout: HTTP_HEAD_MS,
    requestTimeout: HTTP_REQUEST_MS,
    connectionsCheckingInterval: HTTP_HEAD_MS / 10,
    maxHeaderSize: HTTP_HEAD_MAX,
  }
  if (tls === undefined) return createHttpServer(limits)
  try {
    return createHttpsServer({ ...limits, ...tls, minVersion: 'TLSv1.2' })
  } catch {
    throw new EdgeError('EDGE_TLS', 'The TLS certificate and key do not fit or are not PEM.')
  }
}

/** Host names by which a browser may call the relay: all under which it may have found the page. */
function relayNames(named: readonly string[], origins: readonly string[]): string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address, family }) => (family === 'IPv6' ? `[${address}]` : address))
  return [...named, ...addresses, ...origins.map((origin) => new URL(origin).hostname)]
}

function relayFigures(counters: RelayCounters): Figure[] {
  return [
    ['msrp_connections', counters.connections],
    ['msrp_sessions', counters.grants],
    ['msrp_forwarded_total', counters.forwarded],
    ['msrp_body_bytes_total', counters.bytes],
    ...Object.entries(counters.refused).map(
      ([status, count]): Figure => ['msrp_refused_total', count, ['status', status]],
    ),
    ['msrp_reports_total', counters.reports],
    ['msrp_malformed_total', counters.malformed],
  ]
}
