/**
 * Everything about keys that is seen rarely: fetched when it is asked for.
 * @module
 */
import './elements/keys-gone.ts'
import './elements/unlock.ts'

export { SottoRestoreDialog } from './elements/restore-dialog.ts'
export { SottoVaultDialog } from './elements/vault-dialog.ts'
