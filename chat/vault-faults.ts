import { VaultError, type VaultErrorCode } from '../otr/index.ts'
import type { ChatFault } from './events.ts'

const SENTENCES = {
  VAULT_LOCKED: 'The keys of this account are locked. Enter your passphrase first.',
  VAULT_NO_KEY: 'This account has no key on this device yet.',
  VAULT_WRONG_PASSPHRASE: 'That is not the passphrase.',
  VAULT_FOREIGN: 'This is not a file of the right kind.',
  VAULT_DAMAGED: 'This is damaged: cut off, or changed by something or somebody.',
  VAULT_NEWER: 'This was made by a newer version of the app. Update this one first.',
  VAULT_TOO_COSTLY: 'Opening this would take more memory or time than a file may ask for.',
  VAULT_OTHER_ACCOUNT: 'This belongs to another account.',
} as const satisfies Record<VaultErrorCode, string>

/** What is wrong with a vault, a backup or a key file; `null` for any other error. */
export function vaultFaultOf(error: unknown): ChatFault | null {
  if (!(error instanceof VaultError)) return null
  return { code: error.code, sentence: SENTENCES[error.code] }
}
