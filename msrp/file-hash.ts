import { sha1 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { FileSink, FileSource } from './file.ts'
import { FILE_HASH_BLOCK } from './limits.ts'
import { RangeSet } from './ranges.ts'

/** A sink from which what was written can be read again. */
export interface RereadableSink extends FileSink {
  /** Exactly `length` bytes that were written before. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/**
 * SHA-1 of a file, in 40 lower-case hex digits (RFC 5547 §6 knows no other hash). It shows accidents;
 * it proves nothing against somebody who made two files for it.
 *
 * @throws DOMException `AbortError` if `signal` says so, and what the source throws
 */
export async function hashFile(source: FileSource, signal?: AbortSignal): Promise<string> {
  const hash = sha1.create()
  for (let at = 0; at < source.size; at += FILE_HASH_BLOCK) {
    signal?.throwIfAborted()
    const length = Math.min(FILE_HASH_BLOCK, source.size - at)
    const block = await source.read(at, length)
    if (block.length !== length) throw new RangeError('the source is shorter than it said')
    hash.update(block)
  }
  return bytesToHex(hash.digest())
}

/**
 * Hashes what goes to another sink, in whatever order it comes: behind a hole that is filled late, it
 * is read again. Bytes that have been hashed are not written over.
 */
export class HashedSink implements FileSink {
  readonly #to: RereadableSink
  readonly #hash = sha1.create()
  readonly #have = new RangeSet()
  #hashed = 0

  constructor(to: RereadableSink) {
    this.#to = to
  }

  /** Bytes from the beginning that have come without a hole, all of them hashed. */
  get prefix(): number {
    return this.#hashed
  }

  async write(offset: number, bytes: Uint8Array): Promise<void> {
    const known = Math.max(0, this.#hashed - offset)
    const fresh = known === 0 ? bytes : bytes.subarray(known)
    const from = offset + known
    if (fresh.length === 0) return
    await this.#to.write(from, fresh)
    this.#have.add(from, from + fresh.length)
    if (from > this.#hashed) return
    this.#hash.update(fresh)
    this.#hashed += fresh.length
    while (this.#hashed < this.#have.prefix) {
      const length = Math.min(FILE_HASH_BLOCK, this.#have.prefix - this.#hashed)
      this.#hash.update(await this.#to.read(this.#hashed, length))
      this.#hashed += length
    }
  }

  /** Of the {@link prefix}, 40 lower-case hex digits. More may be written afterwards. */
  digest(): string {
    return bytesToHex(this.#hash.clone().digest())
  }
}
