/** More than this is not set aside on a peer's word: 64 KiB. */
const BELIEVED_MAX = 64 * 1024

/**
 * A body that comes in pieces. A single piece is kept as the view that it is; from the second on
 * they are copied together, once, apart from doublings.
 */
export class BodyBuffer {
  #bytes: Uint8Array
  #length = 0
  #isOwn = false
  readonly #expected: number

  /** @param expected - bytes that the peer says there will be; a hint, believed up to 64 KiB */
  constructor(expected = 0) {
    this.#bytes = new Uint8Array(0)
    this.#expected = Math.min(expected, BELIEVED_MAX)
  }

  get length(): number {
    return this.#length
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.length
    if (this.#length === 0) {
      this.#bytes = piece
      this.#isOwn = false
    } else {
      if (!this.#isOwn || length > this.#bytes.length) this.#grow(length)
      this.#bytes.set(piece, this.#length)
    }
    this.#length = length
  }

  /** All of it. The buffer is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = new Uint8Array(0)
    this.#length = 0
    return taken
  }

  #grow(length: number): void {
    const needed = this.#isOwn ? 2 * length : length
    const roomier = new Uint8Array(Math.max(needed, this.#expected))
    roomier.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = roomier
    this.#isOwn = true
  }
}
