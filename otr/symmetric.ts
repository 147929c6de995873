import { unsafe } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { wipe } from './bytes.ts'
import { COUNTER_BYTES, MAC_BYTES } from './limits.ts'

/*
 * AES and HMAC as OTR uses them. A key that serves many messages is made ready once: for a short
 * message that is half the work.
 */

const BLOCK = 16

/** The counter of messages whose key is used once. */
export const COUNTER_ZERO = new Uint8Array(COUNTER_BYTES)

/** AES-128 in counter mode with a key that is used once, its own inverse; see {@link AesCtr}. */
export function aesCtr(key: Uint8Array, counter: Uint8Array, bytes: Uint8Array): Uint8Array {
  const cipher = new AesCtr(key)
  const result = cipher.apply(counter, bytes)
  cipher.wipe()
  return result
}

/** AES-128 in counter mode (NIST SP 800-38A §6.5). */
export class AesCtr {
  readonly #schedule: Uint32Array

  constructor(key: Uint8Array) {
    this.#schedule = unsafe.expandKeyLE(key)
  }

  /**
   * Encrypts or decrypts.
   *
   * @param counter - the top half of the first counter block, 8 bytes; the rest of it is zero
   */
  apply(counter: Uint8Array, bytes: Uint8Array): Uint8Array {
    const blocks = Math.ceil(bytes.length / BLOCK)
    const result = new Uint8Array(blocks * BLOCK)
    result.set(bytes)
    const view = new DataView(result.buffer)
    const [high, low] = littleEndianWords(counter)
    const index = new DataView(new ArrayBuffer(4))
    for (let block = 0; block < blocks; block++) {
      index.setUint32(0, block)
      const key = unsafe.encrypt(this.#schedule, high, low, 0, index.getUint32(0, true))
      const at = block * BLOCK
      view.setUint32(at, view.getUint32(at, true) ^ key.s0, true)
      view.setUint32(at + 4, view.getUint32(at + 4, true) ^ key.s1, true)
      view.setUint32(at + 8, view.getUint32(at + 8, true) ^ key.s2, true)
      view.setUint32(at + 12, view.getUint32(at + 12, true) ^ key.s3, true)
    }
    return result.subarray(0, bytes.length)
  }

  wipe(): void {
    this.#schedule.fill(0)
  }
}

function littleEndianWords(counter: Uint8Array): readonly [number, number] {
  const view = new DataView(counter.buffer, counter.byteOffset, COUNTER_BYTES)
  return [view.getUint32(0, true), view.getUint32(4, true)]
}

type Sha1 = ReturnType<typeof sha1.create>

/** HMAC-SHA1 of data messages (RFC 2104 §4: the state after the padded key is kept). */
export class HmacSha1 {
  readonly #inner: Sha1
  readonly #outer: Sha1

  /** @param key - of at most 64 bytes */
  constructor(key: Uint8Array) {
    const pad = new Uint8Array(64)
    pad.set(key)
    for (let i = 0; i < pad.length; i++) pad[i]! ^= 0x36
    this.#inner = sha1.create().update(pad)
    for (let i = 0; i < pad.length; i++) pad[i]! ^= 0x36 ^ 0x5c
    this.#outer = sha1.create().update(pad)
    wipe(pad)
  }

  /** 20 bytes. */
  of(bytes: Uint8Array): Uint8Array {
    return this.#outer.clone().update(this.#inner.clone().update(bytes).digest()).digest()
  }

  wipe(): void {
    this.#inner.destroy()
    this.#outer.destroy()
  }
}

/** HMAC-SHA256-160 of the handshake. */
export function hmac160(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(sha256, key, bytes).slice(0, MAC_BYTES)
}
