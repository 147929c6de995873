import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logOnFailure } from './failure-log.ts'
import { freePort, passwordOf } from './kamailio.ts'
import { endGroup, spawnGroup } from './process-group.ts'

/** A phone of SIPp's, on UDP, that plays one scenario: `sipp/NAME.xml`. */
export interface Sipp extends AsyncDisposable {
  /** Where it hears requests. */
  readonly contact: string
  /**
   * Resolves once the scenario has been played as it is written.
   *
   * @throws Error with what SIPp says if a message was another, or missing
   */
  played(): Promise<void>
}

export interface SippOptions {
  readonly scenario: string
  /** UDP port of the proxy. */
  readonly proxy: number
  /** Whose phone it is; it answers challenges. */
  readonly user: string
  /** Whom it calls, if it calls. */
  readonly peer?: string
  /** Call-IDs that the scenario is played for. */
  readonly calls?: number
}

/** Far less than a test may take, so that SIPp says what it waits for. */
const PATIENCE_S = 60

/** @throws Error with the package's name if SIPp is not installed */
export async function startSipp(options: SippOptions): Promise<Sipp> {
  if (spawnSync('which', ['sipp']).status !== 0) {
    throw new Error('This test needs the Debian package sip-tester: apt-get install sip-tester')
  }
  const { scenario, proxy, user, peer = user, calls = 1 } = options
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'sotto-sipp-'))
  const child = spawnGroup(
    folder,
    ['sipp', `127.0.0.1:${proxy}`].concat(
      ['-sf', join(import.meta.dirname, 'sipp', `${scenario}.xml`)],
      ['-i', '127.0.0.1', '-p', String(port), '-t', 'u1', '-nostdin'],
      ['-s', peer, '-au', user, '-ap', passwordOf(user), '-key', 'user', user],
      ['-m', String(calls), '-timeout', `${PATIENCE_S}s`, '-timeout_error'],
    ),
  )
  let said = ''
  child.stdout?.resume() // Its screen.
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const ended = once(child, 'close')
  void ended.then(logOnFailure(`sipp ${scenario}`, () => said))
  return {
    contact: `sip:${user}@127.0.0.1:${port}`,
    async played() {
      await ended
      if (child.exitCode !== 0) throw new Error(`SIPp ended with ${child.exitCode}:\n${said}`)
    },
    async [Symbol.asyncDispose]() {
      await endGroup(child, 'SIGKILL')
      await ended
    },
  }
}
