import type { FileSink } from '../../chat/index.ts'

/** A received file in the page's memory. */
export class MemorySink implements FileSink {
  #bytes: Uint8Array<ArrayBuffer>
  readonly #keep: (file: Blob) => void
  readonly #free: () => Promise<void>

  constructor(size: number, keep: (file: Blob) => void, free: () => Promise<void>) {
    this.#bytes = new Uint8Array(size)
    this.#keep = keep
    this.#free = free
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    this.#bytes.set(bytes, offset)
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    return this.#bytes.slice(offset, offset + length)
  }

  async finish(): Promise<void> {
    this.#keep(new Blob([this.#bytes]))
    this.#bytes = new Uint8Array(0)
  }

  async abort(): Promise<void> {
    this.#bytes = new Uint8Array(0)
    await this.#free()
  }
}
