import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Duplex, Readable, Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'

const LOG_MAX = 300_000
const END_MS = 3_000

/** @throws Error that names the Debian package if its file is not there */
export function needsPackage(name: string, file: string): void {
  if (existsSync(file)) return
  throw new Error(`This test needs the Debian package ${name}: apt-get install ${name}`)
}

/**
 * The `$HOME` of one client, and the processes in it: an unprivileged user's, if the tests run as
 * root. Nothing it starts outlives it.
 */
export class ClientHome {
  readonly folder: string
  #log = ''
  readonly #user: { readonly uid: number; readonly gid: number } | null
  readonly #running: ChildProcess[] = []

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), `sotto-${name}-`))
    this.#user = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : null
    this.#own(this.folder)
  }

  get log(): string {
    return this.#log
  }

  addLog(text: string): void {
    this.#log = (this.#log + text).slice(-LOG_MAX)
  }

  path(...names: string[]): string {
    return join(this.folder, ...names)
  }

  /** Writes a file that its user alone can read, and the folders above it. */
  write(name: string, content: string): void {
    this.makeFolder(dirname(name))
    writeFileSync(this.path(name), content, { mode: 0o600 })
    this.#own(this.path(name))
  }

  makeFolder(name: string): void {
    if (name === '.' || existsSync(this.path(name))) return
    this.makeFolder(dirname(name))
    mkdirSync(this.path(name), { mode: 0o700 })
    this.#own(this.path(name))
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true, force: true })
  }

  /**
   * Starts a program of this home in a process group of its own.
   * @returns its streams; `line` is descriptor 3, which is open both ways
   */
  spawn(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ClientStreams {
    const child = spawn(command, args, {
      cwd: this.folder,
      env: {
        PATH: '/usr/bin:/bin:/usr/sbin',
        HOME: this.folder,
        SHELL: '/bin/sh',
        LANG: 'C.UTF-8',
        TMPDIR: this.folder,
        ...env,
      },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      ...this.#user,
    })
    this.#running.push(child)
    const { stdin, stdout, stderr } = child
    const line = child.stdio[3] as Duplex
    stderr.setEncoding('utf8').on('data', (text: string) => this.addLog(text))
    stdin.on('error', () => {}) // It ended: whoever waits for an answer will say so.
    line.on('error', () => {})
    return { stdin, stdout: stdout.setEncoding('utf8'), line: line.setEncoding('utf8') }
  }

  /** Ends every process of this home: politely, then for certain. The files stay. */
  async end(): Promise<void> {
    await Promise.all(this.#running.splice(0).map(endGroup))
  }

  delete(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #own(path: string): void {
    if (this.#user !== null) chownSync(path, this.#user.uid, this.#user.gid)
  }
}

export interface ClientStreams {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly line: Duplex
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return
  const isRunning = child.exitCode === null && child.signalCode === null
  const ended = isRunning ? once(child, 'exit') : Promise.resolve()
  signalGroup(child.pid, 'SIGTERM')
  const last = new AbortController()
  await Promise.race([ended, setTimeout(END_MS, null, { signal: last.signal }).catch(() => {})])
  last.abort()
  signalGroup(child.pid, 'SIGKILL')
  await ended
}

/** Signals a process and all that it started, as far as they are still there. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // All of the group had ended.
  }
}

function idOf(kind: '-u' | '-g'): number {
  return Number(execFileSync('id', [kind, 'nobody']).toString())
}

/** Starts a client; if it does not start, it is stopped. */
export async function begun<Client extends { begin(): Promise<void>; stop(): Promise<void> }>(
  client: Client,
): Promise<Client> {
  try {
    await client.begin()
  } catch (error) {
    await client.stop()
    throw error
  }
  return client
}

/** Looks again and again, until there is something to see. @throws Error with what `explain` says */
export async function until<Value>(
  look: () => Value | undefined | false | null,
  what: string,
  explain: () => string,
  timeoutMs = 15_000,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const seen = look()
    if (seen !== undefined && seen !== false && seen !== null) return seen
    if (Date.now() > deadline) throw new Error(`No ${what}:\n${explain()}`)
    await setTimeout(20)
  }
}
