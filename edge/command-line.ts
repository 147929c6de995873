import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AccountsError } from './accounts.ts'
import { EdgeError } from './errors.ts'
import type { EdgeOptions } from './server.ts'
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
  --msrp-port PORT        also serve MSRP over TCP, for clients without WebSocket
  --msrp-outgoing         let clients reach MSRP peers elsewhere, over TLS
  --provider DOMAIN       SIP provider to tunnel to; may be given again
  --provider-at SRV=HOST:PORT   where that provider is, instead of DNS; may be given again
  --provider-ca FILE      PEM of a CA to trust for providers
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
      'msrp-port': { type: 'string' },
      'msrp-outgoing': { type: 'boolean', default: false },
      provider: { type: 'string', multiple: true, default: [] },
      'provider-at': { type: 'string', multiple: true, default: [] },
      'provider-ca': { type: 'string' },
    },
  })
  if (values.help === true) return null
  const [cert, key, ca] = [values['tls-cert'], values['tls-key'], values['provider-ca']]
  if ((cert === undefined) !== (key === undefined)) {
    throw new RangeError('--tls-cert and --tls-key go together')
  }
  const msrpPort = values['msrp-port']
  return {
    host: values.host,
    port: readPort(values.port),
    domain: values.domain,
    dataDir: values.data,
    webRoot: values.web,
    origins: values.origin,
    ...(msrpPort === undefined ? {} : { msrpPort: readPort(msrpPort) }),
    ...(values['msrp-outgoing'] ? { msrpOutgoing: PUBLIC_TLS } : {}),
    providers: values.provider,
    providerOverrides: new Map(values['provider-at'].map(parseOverride)),
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

const PUBLIC_TLS = { allowPrivate: false, allowPlain: false }

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new RangeError(`${text} is no port`)
  return port
}
