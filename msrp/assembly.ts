import { MsrpError } from './events.ts'
import { MESSAGE_MAX } from './limits.ts'
import { RangeSet } from './ranges.ts'

/**
 * One message from its chunks, in any order and overlapping: what arrives later overwrites. Lengths
 * are those of the data, whatever the headers claim: deployed peers count characters there.
 */
export class Assembly {
  readonly contentType: string
  #bytes = new Uint8Array(0)
  readonly #have = new RangeSet()
  /** Known once the last chunk has come. */
  #length: number | null = null

  constructor(contentType: string) {
    this.contentType = contentType
  }

  /** Bytes of memory that it takes. */
  get size(): number {
    return this.#bytes.length
  }

  /**
   * Puts a chunk in its place.
   *
   * @param from - offset of its first byte, from 0
   * @param isLast - true for the chunk whose end-line says `$`
   * @throws MsrpError `MSRP_TOO_LARGE`, or `MSRP_BAD_RANGE` if it does not agree with another chunk
   *   about the end
   */
  write(from: number, chunk: Uint8Array, isLast: boolean): void {
    const to = from + chunk.length
    if (to > MESSAGE_MAX) throw new MsrpError('MSRP_TOO_LARGE', `message over ${MESSAGE_MAX} B`)
    const length = this.#length ?? (isLast ? to : null)
    const isBeyond = length !== null && Math.max(to, this.#have.end) > length
    if (isBeyond || (isLast && to !== length)) {
      throw new MsrpError('MSRP_BAD_RANGE', 'chunks do not agree about the end')
    }
    this.#have.add(from, to)
    this.#length = length
    if (to > this.#bytes.length) this.#grow(to)
    this.#bytes.set(chunk, from)
  }

  /** The message, once every byte is there. */
  whole(): Uint8Array | null {
    if (this.#length === null || !this.#have.covers(0, this.#length)) return null
    return this.#bytes.subarray(0, this.#length)
  }

  #grow(needed: number): void {
    const roomier = new Uint8Array(Math.min(MESSAGE_MAX, needed * 2))
    roomier.set(this.#bytes)
    this.#bytes = roomier
  }
}
