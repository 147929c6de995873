import type { FileSink } from '../../chat/index.ts'
import { DISK_WRITE_BYTES } from '../limits.ts'

/**
 * A received file in the browser's private storage, under a name that says nothing. The browser takes
 * what is written into the file when it is closed; bytes that follow each other are written together.
 */
export class DiskSink implements FileSink {
  readonly #folder: FileSystemDirectoryHandle
  readonly #handle: FileSystemFileHandle
  readonly #keep: (file: Blob, drop: () => Promise<void>) => void
  #stream: FileSystemWritableFileStream | null = null
  #waiting: Uint8Array[] = []
  #waitingFrom = 0
  #waitingBytes = 0

  private constructor(
    folder: FileSystemDirectoryHandle,
    handle: FileSystemFileHandle,
    keep: (file: Blob, drop: () => Promise<void>) => void,
  ) {
    this.#folder = folder
    this.#handle = handle
    this.#keep = keep
  }

  /** @param keep - is given the file when it is complete, and what deletes it */
  static async create(
    folder: FileSystemDirectoryHandle,
    keep: (file: Blob, drop: () => Promise<void>) => void,
  ): Promise<DiskSink> {
    const handle = await folder.getFileHandle(crypto.randomUUID(), { create: true })
    return new DiskSink(folder, handle, keep)
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    if (offset !== this.#waitingFrom + this.#waitingBytes) await this.#flush()
    if (this.#waitingBytes === 0) this.#waitingFrom = offset
    this.#waiting.push(bytes.slice())
    this.#waitingBytes += bytes.length
    if (this.#waitingBytes >= DISK_WRITE_BYTES) await this.#flush()
  }

  /** Seldom: where bytes came out of order, or a broken transfer goes on. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const file = await this.#closed()
    return new Uint8Array(await file.slice(offset, offset + length).arrayBuffer())
  }

  async finish(): Promise<void> {
    this.#keep(await this.#closed(), () => this.#remove())
  }

  async abort(): Promise<void> {
    this.#waiting = []
    this.#waitingBytes = 0
    await this.#stream?.abort()
    this.#stream = null
    await this.#remove()
  }

  /** The file with everything that was written. */
  async #closed(): Promise<File> {
    await this.#flush()
    const stream = this.#stream
    this.#stream = null
    await stream?.close()
    return await this.#handle.getFile()
  }

  async #flush(): Promise<void> {
    if (this.#waitingBytes === 0) return
    this.#stream ??= await this.#handle.createWritable({ keepExistingData: true })
    const data = new Blob(this.#waiting as BlobPart[])
    const position = this.#waitingFrom
    this.#waiting = []
    this.#waitingBytes = 0
    await this.#stream.write({ type: 'write', position, data })
  }

  #remove(): Promise<void> {
    return this.#folder.removeEntry(this.#handle.name)
  }
}
