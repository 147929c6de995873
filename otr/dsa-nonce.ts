import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bigintToBytes, bytesToBigint, concat, wipe } from './bytes.ts'

/**
 * A nonce k for one signature, 1 ≤ k < q, as RFC 6979 §3.2 draws it with HMAC-SHA256; `extra` goes in
 * as §3.6 describes. The same key and the same message give the same k only with the same `extra`.
 *
 * @param q - subgroup order of 160 bits
 * @param x - private key
 * @param z - what is signed, modulo q
 * @param extra - fresh randomness; empty for RFC 6979 itself
 */
export function drawNonce(q: bigint, x: bigint, z: bigint, extra: Uint8Array): bigint {
  const seed = concat(bigintToBytes(x, 20), bigintToBytes(z, 20), extra)
  let key = new Uint8Array(32)
  let value = new Uint8Array(32).fill(1)
  const update = (mark: number, data: Uint8Array) => {
    key = hmac(sha256, key, concat(value, Uint8Array.of(mark), data))
    value = hmac(sha256, key, value)
  }
  update(0, seed)
  update(1, seed)
  for (;;) {
    value = hmac(sha256, key, value)
    const k = bytesToBigint(value.subarray(0, 20))
    if (k >= 1n && k < q) {
      wipe(seed, key, value)
      return k
    }
    update(0, new Uint8Array(0))
  }
}

/** A number from 1 to q-1, by FIPS 186-4 §B.1.1: 64 extra bits make the bias negligible. */
export function blindFactor(q: bigint, random: (length: number) => Uint8Array): bigint {
  return (bytesToBigint(random(28)) % (q - 1n)) + 1n
}
