import { sha1 } from '@noble/hashes/legacy.js'
import { bigintToBytes, bytesToBigint, concat, type Reader, toHex, Writer } from './bytes.ts'
import { Comb, type CombShape } from './comb.ts'
import { blindFactor, drawNonce } from './dsa-nonce.ts'
import { OtrError } from './errors.ts'
import {
  DSA_P_BITS_MAX,
  DSA_P_BITS_MIN,
  DSA_Q_BITS,
  KEYS_REMEMBERED_MAX,
  SIGNATURE_BYTES,
  SIGNED_BYTES,
} from './limits.ts'
import { bitLength, invertMod, mod } from './modular.ts'

/** A DSA public key (FIPS 186-4 §4.1) with a q of 160 bits, the only kind that OTR knows. */
export interface DsaPublicKey {
  readonly p: bigint
  readonly q: bigint
  readonly g: bigint
  readonly y: bigint
}

export interface DsaPrivateKey extends DsaPublicKey {
  /** Secret: 1 ≤ x < q and y = g^x mod p. */
  readonly x: bigint
}

/** The key type that PUBKEY begins with; there is no other. */
const DSA = 0

/**
 * Signs the 32 bytes of `m` as they are: taken as one number modulo q, neither hashed again nor cut to
 * 160 bits, as OTR has it and FIPS 186 does not.
 *
 * The nonce comes from the key and `m` together with fresh randomness, so that a broken generator does
 * not give the key away. The secret exponentiation runs the same operations whatever the nonce is, and
 * what follows, in `bigint`, is blinded.
 *
 * @returns r and s, 20 bytes each
 */
export function sign(
  key: DsaPrivateKey,
  m: Uint8Array,
  random: (length: number) => Uint8Array,
): Uint8Array {
  if (m.length !== SIGNED_BYTES) throw new RangeError(`${m.length} B to sign, not ${SIGNED_BYTES}`)
  const z = bytesToBigint(m) % key.q
  for (;;) {
    const k = drawNonce(key.q, key.x, z, random(32))
    const signature = signWith(key, z, k, blindFactor(key.q, random))
    if (signature !== null) return signature
  }
}

/**
 * The signature of `z` with a given nonce; two with the same one give the key away. `b` blinds the
 * arithmetic modulo q and leaves no trace in the result. `null` in the negligible case r = 0 or s = 0.
 */
export function signWith(key: DsaPrivateKey, z: bigint, k: bigint, b: bigint): Uint8Array | null {
  const { q, x } = key
  const r = powSecret(key, k) % q
  const s = (invertMod(b * k, q) * (((b * z) % q) + ((b * x) % q) * r)) % q
  if (r === 0n || s === 0n) return null
  return concat(bigintToBytes(r, 20), bigintToBytes(s, 20))
}

/**
 * Checks a signature over the 32 bytes of `m`, taken as {@link sign} takes them. False for whatever is
 * out of range in key or signature: nothing that a peer sends makes this throw.
 */
export function verify(key: DsaPublicKey, m: Uint8Array, signature: Uint8Array): boolean {
  const { p, q } = key
  if (signature.length !== SIGNATURE_BYTES || whyUnusable(key) !== null) return false
  const r = bytesToBigint(signature.subarray(0, 20))
  const s = bytesToBigint(signature.subarray(20))
  if (r < 1n || r >= q || s < 1n || s >= q) return false
  let w: bigint
  try {
    w = invertMod(s, q)
  } catch {
    return false // Only if q is not a prime.
  }
  const z = bytesToBigint(m) % q
  const ours = powersOfG(key).pow((z * w) % q)
  const theirs = powersOfY(key).pow((r * w) % q)
  return ((ours * theirs) % p) % q === r
}

/** PUBKEY: key type and the four numbers (OTRv3, "Public keys, signatures, and fingerprints"). */
export function encodePublicKey(key: DsaPublicKey): Uint8Array {
  return new Writer().short(DSA).bytes(numbers(key)).finish()
}

/** Reads a PUBKEY. @throws OtrError `OTR_MALFORMED` for another key type; see {@link checkPublicKey} */
export function readPublicKey(reader: Reader): DsaPublicKey {
  const type = reader.short('key type')
  if (type !== DSA) throw new OtrError('OTR_MALFORMED', `key type ${type}`)
  const key = { p: reader.mpi('p'), q: reader.mpi('q'), g: reader.mpi('g'), y: reader.mpi('y') }
  return recall(key) ?? remember(key)
}

/**
 * Peers show the same key at every handshake. One that was found sound is sound, so the last few are
 * kept, with the tables that {@link verify} made for them; the one unseen for longest in front.
 */
const remembered: DsaPublicKey[] = []

/** Compares the keys themselves: two may be made to share a fingerprint, which is but SHA-1. */
function recall({ p, q, g, y }: DsaPublicKey): DsaPublicKey | undefined {
  const at = remembered.findIndex((k) => k.y === y && k.p === p && k.g === g && k.q === q)
  if (at < 0) return undefined
  remembered.push(...remembered.splice(at, 1))
  return remembered.at(-1)
}

function remember(key: DsaPublicKey): DsaPublicKey {
  checkPublicKey(key)
  if (remembered.length >= KEYS_REMEMBERED_MAX) remembered.shift()
  remembered.push(key)
  return key
}

/**
 * Looks closely at a key from elsewhere: a table and a power of 160 bits for g and for y.
 *
 * @throws OtrError `OTR_OUT_OF_RANGE` for sizes outside `limits.ts`, and for g and y not of order q
 */
export function checkPublicKey(key: DsaPublicKey): void {
  const why = whyUnusable(key) ?? whyUnsound(key)
  if (why !== null) throw new OtrError('OTR_OUT_OF_RANGE', `DSA key: ${why}`)
}

/** What is wrong with the sizes and ranges of a public key, or `null`. */
function whyUnusable({ p, q, g, y }: DsaPublicKey): string | null {
  const size = bitLength(p)
  if (size < DSA_P_BITS_MIN || size > DSA_P_BITS_MAX) return `p of ${size} bits`
  if (bitLength(q) !== DSA_Q_BITS) return `q of ${bitLength(q)} bits`
  if (g <= 1n || g >= p) return 'g'
  if (y <= 1n || y >= p) return 'y'
  return null
}

/**
 * What is wrong with the structure of a key of good sizes, or `null`. With g or y outside the subgroup
 * of order q, others could sign in the key's name. That p and q are primes is not looked at: whoever
 * makes such a key harms himself.
 */
function whyUnsound(key: DsaPublicKey): string | null {
  if (!powersOfG(key).hasOrder()) return 'order of g'
  if (!powersOfY(key).hasOrder()) return 'order of y'
  return null
}

/** SHA-1 over PUBKEY without the key type: 40 lower-case hexadecimal digits. */
export function fingerprint(key: DsaPublicKey): string {
  return toHex(sha1(numbers(key)))
}

/** A fingerprint as people read it: five groups of eight, upper case. */
export function formatFingerprint(hex: string): string {
  return hex.toUpperCase().replace(/.{8}(?=.)/g, '$& ')
}

function numbers(key: DsaPublicKey): Uint8Array {
  let encoded = encodings.get(key)
  if (encoded === undefined) {
    const { p, q, g, y } = key
    encoded = new Writer().mpi(p).mpi(q).mpi(g).mpi(y).finish()
    encodings.set(key, encoded)
  }
  return encoded
}

const encodings = new WeakMap<DsaPublicKey, Uint8Array>()

/** What a key is made in. */
type Domain = Pick<DsaPublicKey, 'p' | 'q' | 'g'>

/** g^exponent mod p, by the same operations whatever the exponent is. */
export function powSecret(domain: Domain, exponent: bigint): bigint {
  return powersOfG(domain).pow(exponent)
}

function powersOfG(domain: Domain): Powers {
  return kept(gPowers, domain, domain.g)
}

function powersOfY(key: DsaPublicKey): Powers {
  return kept(yPowers, key, key.y)
}

/** Tables last as long as the key that they were made for. */
const gPowers = new WeakMap<Domain, Powers>()
const yPowers = new WeakMap<Domain, Powers>()

function kept(all: WeakMap<Domain, Powers>, domain: Domain, base: bigint): Powers {
  let powers = all.get(domain)
  if (powers === undefined) {
    powers = new Powers(base, domain)
    all.set(domain, powers)
  }
  return powers
}

/** Good for a few uses: a table of 20 KB costs as much as six of them. */
const SHAPE: CombShape = { bits: DSA_Q_BITS, rows: 5, blocks: 4 }

/**
 * Powers of a number of order q modulo p, with the same operations for every exponent. The base itself
 * is the comb's mask; it is taken out beforehand, from the exponent.
 */
class Powers {
  readonly #comb: Comb
  readonly #q: bigint

  constructor(base: bigint, { p, q }: Domain) {
    this.#comb = new Comb(base, base, p, SHAPE)
    this.#q = q
  }

  pow(exponent: bigint): bigint {
    return this.#comb.pow(mod(exponent - this.#comb.weight, this.#q))
  }

  /** Whether base^q is 1, for any base: without reducing the exponent. */
  hasOrder(): boolean {
    return this.#comb.pow(this.#q - this.#comb.weight) === 1n
  }
}
