import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort, isListening } from './ports.ts'

const SHIPPED = join(import.meta.dirname, '..', 'docs', 'operations', 'nginx')

export interface NginxOptions {
  readonly file: 'edge.conf' | 'kamailio.conf'
  /** PEM, for localhost. */
  readonly tls: { readonly key: string; readonly cert: string }
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
export async function startNginx({ file, tls, replace }: NginxOptions): Promise<Nginx> {
  if (spawnSync('/usr/sbin/nginx', ['-v']).error !== undefined) {
    throw new Error('This test needs the Debian package nginx-light: apt-get install nginx-light')
  }
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'sotto-nginx-'))
  mkdirSync(join(folder, 'tls'))
  writeFileSync(join(folder, 'tls', 'cert.pem'), tls.cert)
  writeFileSync(join(folder, 'tls', 'key.pem'), tls.key, { mode: 0o600 })
  const replacements = {
    ...replace,
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
  const child = spawn('/usr/sbin/nginx', ['-p', folder, '-e', 'stderr', '-c', 'nginx.conf'])
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-20_000)
  })
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; !(await isListening(port)); attempt++) {
    if (child.exitCode !== null || attempt > 100) {
      await stop()
      throw new Error(`nginx did not start:\n${log}`)
    }
    await setTimeout(100)
  }
  return { port, [Symbol.asyncDispose]: stop }
}

/** The rest of a configuration: everything in one folder, in the foreground. */
function around(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
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
