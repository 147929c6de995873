import { statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { FileToSend } from '../chat/index.ts'
import { CommandError } from './commands.ts'

/**
 * A file on this disk, read as it is needed.
 *
 * @throws CommandError if there is no such file
 */
export function fileToSend(path: string, contentType: string): FileToSend {
  const { size, mtimeMs } = statOf(path)
  return {
    name: basename(path),
    size,
    contentType,
    modified: Math.floor(mtimeMs),
    // Opened for each read: a transfer may wait for days, and a handle would be held as long.
    async read(offset, length) {
      const file = await open(path)
      try {
        const bytes = new Uint8Array(length)
        const { bytesRead } = await file.read(bytes, 0, length, offset)
        return bytes.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
  }
}

function statOf(path: string) {
  try {
    const stat = statSync(path)
    if (stat.isFile()) return stat
  } catch {
    // Told below, as for a folder.
  }
  throw new CommandError('AGENT_BAD_FIELD', '"path" must name a file that can be read.')
}
