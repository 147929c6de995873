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
    const words = new Uint32Array(Math.ceil(bytes.length / BLOCK) * (BLOCK / 4))
    const result = new Uint8Array(words.buffer, 0, bytes.length)
    result.set(bytes)
    const view = new DataView(counter.buffer, counter.byteOffset, COUNTER_BYTES)
    const [high, low] = [view.getUint32(0, true), view.getUint32(4, true)]
    for (let at = 0; at < words.length; at += 4) {
      const key = unsafe.encrypt(this.#schedule, high, low, 0, byteSwap(at / 4))
      words[at]! ^= key.s0
      words[at + 1]! ^= key.s1
      words[at + 2]! ^= key.s2
      words[at + 3]! ^= key.s3
    }
    return result
  }

  wipe(): void {
    this.#schedule.fill(0)
  }
}

/** The number of a block, which is big-endian, as the little-endian word that the cipher takes. */
function byteSwap(n: number): number {
  return (n << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24)
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
    const inner = this.#inner._cloneInto(running).update(bytes).digest()
    return this.#outer._cloneInto(running).update(inner).digest()
  }

  wipe(): void {
    this.#inner.destroy()
    this.#outer.destroy()
  }
}

/** Hashes what is at hand, from a state that was kept, and is wiped by `digest`. */
const running = sha1.create()

/** HMAC-SHA256-160 of the handshake. */
export function hmac160(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(sha256, key, bytes).slice(0, MAC_BYTES)
}
