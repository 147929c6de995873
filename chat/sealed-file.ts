import type { FileSink, FileSource } from '../msrp/index.ts'
import { FILE_SEGMENT, FILE_TAG, type FileCipher, sealedSize, segmentsOf } from '../otr/index.ts'
import { FILE_SEGMENT_PIECES_MAX, FILE_SEGMENTS_OPEN_MAX } from './limits.ts'

const SEALED = FILE_SEGMENT + FILE_TAG

/** The part of a file from `start` on. */
export function tailOf(source: FileSource, start: number): FileSource {
  const size = source.size - start
  return { size, read: (offset, length) => source.read(start + offset, length) }
}

/** Writes to a sink behind what it has already. */
export function behind(sink: FileSink, start: number): FileSink {
  return { write: (offset, bytes) => sink.write(start + offset, bytes) }
}

/** Octets of the file that stand complete in the first `sealed` octets of its sealed form. */
export function openable(sealed: number): number {
  return Math.floor(sealed / SEALED) * FILE_SEGMENT
}

/**
 * A file in its sealed form. Each segment is sealed once: read from front to back, and never again,
 * since a file that changed meanwhile would show two texts under one nonce.
 */
export class SealedSource implements FileSource {
  readonly size: number
  readonly #source: FileSource
  readonly #cipher: FileCipher
  #index = -1
  #segment: Uint8Array = new Uint8Array(0)

  constructor(source: FileSource, cipher: FileCipher) {
    this.size = sealedSize(source.size)
    this.#source = source
    this.#cipher = cipher
  }

  /** @throws RangeError if it is asked for a segment that it has passed */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const position = offset + at
      await this.#turnTo(Math.floor(position / SEALED))
      const from = position % SEALED
      const piece = this.#segment.subarray(from, from + length - at)
      out.set(piece, at)
      at += piece.length
    }
    return out
  }

  async #turnTo(index: number): Promise<void> {
    if (index === this.#index) return
    if (index !== this.#index + 1) throw new RangeError('segments are sealed once, in order')
    const from = index * FILE_SEGMENT
    const length = Math.min(FILE_SEGMENT, this.#source.size - from)
    const bytes = await this.#source.read(from, length)
    if (bytes.length !== length) throw new RangeError('the source is shorter than it said')
    const isLast = index === segmentsOf(this.#source.size) - 1
    this.#segment = this.#cipher.seal(index, isLast, bytes)
    this.#index = index
  }
}

/** Opens a sealed file, in whatever pieces and order it comes, and writes what was authentic. */
export class SealedSink implements FileSink {
  readonly #sink: FileSink
  readonly #cipher: FileCipher
  readonly #size: number
  #isForged = false
  /** Every segment before this one has been opened, and of the later ones these. */
  #next = 0
  readonly #later = new Set<number>()
  /** Segments of which a part has come: the bytes, and how many of them from the front. */
  readonly #open = new Map<number, { readonly bytes: Uint8Array; readonly parts: Part[] }>()

  /** @param size - octets of the file, as they will be when opened */
  constructor(sink: FileSink, cipher: FileCipher, size: number) {
    this.#sink = sink
    this.#cipher = cipher
    this.#size = size
  }

  /** True once something came that the sender has not sealed. */
  get isForged(): boolean {
    return this.#isForged
  }

  /** @throws OtrError if a segment is not authentic; RangeError if they come in too many pieces */
  async write(offset: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const position = offset + at
      const index = Math.floor(position / SEALED)
      const from = position % SEALED
      const piece = bytes.subarray(at, at + SEALED - from)
      at += piece.length
      if (index < this.#next || this.#later.has(index)) continue
      const whole = this.#collect(index, from, piece)
      if (whole !== null) await this.#openSegment(index, whole)
    }
  }

  /** @returns the segment, if this makes it whole */
  #collect(index: number, from: number, piece: Uint8Array): Uint8Array | null {
    const length = Math.min(SEALED, sealedSize(this.#size) - index * SEALED)
    if (piece.length === length) return piece
    const known = this.#open.get(index) ?? { bytes: new Uint8Array(length), parts: [] }
    this.#open.set(index, known)
    known.bytes.set(piece, from)
    known.parts.push({ from, to: from + piece.length })
    const isShredded = known.parts.length > FILE_SEGMENT_PIECES_MAX
    if (isShredded || this.#open.size > FILE_SEGMENTS_OPEN_MAX) {
      throw new RangeError('too many pieces')
    }
    return coveredFrom(known.parts) < length ? null : known.bytes
  }

  async #openSegment(index: number, sealed: Uint8Array): Promise<void> {
    this.#open.delete(index)
    const isLast = index === segmentsOf(this.#size) - 1
    await this.#sink.write(index * FILE_SEGMENT, this.#authentic(index, isLast, sealed))
    this.#later.add(index)
    while (this.#later.delete(this.#next)) this.#next++
    if (this.#later.size > FILE_SEGMENTS_OPEN_MAX) throw new RangeError('too much out of order')
  }

  #authentic(index: number, isLast: boolean, sealed: Uint8Array): Uint8Array {
    try {
      return this.#cipher.open(index, isLast, sealed)
    } catch (error) {
      this.#isForged = true
      throw error
    }
  }
}

interface Part {
  readonly from: number
  readonly to: number
}

/** Bytes from the front that the parts cover without a hole. */
function coveredFrom(parts: Part[]): number {
  parts.sort((a, b) => a.from - b.from)
  let covered = 0
  for (const { from, to } of parts) if (from <= covered) covered = Math.max(covered, to)
  return covered
}
