import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { serverProcess } from './server-process.ts'

const SHIPPED = join(import.meta.dirname, '..', 'docs', 'operations', 'nginx')

export interface NginxOptions {
  readonly file: 'edge.conf' | 'kamailio.conf'
  /** PEM, for localhost. */
  readonly tls: { readonly key: string; readonly cert: string }
  /** The built app, of which it gets a copy: its user need not be able to read ours. */
  readonly webRoot?: string
  /** What is replaced in the file besides its port, name and certificate. */
  readonly replace: Readonly<Record<string, string>>
}

/** A running nginx, which ends TLS for `localhost`. */
export interface Nginx extends AsyncDisposable {
  readonly port: number
}

/**
 * Starts nginx with a file that is shipped.
 *
 * @throws Error with its log if it does not start, or with the package's name if it is not installed
 */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  const { file, tls, webRoot, replace } = options
  if (spawnSync('/usr/sbin/nginx', ['-v']).error !== undefined) {
    throw new Error('This test needs the Debian package nginx-light: apt-get install nginx-light')
  }
  const port = await freePort()
  const server = serverProcess('nginx', 'nobody')
  const { folder } = server
  mkdirSync(join(folder, 'tls'))
  writeFileSync(join(folder, 'tls', 'cert.pem'), tls.cert)
  writeFileSync(join(folder, 'tls', 'key.pem'), tls.key, { mode: 0o600 })
  if (webRoot !== undefined) cpSync(webRoot, join(folder, 'web'), { recursive: true })
  const replacements = {
    ...replace,
    ...(webRoot !== undefined && { '/srv/sotto/dist/web': join(folder, 'web') }),
    'listen 443': `listen 127.0.0.1:${port}`,
    'server_name chat.example.org': 'server_name localhost',
    '/etc/nginx/tls': join(folder, 'tls'),
  }
  let site = readFileSync(join(SHIPPED, file), 'utf8')
  for (const [shipped, ours] of Object.entries(replacements)) {
    if (!site.includes(shipped)) throw new Error(`${file} has no ${shipped}`)
    site = site.replaceAll(shipped, ours)
  }
  writeFileSync(join(folder, 'site.conf'), site)
  writeFileSync(join(folder, 'nginx.conf'), around(folder))
  await server.start(['/usr/sbin/nginx', '-p', folder, '-e', 'stderr', '-c', 'nginx.conf'], [port])
  return { port, [Symbol.asyncDispose]: () => server.stop() }
}

/** The rest of a configuration: everything in one folder, in the foreground. */
function around(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events {}
http {
  include /etc/nginx/mime.types;
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  include ${folder}/site.conf;
}
`
}
