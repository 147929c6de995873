import { gcm } from '@noble/ciphers/aes.js'
import { argon2id } from '@noble/hashes/argon2.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, equalBytes, wipe } from './bytes.ts'
import type { OtrEnv } from './engine.ts'
import {
  BOX_BYTES_MAX,
  KDF_LANES_MAX,
  KDF_MEMORY_KIB_MAX,
  KDF_PASSES_MAX,
  PASSPHRASE_CHARS_MAX,
} from './limits.ts'
import { VaultError } from './vault-error.ts'

/*
 * Bytes under a passphrase: Argon2id (RFC 9106), then AES-256-GCM. Numbers are big-endian.
 *
 *    0  8  "SOTTOBOX"
 *    8  1  version, 1
 *    9  1  purpose, so that one kind of box does not pass for another
 *   10  4  memory of Argon2id in KiB      15  1  lanes
 *   14  1  passes                         16 16  salt
 *   32 12  nonce
 *   44 16  key check: the second half of what Argon2id gave, shortened
 *   60  4  the first bytes of the SHA-256 of all that
 *   64     content, sealed with 0..63 as additional data, and its tag of 16 bytes
 *
 * The checksum tells accidents in the header from a wrong passphrase, the key check a wrong passphrase
 * from changed content. Who changes the header on purpose and mends the checksum is told apart from a
 * wrong passphrase by nothing, and opens nothing either.
 */

export type BoxPurpose = keyof typeof PURPOSE

const PURPOSE = { vault: 1, backup: 2 } as const
const MAGIC = new TextEncoder().encode('SOTTOBOX')
const VERSION = 1
const HEADER = 64
const CHECKED = 60
const TAG = 16

/** What a guess costs. Stored in the box, so that later ones may cost more. */
export interface PassphraseCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/**
 * 64 MiB and two passes: half a second to a second in a worker of a middling machine. Above OWASP's
 * least (46 MiB, one pass), below the second choice of RFC 9106 §4 (three passes), which would take
 * phones several seconds in JavaScript.
 */
export const PASSPHRASE_COST: PassphraseCost = { memoryKiB: 65_536, passes: 2, lanes: 1 }

/** @throws RangeError if the passphrase is empty or longer than 1,024 characters */
export function sealBox(
  passphrase: string,
  purpose: BoxPurpose,
  content: Uint8Array,
  random: OtrEnv['random'],
  cost: PassphraseCost = PASSPHRASE_COST,
): Uint8Array {
  if (passphrase === '') throw new RangeError('the passphrase is empty')
  const salt = random(16)
  const nonce = random(12)
  const { key, check } = derive(passphrase, salt, cost)
  const costs = new Uint8Array(6)
  new DataView(costs.buffer).setUint32(0, cost.memoryKiB)
  costs.set([cost.passes, cost.lanes], 4)
  const front = concat(MAGIC, Uint8Array.of(VERSION, PURPOSE[purpose]), costs, salt, nonce, check)
  const header = concat(front, sha256(front).subarray(0, 4))
  const box = concat(header, gcm(key, nonce, header).encrypt(content))
  wipe(key)
  return box
}

/** @throws VaultError `FOREIGN`, `NEWER`, `TOO_COSTLY`, `WRONG_PASSPHRASE` or `DAMAGED` */
export function openBox(passphrase: string, purpose: BoxPurpose, box: Uint8Array): Uint8Array {
  const { cost, salt, nonce, check } = readHeader(box, purpose)
  const derived = derive(passphrase, salt, cost)
  try {
    if (!equalBytes(derived.check, check)) throw new VaultError('VAULT_WRONG_PASSPHRASE')
    return open(derived.key, nonce, box.subarray(0, HEADER), box.subarray(HEADER))
  } finally {
    wipe(derived.key)
  }
}

/** One record under a key: a fresh nonce, then AES-256-GCM with `name` as additional data. */
export function sealRecord(
  key: Uint8Array,
  name: string,
  content: Uint8Array,
  random: OtrEnv['random'],
): Uint8Array {
  const nonce = random(12)
  return concat(nonce, gcm(key, nonce, new TextEncoder().encode(name)).encrypt(content))
}

/** @throws VaultError `VAULT_DAMAGED` if it is not what was sealed under this key and name */
export function openRecord(key: Uint8Array, name: string, sealed: Uint8Array): Uint8Array {
  if (sealed.length < 12 + TAG) throw new VaultError('VAULT_DAMAGED')
  const nonce = sealed.subarray(0, 12)
  return open(key, nonce, new TextEncoder().encode(name), sealed.subarray(12))
}

function readHeader(box: Uint8Array, purpose: BoxPurpose) {
  if (box.length < MAGIC.length || !equalBytes(box.subarray(0, MAGIC.length), MAGIC)) {
    throw new VaultError('VAULT_FOREIGN')
  }
  if (box.length < HEADER + TAG || box.length > BOX_BYTES_MAX) throw new VaultError('VAULT_DAMAGED')
  const sum = sha256(box.subarray(0, CHECKED)).subarray(0, 4)
  if (!equalBytes(sum, box.subarray(CHECKED, HEADER))) throw new VaultError('VAULT_DAMAGED')
  if (box[8] !== VERSION) throw new VaultError('VAULT_NEWER')
  if (box[9] !== PURPOSE[purpose]) throw new VaultError('VAULT_FOREIGN')
  const memoryKiB = new DataView(box.buffer, box.byteOffset).getUint32(10)
  const cost: PassphraseCost = { memoryKiB, passes: box[14]!, lanes: box[15]! }
  checkCost(cost)
  return {
    cost,
    salt: box.subarray(16, 32),
    nonce: box.subarray(32, 44),
    check: box.subarray(44, CHECKED),
  }
}

/** A file must not make us take memory and time as it likes, nor be refused by Argon2id itself. */
function checkCost({ memoryKiB, passes, lanes }: PassphraseCost): void {
  const isMeant = passes >= 1 && lanes >= 1 && memoryKiB >= 8 * lanes // RFC 9106 §3.1
  if (!isMeant) throw new VaultError('VAULT_DAMAGED')
  if (memoryKiB > KDF_MEMORY_KIB_MAX || passes > KDF_PASSES_MAX || lanes > KDF_LANES_MAX) {
    throw new VaultError('VAULT_TOO_COSTLY')
  }
}

/** Composed (NFC), since keyboards differ in how they write accents; nothing else is touched. */
function derive(passphrase: string, salt: Uint8Array, cost: PassphraseCost) {
  if (passphrase.length > PASSPHRASE_CHARS_MAX) throw new RangeError('the passphrase is too long')
  const bytes = argon2id(passphrase.normalize('NFC'), salt, {
    m: cost.memoryKiB,
    t: cost.passes,
    p: cost.lanes,
    dkLen: 64,
  })
  const key = bytes.slice(0, 32)
  const check = bytes.slice(32, 48)
  wipe(bytes)
  return { key, check }
}

function open(
  key: Uint8Array,
  nonce: Uint8Array,
  data: Uint8Array,
  sealed: Uint8Array,
): Uint8Array {
  try {
    return gcm(key, nonce, data).decrypt(sealed)
  } catch {
    throw new VaultError('VAULT_DAMAGED')
  }
}
