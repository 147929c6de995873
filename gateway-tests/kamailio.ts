import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** A Kamailio of our own: SIP registrar and proxy, and MSRP relay, on one loopback port. */
export interface Kamailio extends AsyncDisposable {
  readonly port: number
  /** For both subprotocols, `sip` and `msrp`. */
  readonly url: string
  /** What it has logged so far. */
  log(): string
}

/**
 * Starts it with `kamailio.cfg` in a folder of its own; it answers when the promise resolves.
 *
 * @throws Error with its log if it does not start, or with the package's name if it is not installed
 */
export async function startKamailio({ port = 0 }: { port?: number } = {}): Promise<Kamailio> {
  if (spawnSync('kamailio', ['-v']).error !== undefined) {
    throw new Error('This test needs the Debian package kamailio: apt-get install kamailio')
  }
  const chosen = port || (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'sotto-kamailio-'))
  const config = join(import.meta.dirname, 'kamailio.cfg')
  const pid = join(folder, 'kamailio.pid')
  const child = spawn(
    'kamailio',
    ['-DD', '-E', '-f', config, '-Y', folder, '-w', folder, '-P', pid].concat(
      ['-m', '64', '-M', '8'], // MB of shared and of private memory.
      ['-A', `PORT=${chosen}`],
    ),
  )
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-100_000)
    })
  }
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; !(await accepts(chosen)); attempt++) {
    if (child.exitCode !== null || attempt > 100) {
      await stop()
      throw new Error(`Kamailio did not start:\n${log}`)
    }
    await setTimeout(100)
  }
  const url = `ws://127.0.0.1:${chosen}/`
  return { port: chosen, url, log: () => log, [Symbol.asyncDispose]: stop }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const answer = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => answer(true)).once('error', () => answer(false))
  })
}
