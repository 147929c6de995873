import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../ports.ts'
import { serverProcess } from '../server-process.ts'
import { allFiles, type XmppServer, type XmppServerOptions } from './xmpp-server.ts'

export interface ProsodyOptions extends XmppServerOptions {
  /** More modules for its host, such as `offline`. */
  readonly modules?: readonly string[]
}

/**
 * Starts Prosody in a folder of its own; clients and components can connect when the promise
 * resolves.
 *
 * @throws Error with its log if it does not start, or with the package's name if it is not installed
 */
export async function startProsody(options: ProsodyOptions = {}): Promise<XmppServer> {
  if (spawnSync('which', ['prosody']).status !== 0) {
    throw new Error('This test needs the Debian package prosody: apt-get install prosody')
  }
  const [free, componentPort] = (await freePorts(2)) as [number, number]
  const port = options.port || free
  const domain = options.domain ?? 'xmpp.test'
  const componentDomains = options.componentDomains ?? ['sip.test']
  const server = serverProcess('prosody', 'nobody')
  const config = join(server.folder, 'prosody.cfg.lua')
  const data = join(server.folder, 'data')
  server.run(['mkdir', data])
  writeFileSync(
    config,
    configuration({
      folder: server.folder,
      data,
      port,
      componentPort,
      domain,
      componentDomains,
      modules: options.modules ?? [],
    }),
    { mode: 0o644 },
  )
  await server.start(['prosody', '-F', '--config', config], [port, componentPort])
  return {
    name: 'prosody',
    host: '127.0.0.1',
    port,
    componentPort,
    componentDomains,
    componentSecret: SECRET,
    domain,
    roomsDomain: `rooms.${domain}`,
    addUser: async (name, password) =>
      void server.run(['prosodyctl', '--config', config, 'register', name, domain, password]),
    kept: () => allFiles(data),
    log: server.log,
    stop: server.stop,
    [Symbol.asyncDispose]: server.stop,
  }
}

const SECRET = 'gateway secret'

interface Settings {
  readonly folder: string
  readonly data: string
  readonly port: number
  readonly componentPort: number
  readonly domain: string
  readonly componentDomains: readonly string[]
  readonly modules: readonly string[]
}

/** Loopback only, nobody else's folders, no encryption; every message into the archive. */
function configuration({ folder, data, modules, ...settings }: Settings): string {
  const list = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ')
  return `
daemonize = false
pidfile = "${folder}/prosody.pid"
data_path = "${data}"
certificates = "${folder}"
log = { { levels = { min = "info" }, to = "console" } }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${settings.port} }
component_ports = { ${settings.componentPort} }
component_interfaces = { "127.0.0.1" }
modules_enabled = { ${list([...MODULES, ...modules])} }
modules_disabled = { "s2s", "tls"${modules.includes('offline') ? '' : ', "offline"'} }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
default_archive_policy = true
VirtualHost "${settings.domain}"
Component "rooms.${settings.domain}" "muc"
  modules_enabled = { "muc_mam" }
  muc_log_by_default = true
  muc_room_locking = false
${settings.componentDomains
  .map((name) => `Component "${name}"\n  component_secret = "${SECRET}"\n`)
  .join('')}`
}

const MODULES = ['roster', 'saslauth', 'disco', 'ping', 'presence', 'message', 'iq'].concat(
  ['carbons', 'pep', 'private', 'vcard_legacy', 'blocklist'],
  ['mam'],
)
