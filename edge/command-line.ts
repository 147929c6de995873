import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AccountsError } from './accounts.ts'
import { EdgeError } from './errors.ts'
import type { EdgeOptions, MsrpAddress } from './server.ts'
import { parseOverride } from './tunnel.ts'

export const USAGE = `Options:
  --host HOST             address to listen on (127.0.0.1)
  --port PORT             port (8020)
  --domain DOMAIN         host part of the accounts (sotto.localhost)
  --data FOLDER           where accounts are kept (.sotto/edge)
  --web FOLDER            the built app (dist/web)
  --tls-cert FILE         PEM certificate chain
  --tls-key FILE          PEM private key
  --origin URL            another address people use for it; may be given again
  --trust-proxy ADDRESS   reverse proxy, or network of them, whose X-Forwarded-For is
                          believed; may be given again
  --msrp-port PORT        also serve MSRP without WebSocket: over TLS with --tls-cert, else TCP
  --msrp-public URI       where others reach that port, if elsewhere: msrps://HOST:PORT
  --msrp-outgoing         let clients reach MSRP peers elsewhere, over TLS
  --provider DOMAIN       SIP provider to tunnel to (sip2sip.info); may be given again
  --no-provider           no tunnels
  --no-provider-relay     who has an account at a provider only may not use the relay here
  --provider-ca FILE      PEM of a CA to trust for providers
  --resolve NAME=HOST:PORT   where a provider's service is, instead of DNS, such as
                          _sips._tcp.example.org=10.0.0.5:5061; may be given again
`

/**
 * Reads the command line of a program that starts an edge.
 *
 * @returns `null` if it asks for help: print {@link USAGE}
 * @throws Error with a sentence for the operator; see {@link explain}
 */
export function readCommandLine(args: readonly string[]): EdgeOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8020' },
      domain: { type: 'string', default: 'sotto.localhost' },
      data: { type: 'string', default: '.sotto/edge' },
      web: { type: 'string', default: 'dist/web' },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      origin: { type: 'string', multiple: true, default: [] },
      'trust-proxy': { type: 'string', multiple: true, default: [] },
      'msrp-port': { type: 'string' },
      'msrp-public': { type: 'string' },
      'msrp-outgoing': { type: 'boolean', default: false },
      provider: { type: 'string', multiple: true },
      'no-provider': { type: 'boolean', default: false },
      'no-provider-relay': { type: 'boolean', default: false },
      'provider-ca': { type: 'string' },
      resolve: { type: 'string', multiple: true, default: [] },
    },
  })
  if (values.help === true) return null
  const [cert, key, ca] = [values['tls-cert'], values['tls-key'], values['provider-ca']]
  if ((cert === undefined) !== (key === undefined)) {
    throw new RangeError('--tls-cert and --tls-key go together')
  }
  if (values['no-provider'] && values.provider !== undefined) {
    throw new RangeError('--provider and --no-provider exclude each other')
  }
  const [msrpPort, msrpPublic] = [values['msrp-port'], values['msrp-public']]
  if (msrpPublic !== undefined && msrpPort === undefined) {
    throw new RangeError('--msrp-public says where --msrp-port is reached, which is not given')
  }
  return {
    host: values.host,
    port: readPort(values.port),
    domain: values.domain,
    dataDir: values.data,
    webRoot: values.web,
    origins: values.origin,
    trustedProxies: values['trust-proxy'],
    ...(msrpPort === undefined ? {} : { msrpPort: readPort(msrpPort) }),
    ...(msrpPublic === undefined ? {} : { msrpPublic: readMsrpAddress(msrpPublic) }),
    ...(values['msrp-outgoing'] ? { msrpOutgoing: PUBLIC_TLS } : {}),
    providers: values['no-provider'] ? [] : (values.provider ?? DEFAULT_PROVIDERS),
    providerRelay: !values['no-provider-relay'],
    providerOverrides: new Map(values.resolve.map(parseOverride)),
    ...(cert && key ? { tls: { cert: readFileSync(cert), key: readFileSync(key) } } : {}),
    ...(ca ? { providerCa: readFileSync(ca, 'utf8') } : {}),
  }
}

/** What the operator can mend is a sentence; anything else is a fault of ours and keeps its trace. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const known =
    error instanceof EdgeError ||
    error instanceof AccountsError ||
    error instanceof RangeError ||
    'code' in error
  return known ? error.message : (error.stack ?? error.message)
}

/** A provider that gives SIP accounts with MSRP to anybody, and has no WebSocket. */
const DEFAULT_PROVIDERS = ['sip2sip.info']

const PUBLIC_TLS = { allowPrivate: false, allowPlain: false }

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new RangeError(`${text} is no port`)
  return port
}

function readMsrpAddress(text: string): MsrpAddress {
  const [, scheme, host, port] =
    /^(msrps?):\/\/(\[[\da-f:.]+\]|[a-z\d.-]+):(\d+)$/i.exec(text) ?? []
  if (host === undefined) throw new RangeError(`${text} is not msrps://HOST:PORT`)
  return { host: host.toLowerCase(), port: readPort(port!), secure: scheme === 'msrps' }
}
