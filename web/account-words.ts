import { msg, str } from '@lit/localize'
import { VaultError } from '../chat/index.ts'
import { VAULT_FAULTS } from './fault-words.ts'
import { number, wordsOf } from './wording.ts'
import { APP } from './words.ts'

/** Accounts and their keys, as far as the first screens speak of them. */
export const ACCOUNTS = wordsOf(() => ({
  open: msg('Keys and backup…'),
  working: msg('Working…'),
  cancel: msg('Cancel'),
  restoreOpen: msg('Restore a backup…'),
  remind: msg(
    'You have verified somebody. Make a backup, in the settings under “Keys and backup”, so that it is not lost with this browser.',
  ),
  known: msg('Accounts on this device'),
  use: (name: string) => msg(str`Use ${name}`),
  forget: (name: string) => msg(str`Forget ${name}…`),
  forgetSure: (name: string) =>
    msg(
      str`Delete the key, contacts and messages of ${name} from this device? Without a backup your contacts will see a changed identity.`,
    ),
  forgetNow: msg('Delete everything'),
  isForgotten: (name: string) => msg(str`${name} is deleted from this device.`),
  usedElsewhere: msg('This account is open in another tab. Sign out there first.'),
  makingKey: (count: number) => msg(str`Making your key… ${number(count)} numbers tried`),
}))

/** Why a file or a passphrase was not taken. */
export function vaultSentence(error: unknown): string {
  if (error instanceof VaultError) return VAULT_FAULTS[error.code]()
  if (!(error instanceof Error)) return APP.storageFailed
  if (error.name === 'InvalidStateError') return ACCOUNTS.usedElsewhere
  // A key file of another program that does not read; an empty or endless passphrase.
  if (error.name === 'OtrError' || error.name === 'RangeError') return VAULT_FAULTS.VAULT_DAMAGED()
  return APP.storageFailed
}
