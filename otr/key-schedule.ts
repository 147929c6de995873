import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToBigint, concat, Writer, wipe } from './bytes.ts'
import type { OtrEnv } from './engine.ts'
import { type FixedBase, pow, powG, shortBase } from './group.ts'
import { DH_EXPONENT_BITS } from './limits.ts'

/** A D-H key pair of ours. */
export interface DhKeyPair {
  /** 40 bytes, big-endian; an array so that it can be wiped. */
  readonly secret: Uint8Array
  readonly public: bigint
}

export function makeKeyPair(random: OtrEnv['random']): DhKeyPair {
  const secret = random(DH_EXPONENT_BITS / 8)
  return { secret, public: powG(bytesToBigint(secret)) }
}

/** The secret s that both ends of a D-H exchange share. */
export function sharedSecret(ours: DhKeyPair, theirs: bigint): bigint {
  return pow(theirs, bytesToBigint(ours.secret))
}

/**
 * A public value of the peer's. When both talk in turn, two key pairs of ours meet it: after the first,
 * the second costs a third.
 */
export class PeerKey {
  readonly public: bigint
  #base: FixedBase | undefined

  constructor(value: bigint) {
    this.public = value
  }

  secretWith(ours: DhKeyPair): bigint {
    this.#base ??= shortBase(this.public)
    return this.#base.pow(bytesToBigint(ours.secret))
  }
}

/** OTRv3, "Computing AES keys, MAC keys, and the secure session id". Primed values are the peer's. */
export interface AkeKeys {
  readonly ssid: Uint8Array
  /** c, m1 and m2: for the Reveal Signature Message. */
  readonly reveal: SignatureKeys
  /** c', m1' and m2': for the Signature Message. */
  readonly signature: SignatureKeys
}

export interface SignatureKeys {
  /** AES key. */
  readonly c: Uint8Array
  /** MAC key for what is signed. */
  readonly m1: Uint8Array
  /** MAC key for the message. */
  readonly m2: Uint8Array
}

export function deriveAkeKeys(s: bigint): AkeKeys {
  const secbytes = new Writer().mpi(s).finish()
  const h2 = (b: number) => sha256(concat(Uint8Array.of(b), secbytes))
  const c = h2(1)
  const keys = {
    ssid: h2(0).slice(0, 8),
    reveal: { c: c.slice(0, 16), m1: h2(2), m2: h2(3) },
    signature: { c: c.slice(16), m1: h2(4), m2: h2(5) },
  }
  wipe(secbytes, c)
  return keys
}

export function wipeAkeKeys({ reveal, signature }: AkeKeys): void {
  for (const { c, m1, m2 } of [reveal, signature]) wipe(c, m1, m2)
}

/** OTRv3, "Data Message": what one pair of D-H keys gives. */
export interface SessionKeys {
  readonly sendingAes: Uint8Array
  readonly sendingMac: Uint8Array
  readonly receivingAes: Uint8Array
  readonly receivingMac: Uint8Array
  /** OTRv3, "Extra symmetric key": 32 bytes, the same at both ends. */
  readonly extra: Uint8Array
}

/** @param high - our public value is the greater of the two */
export function deriveSessionKeys(s: bigint, high: boolean): SessionKeys {
  const secbytes = new Writer().mpi(s).finish()
  const aes = (b: number) => sha1(concat(Uint8Array.of(b), secbytes)).slice(0, 16)
  const sendingAes = aes(high ? 1 : 2)
  const receivingAes = aes(high ? 2 : 1)
  const keys = {
    sendingAes,
    sendingMac: sha1(sendingAes),
    receivingAes,
    receivingMac: sha1(receivingAes),
    extra: sha256(concat(Uint8Array.of(0xff), secbytes)),
  }
  wipe(secbytes)
  return keys
}

export function wipeSessionKeys(keys: SessionKeys): void {
  wipe(keys.sendingAes, keys.sendingMac, keys.receivingAes, keys.receivingMac, keys.extra)
}
