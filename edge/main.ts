import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AccountsError } from './accounts.ts'
import { EdgeError } from './errors.ts'
import { startEdge } from './server.ts'
import { parseOverride } from './tunnel.ts'

const USAGE = `Usage: edge [options]
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

async function main(): Promise<void> {
  const { values } = parseArgs({
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
  if (values.help === true) {
    process.stdout.write(USAGE)
    return
  }
  const [cert, key, ca] = [values['tls-cert'], values['tls-key'], values['provider-ca']]
  if ((cert === undefined) !== (key === undefined)) {
    throw new RangeError('--tls-cert and --tls-key go together')
  }
  const msrpPort = values['msrp-port']
  const edge = await startEdge({
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
    log: (entry) => process.stderr.write(`${JSON.stringify(entry)}\n`),
  })
  process.stdout.write(`Sotto is at ${edge.url}\n`)
  const stop = (): void => void edge.close().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

const PUBLIC_TLS = { allowPrivate: false, allowPlain: false }

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new RangeError(`${text} is no port`)
  return port
}

try {
  await main()
} catch (error) {
  // What the operator can mend is a sentence; anything else is a fault of ours and keeps its trace.
  if (!(error instanceof Error)) throw error
  const known =
    error instanceof EdgeError ||
    error instanceof AccountsError ||
    error instanceof RangeError ||
    'code' in error
  process.stderr.write(`${known ? error.message : error.stack}\n`)
  process.exitCode = 1
}
