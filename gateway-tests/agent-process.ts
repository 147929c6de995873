import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { logOnFailure } from './failure-log.ts'

export interface AgentLine {
  readonly event: string
  readonly [field: string]: unknown
}

export interface AgentProcessOptions {
  readonly account: string
  readonly password: string
  /** Absent: it is found. */
  readonly server?: string
  /** An edge to find it by. */
  readonly via?: string
  /** The folder of an earlier process, to be the same installation again. */
  readonly store?: string
  readonly ca?: string
  /** What DNS knows, and the port of this machine that stands for port 443 there. */
  readonly names?: Readonly<Record<string, number>>
}

/** Goes before what the agent's code does. */
const NAMES = pathToFileURL(join(import.meta.dirname, 'names.mjs'))

/** The real agent, started as a program starts it: a process with lines in and lines out. */
export class AgentProcess {
  readonly lines: AgentLine[] = []
  readonly account: string
  readonly store: string
  readonly #process: ChildProcessWithoutNullStreams
  readonly #closed: Promise<number | null>
  #waiting: (() => void)[] = []
  #read = 0
  #errors = ''

  private constructor(options: AgentProcessOptions) {
    this.account = options.account
    this.store = options.store ?? mkdtempSync(join(tmpdir(), 'sotto-agent-'))
    const passwordFile = join(mkdtempSync(join(tmpdir(), 'sotto-password-')), 'password')
    writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 })
    const args = ['run', '-s', 'agent', '--', '--account', options.account]
    args.push('--password-file', passwordFile, '--store', this.store)
    if (options.server !== undefined) args.push('--server', options.server)
    if (options.via !== undefined) args.push('--via', options.via)
    if (options.ca !== undefined) args.push('--ca', options.ca)
    this.#process = spawn('npm', args, {
      cwd: join(import.meta.dirname, '..'),
      detached: true, // A group of its own: npm is not the agent.
      env:
        options.names === undefined
          ? process.env
          : {
              ...process.env,
              NODE_OPTIONS: `--import=${NAMES}`,
              NAMES: JSON.stringify(options.names),
            },
    })
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line))
      for (const wake of this.#waiting.splice(0)) wake()
    })
    this.#process.stderr.setEncoding('utf8').on('data', (text) => {
      this.#errors += text
    })
    const ended = logOnFailure(`agent ${this.account}`, () => this.#log())
    this.#closed = new Promise((resolve) => {
      this.#process.once('close', (code) => {
        resolve(code)
        ended()
        for (const wake of this.#waiting.splice(0)) wake()
      })
    })
  }

  /** Starts an agent and waits until it is registered. */
  static async start(options: AgentProcessOptions): Promise<AgentProcess> {
    const agent = AgentProcess.spawn(options)
    await agent.expect({ event: 'registered' })
    return agent
  }

  static spawn(options: AgentProcessOptions): AgentProcess {
    return new AgentProcess(options)
  }

  do(command: object): void {
    this.raw(JSON.stringify(command))
  }

  raw(line: string): void {
    this.#process.stdin.write(`${line}\n`)
  }

  /**
   * The next line, after the last one that was expected, with these fields.
   * @throws Error with all lines if none comes in time
   */
  async expect(wanted: Record<string, unknown>, timeoutMs = 30_000): Promise<AgentLine> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      for (let at = this.#read; at < this.lines.length; at++) {
        const line = this.lines[at]!
        if (!matches(line, wanted)) continue
        this.#read = at + 1
        return line
      }
      const left = deadline - Date.now()
      if (left <= 0 || this.#process.exitCode !== null) this.#fail(wanted)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  /** What it has written for people. */
  get errors(): string {
    return this.#errors
  }

  /** Its exit status, once it has ended. */
  get ended(): Promise<number | null> {
    return this.#closed
  }

  /** Asks it to quit. @returns the exit status */
  async quit(): Promise<number | null> {
    if (this.#process.exitCode === null) this.do({ do: 'quit' })
    return await this.#closed
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    if (this.#process.pid !== undefined) process.kill(-this.#process.pid, 'SIGKILL')
    await this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit()
  }

  #fail(wanted: Record<string, unknown>): never {
    throw new Error(`No line ${JSON.stringify(wanted)} in:\n${this.#log()}`)
  }

  #log(): string {
    return `${this.lines.map((line) => JSON.stringify(line)).join('\n')}\n${this.#errors}`
  }
}

function matches(line: AgentLine, wanted: Record<string, unknown>): boolean {
  return Object.entries(wanted).every(([field, value]) =>
    value instanceof RegExp ? value.test(String(line[field])) : line[field] === value,
  )
}
