import { type ChildProcess, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { logOnFailure } from './failure-log.ts'
import { isListening } from './ports.ts'
import { endGroup, spawnGroup } from './process-group.ts'

/** A server that is a program, in the foreground, with a folder and a user of its own. */
export interface ServerProcess {
  /** Nothing it is told to write is elsewhere. Gone after a stop, and when it has not started. */
  readonly folder: string
  /** Runs a program as the server's user, to its end. @returns what it printed */
  run(command: readonly string[], input?: string): string
  /**
   * Starts the server; it listens at all ports when the promise resolves.
   *
   * @throws Error with its log if it does not in time, or if somebody else has one of the ports
   */
  start(command: readonly string[], ports: readonly number[]): Promise<void>
  /** What it has printed so far. */
  log(): string
  /** Ends it and its group; asked, or with `SIGKILL` as a power cut does. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
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
  const idOf = (kind: '-u' | '-g') => execFileSync('id', [kind, user]).toString().trim()
  const [uid, gid] = isRoot ? [idOf('-u'), idOf('-g')] : []
  const become = isRoot ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : []
  let child: ChildProcess | null = null
  let log = ''
  const ended = logOnFailure(name, () => log)

  /** What we have written there becomes the server's. */
  const handOver = () => {
    if (isRoot && child === null) execFileSync('chown', ['-R', `${uid}:${gid}`, folder])
  }

  const stop = async (signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    if (child !== null) await endGroup(child, signal)
    rmSync(folder, { recursive: true, force: true })
    ended()
  }
  return {
    folder,
    run(command, input = '') {
      handOver()
      const [first, ...args] = [...become, ...command]
      return execFileSync(first!, args, { cwd: folder, input, stdio: 'pipe' }).toString()
    },
    log: () => log,
    stop,
    async start(command, ports) {
      try {
        await untilFree(ports)
        handOver()
        child = spawnGroup(folder, [...become, ...command], {
          env: { ...process.env, HOME: folder, TMPDIR: folder },
        })
        for (const stream of [child.stdout, child.stderr]) {
          stream?.setEncoding('utf8').on('data', (text: string) => {
            log = (log + text).slice(-LOG_MAX)
          })
        }
        await untilListening(child, ports)
      } catch (error) {
        await stop('SIGKILL')
        throw new Error(`${name} did not start: ${(error as Error).message}\n${log}`)
      }
    },
  }
}

/** Characters of a log that are kept. */
const LOG_MAX = 200_000
const PAUSE_MS = 50
/** Looks at the ports before a start has failed: 15 s. */
const PATIENCE = 300

/** Else somebody else's server would be taken for ours. */
async function untilFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    for (let look = 0; await isListening(port); look++) {
      if (look > PATIENCE) throw new Error(`another program has port ${port} of 127.0.0.1`)
      await setTimeout(PAUSE_MS)
    }
  }
}

async function untilListening(child: ChildProcess, ports: readonly number[]): Promise<void> {
  const areListening = async () => (await Promise.all(ports.map(isListening))).every(Boolean)
  for (let look = 0; !(await areListening()); look++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
    if (look > PATIENCE) throw new Error(`it does not listen at ${ports.join(', ')}`)
    await setTimeout(PAUSE_MS)
  }
}
