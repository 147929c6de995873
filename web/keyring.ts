import {
  type Address,
  type BackupContent,
  contactsWith,
  type ForeignKnowledge,
  type FoundKey,
  mergeContacts,
  readBackupContent,
  readForeignKnowledge,
  type Vault,
  VaultError,
  writeBackupContent,
  writeForeignKnowledge,
} from '../chat/index.ts'
import type { IndexedDbStore } from './indexeddb-store.ts'
import { plainRows, sealedRows } from './row-coder.ts'

/** What the keyring needs of whoever has it open. */
export interface KeyringHost {
  /** Runs `work` while nobody is signed in; signs in again after it if somebody was. */
  readonly aside: (work: () => Promise<void>) => Promise<void>
  /** The host's own settings, to be kept in a backup and read from one. */
  readonly settings: () => unknown
  readonly useSettings: (settings: unknown) => void
  readonly now: () => number
  /** Whether a passphrase protects the account: told when it is known, and when that changes. */
  readonly onPassphrase: (isOn: boolean) => void
}

/** What a backup holds, and what restoring it here would come to. */
export interface BackupPreview {
  readonly account: Address
  readonly madeAt: number
  readonly fingerprint: string
  readonly contacts: number
  readonly added: number
  readonly verified: number
  readonly messages: number
  /** There is a key here, which is replaced. */
  readonly replaces: boolean
}

/** What stands before an account is entered. */
export type Gate = 'open' | 'locked' | 'gone'

/**
 * An account's key and what is stored of it: under a passphrase or not, taken to another device, brought
 * from another program. Passphrases are handed on and not kept. Calls reject with a `VaultError` or an
 * `OtrError`, or with what the storage throws.
 */
export class Keyring {
  readonly #vault: Vault
  readonly #storeOf: (account: Address) => IndexedDbStore
  readonly #host: KeyringHost
  #holder: { readonly account: Address; readonly store: IndexedDbStore } | null = null
  #opened: BackupContent | null = null

  /** @param account - `null`: that of the first backup that is opened */
  constructor(
    account: Address | null,
    vault: Vault,
    storeOf: (account: Address) => IndexedDbStore,
    host: KeyringHost,
  ) {
    this.#vault = vault
    this.#storeOf = storeOf
    this.#host = host
    if (account !== null) this.#holder = { account, store: storeOf(account) }
  }

  /** @throws RangeError before the first backup is open, if it is to say whose it is */
  get account(): Address {
    return this.#held.account
  }

  /** @param hadKey - this browser has made or held a key of this account before */
  async gate(hadKey: boolean): Promise<Gate> {
    if ((await this.#vault.state(this.account)) === 'locked') return 'locked'
    if (!hadKey || (await this.#vault.hasKey(this.account))) return 'open'
    return 'gone'
  }

  async hasPassphrase(): Promise<boolean> {
    return (await this.#vault.state(this.account)) !== 'none'
  }

  async unlock(passphrase: string): Promise<void> {
    const { account } = this
    await this.#vault.unlock(account, passphrase)
    const isSettled = await this.#vault.isSettled(account)
    this.#store.use(sealedRows(this.#vault, account, isSettled))
    if (!isSettled) await this.#settle() // The browser went down while it was being done.
    this.#host.onPassphrase(true)
  }

  /** Sets, changes or (`after` null) takes away the passphrase; `before` is null if there is none. */
  async setPassphrase(before: string | null, after: string | null): Promise<void> {
    const { account } = this
    if (before !== null && after === null) {
      await this.#vault.unlock(account, before) // Nothing is laid open for a wrong one.
      await this.#vault.settle(account, false)
      await this.#store.recode(plainRows)
    }
    await this.#vault.setPassphrase(account, before, after)
    if (before === null) await this.#settle()
    this.#host.onPassphrase(after !== null)
  }

  async makeBackup(passphrase: string, withHistory: boolean): Promise<Blob> {
    const { contacts, messages } = await this.#store.load()
    const content = writeBackupContent({
      contacts,
      messages: withHistory ? messages : [],
      settings: this.#host.settings(),
    })
    const file = await this.#vault.backup(this.account, passphrase, content)
    return new Blob([file.slice()], { type: 'application/octet-stream' })
  }

  async openBackup(file: Blob, passphrase: string): Promise<BackupPreview> {
    const opened = await this.#vault.openBackup(await bytesOf(file), passphrase)
    const { account, content, madeAt, fingerprint } = opened
    await this.#hold(account as Address)
    this.#opened = readBackupContent(content)
    const { contacts, messages } = this.#opened
    const { added, verified } = mergeContacts((await this.#store.load(0)).contacts, contacts)
    return {
      account: this.account,
      madeAt,
      fingerprint,
      contacts: contacts.length,
      added,
      verified,
      messages: messages.length,
      replaces: await this.#vault.hasKey(this.account),
    }
  }

  /** Restores what {@link openBackup} showed. */
  restore(withHistory: boolean, withSettings: boolean): Promise<void> {
    return this.#host.aside(async () => {
      const opened = this.#opened
      if (opened === null) throw new RangeError('no backup is open')
      await this.#vault.restore(this.account)
      const here = await this.#store.load()
      for (const contact of mergeContacts(here.contacts, opened.contacts).contacts) {
        await this.#store.putContact(contact)
      }
      const known = new Set(here.messages.map(({ peer, author, id }) => `${peer} ${author} ${id}`))
      for (const message of withHistory ? opened.messages : []) {
        const { peer, author, id } = message
        if (!known.has(`${peer} ${author} ${id}`)) await this.#store.putMessage(message)
      }
      if (withSettings) this.#host.useSettings(opened.settings)
      this.#opened = null
    })
  }

  /** Finds keys in libotr's `otr.private_key` or Blink's `otr.key`. */
  async readKeys(file: Blob): Promise<readonly FoundKey[]> {
    return await this.#vault.readKeys(await bytesOf(file))
  }

  /** Finds what is in libotr's `otr.fingerprints`. */
  async readKnowledge(file: Blob): Promise<readonly ForeignKnowledge[]> {
    return readForeignKnowledge(await bytesOf(file))
  }

  /** @param key - index of what {@link readKeys} found; `null` to keep the own key */
  bringIn(key: number | null, knowledge: ForeignKnowledge | null): Promise<void> {
    return this.#host.aside(async () => {
      if (key !== null) await this.#vault.importKey(this.account, key)
      if (knowledge === null) return
      const { contacts } = await this.#store.load(0)
      for (const contact of contactsWith(knowledge.keys, contacts, this.#host.now())) {
        await this.#store.putContact(contact)
      }
    })
  }

  /** Own key, not encrypted, and the keys of others, in libotr's format. */
  async takeOut(): Promise<{ readonly keys: Blob; readonly fingerprints: Blob }> {
    const owner = { account: this.account.slice('sip:'.length), protocol: 'prpl-simple' }
    const { contacts } = await this.#store.load(0)
    const keys = await this.#vault.exportKey(this.account, owner)
    const fingerprints = writeForeignKnowledge(owner, contacts)
    return { keys: new Blob([keys.slice()]), fingerprints: new Blob([fingerprints.slice()]) }
  }

  /** Deletes the key, contacts and messages of this account on this device. */
  async wipe(): Promise<void> {
    await this.#vault.forget(this.account)
    await this.#store.clear()
    this.#store.use(plainRows)
  }

  /** Takes the account that a backup names, if none was named; its vault must be open. */
  async #hold(account: Address): Promise<void> {
    if ((this.#holder?.account ?? account) !== account) throw new VaultError('VAULT_OTHER_ACCOUNT')
    if (this.#holder !== null) return
    if ((await this.#vault.state(account)) === 'locked') throw new VaultError('VAULT_LOCKED')
    this.#holder = { account, store: this.#storeOf(account) }
  }

  get #held() {
    if (this.#holder === null) throw new RangeError('whose keys they are is not known yet')
    return this.#holder
  }

  get #store(): IndexedDbStore {
    return this.#held.store
  }

  async #settle(): Promise<void> {
    await this.#store.recode(sealedRows(this.#vault, this.account, false))
    this.#store.use(sealedRows(this.#vault, this.account, true))
    await this.#vault.settle(this.account, true)
  }
}

async function bytesOf(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer())
}
