import type { LibotrAccount } from './libotr-files.ts'

/** `none`: no passphrase is set, and everything lies open. */
export type VaultState = 'none' | 'locked' | 'open'

/** Bytes with the name under which they are sealed: they open under no other. */
export interface NamedBytes {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A backup that was opened; its key stays where keys are. */
export interface OpenedBackup {
  readonly account: string
  /** Of the key in it, 40 lower-case hex digits. */
  readonly fingerprint: string
  /** Milliseconds since the epoch, of the device that made it. */
  readonly madeAt: number
  /** What {@link Vault.backup} was given. */
  readonly content: string
}

/** A key in a file of another program. */
export interface FoundKey {
  /** Whose; `null` in Blink's file, which has one key for all accounts. */
  readonly owner: LibotrAccount | null
  readonly fingerprint: string
}

/**
 * Long-term keys while they are stored, beside the engine that uses them. Every account has a vault of
 * its own. Passphrases are used during a call and not kept; keys never come out but in the file of
 * {@link exportKey}, and sealed in that of {@link backup}.
 *
 * Calls reject with a `VaultError`, or with what the storage throws. While a vault is locked, so does
 * everything of the engine that needs its key.
 */
export interface Vault {
  state(account: string): Promise<VaultState>
  hasKey(account: string): Promise<boolean>
  /** @throws VaultError `VAULT_WRONG_PASSPHRASE` */
  unlock(account: string, passphrase: string): Promise<void>
  /** Forgets what opens the vault, the account's key and its sessions. */
  lock(account: string): Promise<void>
  /**
   * Sets the first passphrase (`before` null), another one, or none (`after` null). With another one, the
   * vault's own key stays and nothing else is written anew.
   *
   * @throws VaultError `VAULT_WRONG_PASSPHRASE` of `before`; `VAULT_NO_KEY`
   */
  setPassphrase(account: string, before: string | null, after: string | null): Promise<void>

  /** Seals under the key of a vault that is open. */
  seal(account: string, records: readonly NamedBytes[]): Promise<Uint8Array[]>
  /** @throws VaultError `VAULT_DAMAGED` if one of them is not what was sealed under its name */
  unseal(account: string, records: readonly NamedBytes[]): Promise<Uint8Array[]>
  /** For each name one that tells nothing, always the same: 32 hex digits, to be found by. */
  label(account: string, names: readonly string[]): Promise<string[]>
  /** Whether everything that the host stores is sealed: what is not was put there by somebody else. */
  isSettled(account: string): Promise<boolean>
  settle(account: string, isSettled: boolean): Promise<void>

  /** The account's key and what the host adds, sealed under a passphrase of its own. */
  backup(account: string, passphrase: string, content: string): Promise<Uint8Array>
  /** Opens a backup, and keeps it until it is restored or another file is opened. */
  openBackup(file: Uint8Array, passphrase: string): Promise<OpenedBackup>
  /** Puts the key of the opened backup in place of the account's. */
  restore(account: string): Promise<void>

  /** Finds the keys in libotr's or Blink's file, and keeps them in the same way. */
  readKeys(file: Uint8Array): Promise<FoundKey[]>
  /** Puts the key at `index` of what was found in place of the account's. */
  importKey(account: string, index: number): Promise<void>
  /** The account's key as libotr's `otr.private_key`, not encrypted. */
  exportKey(account: string, owner: LibotrAccount): Promise<Uint8Array>

  /** Deletes the account's key. */
  forget(account: string): Promise<void>
}

/** All of it, as it is called across a worker's boundary. */
export const VAULT_CALLS = [
  'state',
  'hasKey',
  'unlock',
  'lock',
  'setPassphrase',
  'seal',
  'unseal',
  'label',
  'isSettled',
  'settle',
  'backup',
  'openBackup',
  'restore',
  'readKeys',
  'importKey',
  'exportKey',
  'forget',
] as const satisfies readonly (keyof Vault)[]
