import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../ports.ts'
import { serverProcess } from '../server-process.ts'
import { allFiles, type XmppServer, type XmppServerOptions } from './xmpp-server.ts'

/**
 * Starts ejabberd in a folder of its own; clients and components can connect when the promise
 * resolves.
 *
 * @throws Error with its log if it does not start, or with the package's name if it is not installed
 */
export async function startEjabberd(options: XmppServerOptions = {}): Promise<XmppServer> {
  if (spawnSync('which', ['ejabberdctl']).status !== 0) {
    throw new Error('This test needs the Debian package ejabberd: apt-get install ejabberd')
  }
  const [free, ...others] = (await freePorts(4)) as [number, number, number, number]
  const [componentPort, apiPort, nodePort] = others
  const port = options.port || free
  const domain = options.domain ?? 'xmpp.test'
  const componentDomains = options.componentDomains ?? ['sip.test']
  const server = serverProcess('ejabberd', 'ejabberd') // It runs as this user or as root, else never.
  const { folder } = server
  const spool = join(folder, 'spool')
  server.run(['mkdir', spool, join(folder, 'logs')])
  const config = join(folder, 'ejabberd.yml')
  const control = join(folder, 'ejabberdctl.cfg')
  writeFileSync(
    config,
    JSON.stringify(configuration({ port, componentPort, apiPort, domain, componentDomains })),
  )
  // No epmd, which would outlive it: the node's port is told instead of asked for.
  writeFileSync(
    control,
    [
      `ERLANG_NODE=${folder.split('-').at(-1)}@localhost`,
      'INET_DIST_INTERFACE=127.0.0.1',
      `ERL_DIST_PORT=${nodePort}`,
      '',
    ].join('\n'),
  )
  writeFileSync(join(folder, 'inetrc'), '')
  const command = ['ejabberdctl', '--config-dir', folder, '--config', config]
  command.push('--ctl-config', control, '--logs', join(folder, 'logs'), '--spool', spool)
  await server.start([...command, 'foreground'], [port, componentPort, apiPort])
  return {
    name: 'ejabberd',
    host: '127.0.0.1',
    port,
    componentPort,
    componentDomains,
    componentSecret: SECRET,
    domain,
    roomsDomain: `rooms.${domain}`,
    addUser: async (user, password) => {
      const answer = await fetch(`http://127.0.0.1:${apiPort}/api/register`, {
        method: 'POST',
        body: JSON.stringify({ user, host: domain, password }),
      })
      if (!answer.ok) throw new Error(`ejabberd: ${answer.status} ${await answer.text()}`)
    },
    kept: () => allFiles(spool),
    log: server.log,
    stop: server.stop,
    [Symbol.asyncDispose]: server.stop,
  }
}

const SECRET = 'gateway secret'

interface Settings {
  readonly port: number
  readonly componentPort: number
  readonly apiPort: number
  readonly domain: string
  readonly componentDomains: readonly string[]
}

/** Its YAML, as JSON, which is YAML. */
function configuration({ port, componentPort, apiPort, domain, componentDomains }: Settings) {
  const here = { ip: '127.0.0.1' }
  return {
    hosts: [domain],
    loglevel: 'info',
    certfiles: [],
    listen: [
      { ...here, port, module: 'ejabberd_c2s', starttls: false, max_stanza_size: 262_144 },
      {
        ...here,
        port: componentPort,
        module: 'ejabberd_service',
        // Else every connection gets a share of what is for any of the domains, out of order.
        global_routes: false,
        hosts: Object.fromEntries(componentDomains.map((name) => [name, { password: SECRET }])),
      },
      {
        ...here,
        port: apiPort,
        module: 'ejabberd_http',
        request_handlers: { '/api': 'mod_http_api' },
      },
    ],
    auth_method: 'internal',
    auth_password_format: 'plain',
    acl: { local: { user_regexp: '' } },
    access_rules: { local: { allow: 'local' }, c2s: { allow: 'all' } },
    api_permissions: { tests: { who: [{ ip: '127.0.0.1' }], what: '*' } },
    modules: {
      mod_roster: {},
      mod_disco: {},
      mod_ping: {},
      mod_carboncopy: {},
      mod_offline: {},
      mod_admin_extra: {},
      mod_http_api: {},
      mod_mam: { default: 'always', assume_mam_usage: true },
      mod_muc: { host: `rooms.${domain}`, default_room_options: { mam: true } },
      mod_muc_admin: {},
    },
  }
}
