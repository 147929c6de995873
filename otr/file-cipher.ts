import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, fromHex, wipe } from './bytes.ts'
import { OtrError } from './errors.ts'

/*
 * A file under the extra symmetric key of a conversation (OTRv3, "Extra symmetric key"): the format of
 * `docs/files.md`. Segments are sealed as in the STREAM construction (Hoang, Reyhanitabar, Rogaway,
 * Vizár 2015), so that one that is missing, moved or put in is noticed.
 */

/** `use` of the record of type 8 that announces a file: `STF1`. */
export const FILE_KEY_USE = 0x53_54_46_31
/** Bytes of a file in one segment; the last may be shorter. */
export const FILE_SEGMENT = 65_536
/** Bytes that sealing adds to a segment: the tag of Poly1305. */
export const FILE_TAG = 16

/** Segments that `size` bytes make: at least one, since an empty file has an end too. */
export function segmentsOf(size: number): number {
  return Math.max(1, Math.ceil(size / FILE_SEGMENT))
}

/** Bytes that `size` bytes become. */
export function sealedSize(size: number): number {
  return size + segmentsOf(size) * FILE_TAG
}

/** What a file's key is made for: the same extra key may serve several files, in both directions. */
export interface FileBinding {
  /** Fingerprints of the long-term keys of both ends, 40 hex digits. */
  readonly sender: string
  readonly receiver: string
  /** The data of the record of type 8, behind `use`: all that the sender says of the file. */
  readonly announcement: Uint8Array
}

/** Seals or opens the segments of one file. Of each segment there may be one version only. */
export class FileCipher {
  readonly #key: Uint8Array

  /** @param extraKey - of the data message that carried the announcement, 32 bytes */
  constructor(extraKey: Uint8Array, { sender, receiver, announcement }: FileBinding) {
    const parties = concat(fromHex(sender), fromHex(receiver))
    const info = concat(new TextEncoder().encode(LABEL), parties, sha256(announcement))
    this.#key = hkdf(sha256, extraKey, undefined, info, 32)
  }

  /** @param index - of the segment, from 0 */
  seal(index: number, isLast: boolean, bytes: Uint8Array): Uint8Array {
    return chacha20poly1305(this.#key, nonceOf(index, isLast)).encrypt(bytes)
  }

  /** @throws OtrError `OTR_BAD_MAC` if it is not this very segment, as it was sealed */
  open(index: number, isLast: boolean, sealed: Uint8Array): Uint8Array {
    try {
      return chacha20poly1305(this.#key, nonceOf(index, isLast)).decrypt(sealed)
    } catch {
      throw new OtrError('OTR_BAD_MAC', `segment ${index} of a file`)
    }
  }

  wipe(): void {
    wipe(this.#key)
  }
}

const LABEL = 'sotto otr file 1'

/** The index in 11 bytes, big-endian, then 1 for the last segment and 0 for the others. */
function nonceOf(index: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setBigUint64(3, BigInt(index))
  nonce[11] = isLast ? 1 : 0
  return nonce
}
