import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { isListening } from '../ports.ts'

/** A server that is a program, in the foreground, with a folder and a user of its own. */
export interface ServerProcess {
  /** Nothing it is told to write is elsewhere. Gone after a stop, unless it failed to start. */
  readonly folder: string
  /** Runs a program as the server's user, to its end. @returns what it printed */
  run(command: string, ...args: string[]): string
  /** Starts the server. @throws Error with its log if it does not listen at all ports in time */
  start(command: string, args: readonly string[], ports: readonly number[]): Promise<void>
  /** What it has printed so far. */
  log(): string
  stop(): Promise<void>
}

/**
 * A place for a server to run in, not as root when the tests are. It ends when this process does,
 * however that happens.
 *
 * @param user - of the system; the server runs as this one, or as ours when we are not root
 */
export function serverProcess(name: string, user: string): ServerProcess {
  const folder = mkdtempSync(join(tmpdir(), `sotto-${name}-`))
  const isRoot = process.getuid?.() === 0
  const become: string[] = []
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((of) => execFileSync('id', [of, user]).toString().trim())
    chownSync(folder, Number(uid), Number(gid))
    become.push('setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups')
  }
  let child: ChildProcess | null = null
  let log = ''

  const stop = async () => {
    if (child !== null) await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    folder,
    run: (...words) => {
      const [command, ...args] = [...become, ...words]
      return execFileSync(command!, args, { stdio: 'pipe' }).toString()
    },
    log: () => log,
    stop,
    async start(command, args, ports) {
      child = spawn('sh', ['-c', UNTIL_STDIN_ENDS, folder, ...become, command, ...args], {
        cwd: folder,
        env: { ...process.env, HOME: folder },
        detached: true, // A group of its own: whatever it starts ends with it.
        stdio: 'pipe',
      })
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          log = (log + text).slice(-LOG_MAX)
        })
      }
      const areListening = async () => (await Promise.all(ports.map(isListening))).every(Boolean)
      for (let attempt = 0; !(await areListening()); attempt++) {
        if (child.exitCode !== null || attempt > PATIENCE) {
          await stop()
          throw new Error(`${name} did not start:\n${log}`)
        }
        await setTimeout(PAUSE_MS)
      }
    },
  }
}

/** Ours is the only other end of its standard input: that ends with us, and then folder and group. */
const UNTIL_STDIN_ENDS =
  'exec 3<&0; (read _ <&3; rm -rf -- "$0"; kill -KILL 0) & exec "$@" 3<&- </dev/null'

/** Characters of a log that are kept. */
const LOG_MAX = 200_000
const PAUSE_MS = 50
/** Looks at the port before a start has failed: 15 s. */
const PATIENCE = 300

/** Asks it to end, and ends all of its group. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM')
    const gone = once(child, 'exit')
    if ((await Promise.race([gone, setTimeout(3_000, null)])) === null) child.kill('SIGKILL')
    await gone
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // All of the group had ended.
  }
}
