import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Vitest’s global setup: `tmpdir()` is a folder of this run’s own, in the tests and in every program that
 * they start. It goes when the run ends, however that happens, and with it all that anybody left there.
 *
 * @returns the teardown
 */
export default function ownTemporaryFolder(): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-run-'))
  chmodSync(folder, 0o1777) // As the system’s own: some peers are not our user.
  process.env['TMPDIR'] = folder
  // Ours is the only other end of its standard input.
  const watchman = spawn('sh', ['-c', 'read _; rm -rf -- "$0"', folder], {
    detached: true, // A signal to our group is not for it.
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  return async () => {
    watchman.stdin.end()
    await once(watchman, 'exit')
  }
}
