import type { FileHost, FileSink, Transfer } from '../../chat/index.ts'
import { MEMORY_FILES_MAX } from '../limits.ts'
import { DiskSink } from './disk-sink.ts'
import { MemorySink } from './memory-sink.ts'

/**
 * The files of one account that this page has: received ones in the browser's private storage where
 * there is one, else in memory; own ones as the person gave them. Nothing outlives the sign-out.
 */
export class FileShelf implements FileHost {
  readonly #folder: FileSystemDirectoryHandle | null
  readonly #files = new Map<string, { readonly file: Blob; readonly drop: () => Promise<void> }>()
  /** Not complete yet. */
  readonly #open = new Set<DiskSink>()
  #inMemory = 0

  /** @param folder - of this account alone; `null` where the browser has no such storage */
  constructor(folder: FileSystemDirectoryHandle | null) {
    this.#folder = folder
  }

  get place(): 'disk' | 'memory' {
    return this.#folder === null ? 'memory' : 'disk'
  }

  /** Octets that a file may have now. */
  async room(): Promise<number> {
    if (this.#folder === null) return MEMORY_FILES_MAX - this.#inMemory
    const { quota = 0, usage = 0 } = await navigator.storage.estimate()
    return Math.max(0, quota - usage)
  }

  async create({ id, size }: Pick<Transfer, 'id' | 'size'>): Promise<FileSink> {
    if (size > (await this.room())) throw new RangeError('no room')
    if (this.#folder === null) return this.#memorySink(id, size)
    const sink = await DiskSink.create(this.#folder, (file, drop) => {
      this.#open.delete(sink)
      this.#files.set(id, { file, drop })
    })
    this.#open.add(sink)
    return sink
  }

  /** @returns `null` if it is not here, not here any more, or not complete */
  get(id: string): Blob | null {
    return this.#files.get(id)?.file ?? null
  }

  /** Remembers a file that the person sends. */
  put(id: string, file: Blob): void {
    this.#files.set(id, { file, drop: async () => {} })
  }

  async drop(id: string): Promise<void> {
    const held = this.#files.get(id)
    this.#files.delete(id)
    await held?.drop()
  }

  /** Throws everything away. */
  async clear(): Promise<void> {
    const open = [...this.#open]
    this.#open.clear()
    await Promise.allSettled(open.map((sink) => sink.abort()))
    await Promise.allSettled([...this.#files.keys()].map((id) => this.drop(id)))
  }

  /** Counted from the moment that it is promised, so that all that was promised can be kept. */
  #memorySink(id: string, size: number): MemorySink {
    this.#inMemory += size
    const drop = async () => {
      this.#inMemory -= size
    }
    return new MemorySink(size, (file) => this.#files.set(id, { file, drop }), drop)
  }
}

/** The shelf of an account, empty. The caller owns the account's lock. */
export async function openShelf(account: string): Promise<FileShelf> {
  try {
    await sweepShelves(account)
    if (!('createWritable' in FileSystemFileHandle.prototype)) return new FileShelf(null)
    const all = await allShelves()
    return new FileShelf(await all.getDirectoryHandle(folderOf(account), { create: true }))
  } catch {
    return new FileShelf(null) // Private windows of some browsers have it and refuse it.
  }
}

/**
 * Deletes what pages left behind that were closed without signing out: of every account that no tab
 * has open, and of `account`.
 *
 * @throws DOMException, TypeError where the browser has no such storage
 */
export async function sweepShelves(account: string | null = null): Promise<void> {
  const all = await allShelves()
  const { held = [] } = await navigator.locks.query()
  for await (const name of all.keys()) {
    const inUse = held.some((lock) => lock.name === `sotto:${decodeURIComponent(name)}`)
    const isOwn = account !== null && name === folderOf(account)
    if (isOwn || !inUse) await all.removeEntry(name, { recursive: true })
  }
}

async function allShelves(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return await root.getDirectoryHandle(ROOT, { create: true })
}

const ROOT = 'sotto-files'

function folderOf(account: string): string {
  return encodeURIComponent(account)
}
