import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'

/**
 * Starts a program and whatever it starts as one group, which ends when this process does, however that
 * happens; then the folder goes too. Its standard input is empty.
 */
export function spawnGroup(
  folder: string,
  command: readonly string[],
  options: Omit<SpawnOptions, 'stdio' | 'detached'> = {},
): ChildProcess {
  const args = ['-c', UNTIL_STDIN_ENDS, folder, ...command]
  return spawn('sh', args, { cwd: folder, ...options, detached: true, stdio: 'pipe' })
}

/**
 * Ours is the only other end of its standard input. A watchman, outside the group, waits for its end:
 * first nothing may write any more, then the folder goes.
 */
const UNTIL_STDIN_ENDS = `
  exec 3<&0
  setsid sh -c 'read _; kill -KILL "-$1"; rm -rf -- "$0"' "$0" $$ <&3 >/dev/null 2>&1 &
  exec "$@" 3<&- </dev/null`

/** How long a program may take to end when it is asked to. */
const END_MS = 3_000

/** Ends all of a group for certain: with `SIGTERM` the program is asked first, and has 3 s. */
export async function endGroup(
  child: ChildProcess,
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): Promise<void> {
  if (child.pid === undefined) return
  const hasEnded = child.exitCode !== null || child.signalCode !== null
  const ended = hasEnded ? Promise.resolve() : once(child, 'exit')
  if (!hasEnded && signal === 'SIGTERM') {
    child.kill('SIGTERM')
    const enough = new AbortController()
    const patience = setTimeout(END_MS, null, { signal: enough.signal }).catch(() => {})
    await Promise.race([ended, patience])
    enough.abort()
  }
  killGroup(child.pid)
  child.stdin?.destroy()
  await ended
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of it had ended.
  }
}
