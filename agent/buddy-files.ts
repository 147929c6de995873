import { createHash } from 'node:crypto'
import type { FileHost, FileSink, Transfer } from '../chat/index.ts'

/** Largest file that the buddy takes, in bytes: 1 MB, which it holds in memory while it comes. */
export const BUDDY_FILE_MAX = 1_000_000

/** Takes files, says what they were, and keeps nothing of them. */
export class BuddyFiles implements FileHost {
  readonly #hashes = new Map<string, string>()

  /** SHA-1 of a file that has come, 40 hex digits; told once. `null` if there is no such file. */
  hashOf(id: string): string | null {
    const hash = this.#hashes.get(id) ?? null
    this.#hashes.delete(id)
    return hash
  }

  async create({ id, size }: Transfer): Promise<FileSink> {
    if (size > BUDDY_FILE_MAX) throw new RangeError(`${size} B`)
    const bytes = new Uint8Array(size)
    return {
      write: async (offset, part) => bytes.set(part, offset),
      read: async (offset, length) => bytes.slice(offset, offset + length),
      finish: async () => {
        this.#hashes.set(id, createHash('sha1').update(bytes).digest('hex'))
      },
      abort: async () => {},
    }
  }
}
