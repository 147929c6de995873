/**
 * - `VAULT_LOCKED`: the passphrase has to be given first. `VAULT_NO_KEY`: the account has no key here.
 * - `VAULT_WRONG_PASSPHRASE`: it does not open this.
 * - `VAULT_FOREIGN`: not a file of the wanted kind at all.
 * - `VAULT_DAMAGED`: cut off or changed, and not by a wrong passphrase.
 * - `VAULT_NEWER`: made by a later version of this program.
 * - `VAULT_TOO_COSTLY`: asks for more memory or time than we give.
 * - `VAULT_OTHER_ACCOUNT`: belongs to another account than the one that was named.
 */
export type VaultErrorCode =
  | 'VAULT_LOCKED'
  | 'VAULT_NO_KEY'
  | 'VAULT_WRONG_PASSPHRASE'
  | 'VAULT_FOREIGN'
  | 'VAULT_DAMAGED'
  | 'VAULT_NEWER'
  | 'VAULT_TOO_COSTLY'
  | 'VAULT_OTHER_ACCOUNT'

/** What is stored or was brought cannot be opened. The code is the contract. */
export class VaultError extends Error {
  readonly code: VaultErrorCode

  constructor(code: VaultErrorCode) {
    super(code)
    this.name = 'VaultError'
    this.code = code
  }
}
