import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePrivateKey, readPrivateKeys } from '../../otr/index.ts'
import { MemoryKeyStore } from './memory-store.ts'

/**
 * A store that has a key for the account, a new one. Its primes are not looked for, which on a busy
 * machine takes longer than all that a test is about: they are those of a key that libotr made, and
 * nobody's secret.
 */
export function storeWithKey(account: string): MemoryKeyStore {
  const { p, q, g } = DOMAIN
  const x = (BigInt(`0x${randomBytes(32).toString('hex')}`) % (q - 1n)) + 1n
  const key = encodePrivateKey({ p, q, g, x, y: power(g, x, p) })
  const keys = new MemoryKeyStore()
  void keys.save(account, { key, instanceTag: 0x100 + randomBytes(2).readUInt16BE() })
  return keys
}

const DOMAIN = readPrivateKeys(
  readFileSync(join(import.meta.dirname, '..', '..', 'otr', 'vectors', 'libotr-keys.txt')),
)[0]!.key

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let square = base, left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}
