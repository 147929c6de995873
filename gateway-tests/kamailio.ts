import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from './ports.ts'
import { serverProcess } from './server-process.ts'

export { freePort, freePorts } from './ports.ts'

/** What is shipped: the tests run these files, with ports and folders of their own in `local.cfg`. */
const SHIPPED = join(import.meta.dirname, '..', 'docs', 'operations', 'kamailio')

export const KAMAILIO_DOMAIN = 'test.local'
/** They have accounts on every Kamailio that is started here. */
const USERS = ['alice', 'bob', 'carol']

export function passwordOf(user: string): string {
  return `${user}’s password`
}

/** A Kamailio of our own: SIP registrar and proxy, and MSRP relay, on one loopback port. */
export interface Kamailio extends AsyncDisposable {
  readonly port: number
  /** For both subprotocols, `sip` and `msrp`. */
  readonly url: string
  /** What it has logged so far. */
  log(): string
  /** Its metrics, in Prometheus' text format. */
  metrics(): Promise<string>
  /** Asks it by RPC, as an operator does. */
  ask(...command: string[]): string
  /** Adds an account, or changes its password. */
  setAccount(user: string, password: string): void
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>
}

export interface KamailioOptions {
  /** 0, the default, takes any free one. */
  readonly port?: number
  /** Of the accounts. Default: {@link KAMAILIO_DOMAIN}. */
  readonly domain?: string
  /** The account of a gateway, and the domains behind it. */
  readonly gateway?: { readonly account: string; readonly domains: readonly string[] }
  /** Serve wss, with a certificate for localhost by this authority; all PEM. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca: string }
  /** Be one of two nodes: where they meet, `host:port`, and the ports of both relays. */
  readonly cluster?: {
    readonly here: string
    readonly peer: string
    readonly relays: readonly number[]
  }
  /** Pages that may connect, a regular expression. */
  readonly origins?: string
  /** False: takes no WebSocket, as most SIP providers do not. */
  readonly webSockets?: boolean
  /** Asks for passwords with SHA-256. */
  readonly sha256?: boolean
  /** What is shipped is made to do something that others' servers do. */
  readonly change?: (configuration: string) => string
}

/**
 * Starts it as `docs/operations/kamailio` says, in a folder of its own; it answers when the promise
 * resolves.
 *
 * @throws Error with its log if it does not start, or with the package's name if it is not installed
 */
export async function startKamailio(options: KamailioOptions = {}): Promise<Kamailio> {
  if (spawnSync('kamailio', ['-v']).error !== undefined) {
    throw new Error('This test needs the Debian package kamailio: apt-get install kamailio')
  }
  const { domain = KAMAILIO_DOMAIN } = options
  const [free, adminPort] = (await freePorts(2)) as [number, number]
  const port = options.port || free
  const server = serverProcess('kamailio', 'nobody')
  const { folder, log } = server
  const accounts = join(folder, 'accounts.db')
  const control = join(folder, 'control.sock')
  cpSync(SHIPPED, folder, { recursive: true })
  writeFileSync(
    join(folder, 'local.cfg'),
    localSettings(options, { domain, port, adminPort, accounts, control }),
  )
  const configuration = join(folder, 'kamailio.cfg')
  const { webSockets = true, change = (shipped) => shipped } = options
  const shipped = readFileSync(configuration, 'utf8')
  writeFileSync(configuration, change(webSockets ? shipped : withoutWebSockets(shipped)))
  if (options.tls !== undefined) writeCertificates(join(folder, 'tls'), options.tls)
  const runScript = (args: string[], input?: string) =>
    server.run([join(folder, 'accounts.sh'), accounts, ...args], input)
  const setAccount = (user: string, password: string) =>
    void runScript(['set', `${user}@${domain}`], `${password}\n`)
  runScript(['init'])
  for (const user of USERS) setAccount(user, passwordOf(user))

  const command = ['kamailio', '-DD', '-E', '-f', configuration, '-Y', folder, '-w', folder]
  command.push('-P', join(folder, 'kamailio.pid'))
  command.push('-m', '64', '-M', '8') // MB of shared and of private memory.
  await server.start(command, [port])
  return {
    port,
    url: options.tls === undefined ? `ws://127.0.0.1:${port}/` : `wss://localhost:${port}/`,
    log,
    metrics: async () => await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text(),
    ask: (...command) => execFileSync('kamcmd', ['-s', `unix:${control}`, ...command]).toString(),
    setAccount,
    kill: () => server.stop('SIGKILL'),
    [Symbol.asyncDispose]: () => server.stop(),
  }
}

interface Places {
  readonly domain: string
  readonly port: number
  readonly adminPort: number
  readonly accounts: string
  readonly control: string
}

/** The shipped `local.cfg` with every value replaced, and without the features that are not wanted. */
function localSettings(options: KamailioOptions, places: Places): string {
  const { tls, cluster, gateway, origins = 'http://127[.]0[.]0[.]1:[0-9]+' } = options
  const relays = cluster?.relays ?? [places.port]
  const host = tls === undefined ? '127.0.0.1' : 'localhost'
  const scheme = tls === undefined ? 'msrp' : 'msrps'
  const values: Record<string, string | number> = {
    SIP_DOMAIN: places.domain,
    ACCOUNTS: places.accounts,
    ORIGINS: origins,
    LISTEN_PUBLIC: `${tls === undefined ? 'tcp' : 'tls'}:127.0.0.1:${places.port}`,
    RELAY_HERE: `${scheme}://${host}:${places.port}`,
    RELAYS: `${scheme}://${host}:(${relays.join('|')})`,
    WRONG_PASSWORDS: 20,
    ADMIN_PORT: places.adminPort,
    CONTROL_SOCKET: places.control,
    GATEWAY_ACCOUNT: gateway?.account ?? '',
    GATEWAY_DOMAINS: gateway?.domains.map((name) => name.replaceAll('.', '[.]')).join('|') ?? '',
    CLUSTER_PORT: cluster?.here.split(':')[1] ?? 0,
    CLUSTER_HERE: cluster?.here ?? '',
    CLUSTER_PEER: cluster?.peer ?? '',
    CLUSTER_HOSTS: '127[.]0[.]0[.][0-9]+',
  }
  const isUnwanted = (line: string) =>
    (line.includes('WITH_TLS') && tls === undefined) ||
    (line.includes('WITH_GATEWAY') && gateway === undefined) ||
    (line.includes('WITH_CLUSTER') && cluster === undefined)
  const settings = readFileSync(join(SHIPPED, 'local.cfg'), 'utf8')
  return settings
    .split('\n')
    .map((line) => (options.sha256 ? line.replace(/^##(?=!define WITH_SHA256)/, '#') : line))
    .filter((line) => !line.startsWith('#!') || !isUnwanted(line))
    .map((line) => withValue(line, values))
    .join('\n')
}

function withValue(line: string, values: Record<string, string | number>): string {
  const [, name] = /^#!(?:define |substdef "!)(\w+)/.exec(line) ?? []
  if (name === undefined || name.startsWith('WITH_')) return line
  const value = values[name]
  if (value === undefined) throw new Error(`local.cfg has a setting that no test sets: ${name}`)
  return line.startsWith('#!define')
    ? `#!define ${name} ${value}`
    : `#!substdef "!${name}!${value}!g"`
}

/** The shipped configuration without its module for WebSockets, so that it cannot answer one. */
function withoutWebSockets(shipped: string): string {
  const lines = shipped.split('\n')
  return lines.filter((line) => !/"websocket|ws_handle_handshake/.test(line)).join('\n')
}

function writeCertificates(folder: string, tls: NonNullable<KamailioOptions['tls']>): void {
  mkdirSync(folder)
  for (const name of ['key', 'cert', 'ca'] as const) {
    writeFileSync(join(folder, `${name}.pem`), tls[name], { mode: 0o600 })
  }
}
