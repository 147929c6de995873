import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFailed } from 'vitest'
import { freePort, passwordOf } from './kamailio.ts'

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
  const { scenario, proxy, user, peer = user, calls = 1 } = options
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'sotto-sipp-'))
  const log = join(folder, 'errors.log')
  const child = spawn(
    'sipp',
    [`127.0.0.1:${proxy}`, '-sf', join(import.meta.dirname, 'sipp', `${scenario}.xml`)].concat(
      ['-i', '127.0.0.1', '-p', String(port), '-t', 'u1', '-nostdin'],
      ['-s', peer, '-au', user, '-ap', passwordOf(user), '-key', 'user', user],
      ['-m', String(calls), '-timeout', `${PATIENCE_S}s`, '-timeout_error'],
      ['-trace_err', '-error_file', log],
    ),
    { stdio: 'ignore' },
  )
  let said = ''
  const ended = once(child, 'close')
    .catch(() => {
      throw new Error('This test needs the Debian package sip-tester: apt-get install sip-tester')
    })
    .finally(() => {
      if (existsSync(log)) said = readFileSync(log, 'utf8')
      rmSync(folder, { recursive: true })
    })
  ended.catch(() => {}) // Whoever asks how it was played is told.
  onTestFailed(() => void process.stderr.write(said))
  return {
    contact: `sip:${user}@127.0.0.1:${port}`,
    async played() {
      await ended
      if (child.exitCode !== 0) throw new Error(`SIPp ended with ${child.exitCode}:\n${said}`)
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended.catch(() => {})
    },
  }
}
