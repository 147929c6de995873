import { msg, str } from '@lit/localize'
import { number, plural, wordsOf } from './wording.ts'

/** Keys, the passphrase over them, and backups. */
export const VAULT = wordsOf(() => ({
  title: msg('Keys and backup'),
  passphrase: msg('Passphrase'),
  passphraseOff: msg(
    'No passphrase is set: whoever can use this device’s account can read what is kept here.',
  ),
  passphraseOn: msg(
    'Your key, contacts and messages on this device are encrypted with your passphrase. Your address, and when and how much you wrote, are not.',
  ),
  setHint: msg(
    'A few words that you use nowhere else. Long is what counts: 12 characters at least are a good start. Nobody can recover it.',
  ),
  field: msg('Passphrase', { id: 'passphrase-field', desc: 'Above the field' }),
  current: msg('Present passphrase'),
  fresh: msg('New passphrase'),
  again: msg('The same again'),
  differ: msg('The two are not the same.'),
  set: msg('Set passphrase'),
  change: msg('Change passphrase'),
  remove: msg('Remove passphrase'),
  isSet: msg('The passphrase is set.'),
  isChanged: msg('The passphrase is changed.'),
  isRemoved: msg('The passphrase is removed.'),
  lockNow: msg('Lock now'),
  lockAfter: msg('Lock when nobody is here'),
  never: msg('Never'),
  minutes,
  lockHint: msg('Locking ends encrypted conversations properly and signs out.'),

  unlockTitle: (name: string) => msg(str`${name} is locked`),
  unlockText: msg('Enter the passphrase that you set on this device.'),
  unlock: msg('Unlock'),
  lost: msg('I lost my passphrase'),
  lostText: msg(
    'There is no way to open what it locks. You can only start anew: key, contacts and messages on this device are deleted, and your contacts will see that your identity has changed. If you have a backup, you can restore it afterwards.',
  ),
  confirmField: (name: string) => msg(str`Type ${name} to confirm`),
  startAnew: msg('Delete and start anew'),
  otherAccount: msg('Use another account'),

  goneTitle: msg('Your key is gone'),
  goneText: (name: string) =>
    msg(
      str`This browser has deleted the key of ${name}. Restore a backup, and nobody notices; or start anew, and your contacts will be told that your identity has changed and have to verify you again.`,
    ),
  goneAnew: msg('Start anew with a new key'),

  backup: msg('Backup'),
  backupText: msg(
    'One encrypted file with your key, your contacts and whom you verified, and your settings. Keep it away from this device.',
  ),
  backupField: msg('Passphrase for the backup'),
  withHistory: msg('With the messages that are kept here'),
  makeBackup: msg('Make a backup'),
  isMade: msg('The backup is made. Your browser keeps it where downloads go.'),
  restore: msg('Restore a backup'),
  file: msg('Backup file'),
  look: msg('Open the backup'),
  holds: msg('In this backup'),
  account: msg('Account'),
  madeAt: msg('Made'),
  key: msg('Key'),
  contacts: msg('Contacts'),
  contactsText: (all: number, added: number) =>
    msg(str`${number(all)}, of which ${number(added)} are new here`),
  verifiedKeys: msg('Become verified here'),
  messages: msg('Messages', { id: 'backup-messages' }),
  replaces: msg('The key that is here now is replaced by that of the backup.'),
  twoDevices: msg(
    'The same key may be on two devices, but they do not share conversations: what is sent to the one, the other cannot read. Use one at a time.',
  ),
  takeHistory: msg('Restore its messages too'),
  takeSettings: msg('Use its settings'),
  restoreNow: msg('Restore'),
  isRestored: msg('The backup is restored.'),

  bringIn: msg('From another program'),
  bringInText: msg(
    'From Pidgin, Adium or Gajim: otr.private_key and otr.fingerprints. From Blink: otr.key. They are read here and go nowhere.',
  ),
  keyFile: msg('Key file'),
  knowledgeFile: msg('Fingerprints file'),
  whichKey: msg('Use this key'),
  keepOwn: msg('Keep my present key'),
  blinkKey: msg('Blink’s key'),
  whichKnowledge: msg('Learn these contacts’ keys'),
  learnNone: msg('None'),
  knowledge: (owner: string, keys: number, leftOut: number) =>
    msg(
      str`${owner}: ${number(keys)} keys; ${number(leftOut)} left out, whose names are no addresses`,
    ),
  importTrust: msg(
    'Keys that the other program had verified count as verified here, and say that they were imported.',
  ),
  importReplaces: msg(
    'Your present key is replaced. Contacts who know it will see a changed identity. Do not go on using the other program with the same key at the same time.',
  ),
  bringInNow: msg('Import'),
  isBroughtIn: msg('The import is done.'),
  takeOut: msg('For another program'),
  takeOutText: msg(
    'Your key and your contacts’ fingerprints in the format of Pidgin. These files are not encrypted: whoever has them can pass for you.',
  ),
  takeOutNow: msg('Export unencrypted'),

  storage: msg('Storage'),
  persisted: msg('This browser has promised to keep what is stored here.'),
  notPersisted: msg(
    'This browser may clear what is stored here, keys included, when space is short or you have not been here for a while. Make a backup, or install the app.',
  ),
}))

function minutes(count: number): string {
  const n = number(count)
  return plural(count, {
    zero: msg(str`after ${n} minutes`, { id: 'minutes-zero' }),
    one: msg(str`after ${n} minute`, { id: 'minutes-one' }),
    two: msg(str`after ${n} minutes`, { id: 'minutes-two' }),
    few: msg(str`after ${n} minutes`, { id: 'minutes-few' }),
    many: msg(str`after ${n} minutes`, { id: 'minutes-many' }),
    other: msg(str`after ${n} minutes`, { id: 'minutes-other' }),
  })
}
