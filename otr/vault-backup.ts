import { fromBase64, toBase64 } from './base64.ts'
import type { DsaPrivateKey } from './dsa.ts'
import { decodePrivateKey, encodePrivateKey } from './dsa-key-record.ts'
import { VaultError } from './vault-error.ts'

/*
 * What is inside a backup's box: JSON in UTF-8, { schema, account, madeAt, key, content }. The instance
 * tag is not: it names an installation, and two devices that share one take each other's messages.
 */

const SCHEMA = 1

export interface Backup {
  readonly account: string
  readonly key: DsaPrivateKey
  /** What the host adds. */
  readonly content: string
  /** Milliseconds since the epoch. */
  readonly madeAt: number
}

export function writeBackup({ account, key, content, madeAt }: Backup): Uint8Array {
  const fields = { schema: SCHEMA, account, madeAt, key: toBase64(encodePrivateKey(key)), content }
  return new TextEncoder().encode(JSON.stringify(fields))
}

/** @throws VaultError `VAULT_NEWER`, `VAULT_DAMAGED` */
export function readBackup(bytes: Uint8Array): Backup {
  const { schema, account, madeAt, key, content } = fieldsOf(bytes)
  if (typeof schema === 'number' && schema > SCHEMA) throw new VaultError('VAULT_NEWER')
  if (
    schema !== SCHEMA ||
    typeof account !== 'string' ||
    typeof madeAt !== 'number' ||
    typeof key !== 'string' ||
    typeof content !== 'string'
  ) {
    throw new VaultError('VAULT_DAMAGED')
  }
  return { account, madeAt, content, key: readKey(key) }
}

function fieldsOf(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new VaultError('VAULT_DAMAGED')
}

function readKey(digits: string): DsaPrivateKey {
  try {
    const bytes = fromBase64(digits)
    if (bytes !== null) return decodePrivateKey(bytes)
  } catch {
    // Said below.
  }
  throw new VaultError('VAULT_DAMAGED')
}
