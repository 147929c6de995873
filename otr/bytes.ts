import { OtrError } from './errors.ts'
import { MPI_BYTES_MAX } from './limits.ts'

/**
 * Reads the data types of OTR (OTRv3, "Data types") from the front of `bytes`: unsigned, big-endian.
 * Every length is checked against the bytes that remain before anything is made of it. `field` names
 * what is read, for the error.
 */
export class Reader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset
  }

  /** @throws OtrError `OTR_TRUNCATED`, as all readers here do when the field is not all there */
  byte(field: string): number {
    return this.#view.getUint8(this.#advance(1, field))
  }

  short(field: string): number {
    return this.#view.getUint16(this.#advance(2, field))
  }

  int(field: string): number {
    return this.#view.getUint32(this.#advance(4, field))
  }

  /** The next `length` bytes: a view, not a copy. */
  bytes(length: number, field: string): Uint8Array {
    const start = this.#advance(length, field)
    return this.#bytes.subarray(start, start + length)
  }

  /** A DATA field: INT length, then that many bytes. A view, not a copy. */
  data(field: string): Uint8Array {
    return this.bytes(this.int(field), field)
  }

  /**
   * An MPI. Only the one minimal form is taken, because hashes and MACs go over it.
   *
   * @throws OtrError `OTR_MALFORMED` for a leading zero byte, `OTR_TOO_LARGE` above `MPI_BYTES_MAX`
   */
  mpi(field: string): bigint {
    const bytes = this.data(field)
    if (bytes.length > MPI_BYTES_MAX)
      throw new OtrError('OTR_TOO_LARGE', `${field}, ${bytes.length} B`)
    if (bytes[0] === 0) throw new OtrError('OTR_MALFORMED', `${field} has a leading zero`)
    return bytesToBigint(bytes)
  }

  /** @throws OtrError `OTR_MALFORMED` if anything is left after `what` */
  end(what: string): void {
    const rest = this.#bytes.length - this.#offset
    if (rest > 0) throw new OtrError('OTR_MALFORMED', `${rest} B after ${what}`)
  }

  #advance(length: number, field: string): number {
    const start = this.#offset
    if (length > this.#bytes.length - start) throw new OtrError('OTR_TRUNCATED', field)
    this.#offset = start + length
    return start
  }
}

/** Writes the data types of OTR, one after another; the counterpart of {@link Reader}. */
export class Writer {
  /** Large enough for most messages. */
  #buffer = new Uint8Array(512)
  #length = 0

  byte(value: number): this {
    const at = this.#advance(1)
    this.#buffer[at] = value
    return this
  }

  short(value: number): this {
    return this.byte(value >>> 8).byte(value)
  }

  int(value: number): this {
    return this.short(value >>> 16).short(value)
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#advance(bytes.length)
    this.#buffer.set(bytes, at)
    return this
  }

  data(bytes: Uint8Array): this {
    return this.int(bytes.length).bytes(bytes)
  }

  /** The minimal form; zero has no bytes at all. */
  mpi(value: bigint): this {
    return this.data(bigintToBytes(value))
  }

  /** What was written. Nothing of it is left here: it may be secret. */
  finish(): Uint8Array {
    const bytes = this.#buffer.slice(0, this.#length)
    wipe(this.#buffer)
    this.#length = 0
    return bytes
  }

  /** Makes room for `length` more bytes. @returns where it begins */
  #advance(length: number): number {
    const start = this.#length
    this.#length += length
    if (this.#length > this.#buffer.length) {
      const before = this.#buffer
      this.#buffer = new Uint8Array(2 * this.#length)
      this.#buffer.set(before)
      wipe(before)
    }
    return start
  }
}

/** Unsigned, big-endian; no bytes are zero. For numbers of the size of a key: the time is quadratic. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  if (bytes.length > 64) {
    const half = (bytes.length >> 4) << 3
    const low = bytesToBigint(bytes.subarray(-half))
    return (bytesToBigint(bytes.subarray(0, -half)) << BigInt(8 * half)) | low
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let value = 0n
  let at = bytes.length % 8
  for (let i = 0; i < at; i++) value = (value << 8n) | BigInt(bytes[i]!)
  for (; at < bytes.length; at += 8) value = (value << 64n) | view.getBigUint64(at)
  return value
}

/**
 * Unsigned, big-endian, without leading zeros; zero gives no bytes. With `length`, padded on the left
 * with zeros to that many bytes.
 *
 * @throws RangeError if `value` is negative or longer than `length`
 */
export function bigintToBytes(value: bigint, length?: number): Uint8Array {
  if (value < 0n) throw new RangeError('a negative number has no bytes')
  const needed = value === 0n ? 0 : (value.toString(16).length + 1) >> 1
  if (length !== undefined && needed > length) throw new RangeError(`${needed} B in ${length} B`)
  const words = new Uint8Array(8 * Math.ceil((length ?? needed) / 8))
  const view = new DataView(words.buffer)
  for (let at = words.length - 8, rest = value; rest > 0n; at -= 8, rest >>= 64n) {
    view.setBigUint64(at, rest) // The low 64 bits of it.
  }
  return words.slice(words.length - (length ?? needed))
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Lower-case digits, two for each byte. */
export function toHex(bytes: Uint8Array): string {
  let hex = ''
  for (let i = 0; i < bytes.length; i++) hex += HEX[bytes[i]!]
  return hex
}

/** @throws RangeError unless `hex` is an even number of hexadecimal digits */
export function fromHex(hex: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex)) throw new RangeError(`${hex.length} characters are not hex`)
  const bytes = new Uint8Array(hex.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (nibble(hex.charCodeAt(2 * i)) << 4) | nibble(hex.charCodeAt(2 * i + 1))
  }
  return bytes
}

/** Value of a hexadecimal digit; letters have bit 6 set in ASCII, and 'A' and 'a' end in 1. */
function nibble(code: number): number {
  return (code & 15) + (code >> 6) * 9
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}

/** Compares in a time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** Overwrites with zeros. Copies that the engine made for itself are out of reach. */
export function wipe(...arrays: readonly Uint8Array[]): void {
  for (const array of arrays) array.fill(0)
}
