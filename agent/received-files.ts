import { constants } from 'node:fs'
import { link, mkdir, open, unlink } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { FileHost, FileSink, Transfer } from '../chat/index.ts'

/** Names that are tried before a file counts as one that cannot be kept. */
const NAMES_MAX = 1_000

/**
 * The folder where the agent's received files go, readable by its owner only. A file has another name
 * until it is complete, and never takes the name of one that is there.
 */
export class ReceivedFiles implements FileHost {
  readonly #folder: string
  readonly #paths = new Map<string, string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Where a complete file is; `null` if there is none. */
  pathOf(id: string): string | null {
    return this.#paths.get(id) ?? null
  }

  async create({ id, name }: Transfer): Promise<FileSink> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const part = join(this.#folder, `.${id}.part`)
    const { O_CREAT, O_EXCL, O_RDWR } = constants
    const file = await open(part, O_CREAT | O_EXCL | O_RDWR, 0o600)
    return {
      write: async (offset, bytes) => {
        await file.write(bytes, 0, bytes.length, offset)
      },
      read: async (offset, length) => {
        const bytes = new Uint8Array(length)
        const { bytesRead } = await file.read(bytes, 0, length, offset)
        if (bytesRead !== length) throw new Error('the file has become shorter')
        return bytes
      },
      finish: async () => {
        await file.sync()
        await file.close()
        this.#paths.set(id, await this.#name(part, name))
      },
      abort: async () => {
        await file.close()
        await unlink(part)
      },
    }
  }

  /** @throws Error if every name like it is taken */
  async #name(part: string, name: string): Promise<string> {
    const extension = extname(name)
    const stem = name.slice(0, name.length - extension.length)
    for (let n = 0; n < NAMES_MAX; n++) {
      const path = join(this.#folder, n === 0 ? name : `${stem} (${n})${extension}`)
      try {
        await link(part, path) // Fails where there is one; `rename` would replace it.
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
        throw error
      }
      await unlink(part)
      return path
    }
    throw new Error('every name like it is taken')
  }
}
