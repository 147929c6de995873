import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat, toHex, wipe } from './bytes.ts'
import { type DsaPrivateKey, fingerprint } from './dsa.ts'
import { decodePrivateKey, encodePrivateKey } from './dsa-key-record.ts'
import type { KeyRecord, KeyStore, OtrEnv } from './engine.ts'
import { drawInstanceTag } from './instance-tag.ts'
import { type LibotrAccount, readPrivateKeys, writePrivateKeys } from './libotr-files.ts'
import { readPkcs8 } from './pkcs8.ts'
import {
  openBox,
  openRecord,
  PASSPHRASE_COST,
  type PassphraseCost,
  sealBox,
  sealRecord,
} from './sealed-box.ts'
import type { FoundKey, NamedBytes, OpenedBackup, Vault, VaultState } from './vault.ts'
import { readBackup, writeBackup } from './vault-backup.ts'
import { VaultError } from './vault-error.ts'

/** A {@link KeyRecord} under a passphrase. */
export interface SealedKeyRecord {
  /** The vault's own key, random, sealed under the passphrase. */
  readonly box: Uint8Array
  /** The account's key, sealed under the vault's. */
  readonly sealed: Uint8Array
}

/** Where the records are. Each is written whole or not at all. */
export interface VaultStore {
  load(account: string): Promise<KeyRecord | SealedKeyRecord | null>
  save(account: string, record: KeyRecord | SealedKeyRecord): Promise<void>
  remove(account: string): Promise<void>
}

/** What is sealed beside the key itself. */
interface Kept extends KeyRecord {
  readonly isSettled: boolean
}

const KEY_BYTES = 32
/** The name under which an account's key is sealed; the host's names begin otherwise. */
const KEY_NAME = 'key'

/** See {@link Vault}. One call runs after the other. */
export class LocalVault implements Vault {
  /** For the engine: the keys of vaults that are open. */
  readonly keys: KeyStore
  readonly #random: OtrEnv['random']
  readonly #now: OtrEnv['now']
  readonly #store: VaultStore
  readonly #cost: PassphraseCost
  readonly #open = new Map<string, Uint8Array>()
  #backup: (OpenedBackup & { readonly key: DsaPrivateKey }) | null = null
  #found: readonly (FoundKey & { readonly key: DsaPrivateKey })[] = []
  #last: Promise<unknown> = Promise.resolve()
  /** Told when an account's key is another one, or not to be used any more. */
  onChange: (account: string) => void = () => {}

  constructor({ random, now }: OtrEnv, store: VaultStore, cost = PASSPHRASE_COST) {
    this.#random = random
    this.#now = now
    this.#store = store
    this.#cost = cost
    this.keys = {
      load: (account) => this.#inTurn(() => this.#read(account)),
      save: (account, record) => this.#inTurn(() => this.#write(account, record)),
    }
  }

  state(account: string): Promise<VaultState> {
    return this.#inTurn(async () => {
      const record = await this.#store.load(account)
      if (record === null || !isSealed(record)) return 'none'
      return this.#open.has(account) ? 'open' : 'locked'
    })
  }

  hasKey(account: string): Promise<boolean> {
    return this.#inTurn(async () => (await this.#store.load(account)) !== null)
  }

  unlock(account: string, passphrase: string): Promise<void> {
    return this.#inTurn(async () => {
      const record = await this.#store.load(account)
      if (record === null || !isSealed(record)) return
      const key = openBox(passphrase, 'vault', record.box)
      openKept(key, record.sealed) // Not called open if the one thing in it is damaged.
      this.#open.set(account, key)
    })
  }

  lock(account: string): Promise<void> {
    return this.#inTurn(async () => {
      const key = this.#open.get(account)
      if (key !== undefined) wipe(key)
      this.#open.delete(account)
      this.onChange(account)
    })
  }

  setPassphrase(account: string, before: string | null, after: string | null): Promise<void> {
    return this.#inTurn(async () => {
      const record = await this.#store.load(account)
      if (record === null) throw new VaultError('VAULT_NO_KEY')
      const isNew = !isSealed(record)
      const key = isNew ? this.#random(KEY_BYTES) : openBox(before ?? '', 'vault', record.box)
      const kept = isNew ? { ...record, isSettled: false } : openKept(key, record.sealed)
      if (after === null) {
        await this.#store.save(account, { key: kept.key, instanceTag: kept.instanceTag })
        this.#open.delete(account)
        return
      }
      const box = sealBox(after, 'vault', key, this.#random, this.#cost)
      await this.#store.save(account, { box, sealed: this.#sealKept(key, kept) })
      this.#open.set(account, key)
    })
  }

  seal(account: string, records: readonly NamedBytes[]): Promise<Uint8Array[]> {
    return this.#inTurn(async () => {
      const key = derived(this.#keyOf(account), 'records')
      return records.map(({ name, bytes }) => sealRecord(key, name, bytes, this.#random))
    })
  }

  unseal(account: string, records: readonly NamedBytes[]): Promise<Uint8Array[]> {
    return this.#inTurn(async () => {
      const key = derived(this.#keyOf(account), 'records')
      return records.map(({ name, bytes }) => openRecord(key, name, bytes))
    })
  }

  label(account: string, names: readonly string[]): Promise<string[]> {
    return this.#inTurn(async () => {
      const key = derived(this.#keyOf(account), 'labels')
      return names.map((name) => toHex(derived(key, name).subarray(0, 16)))
    })
  }

  isSettled(account: string): Promise<boolean> {
    return this.#inTurn(async () => (await this.#kept(account))?.isSettled ?? false)
  }

  settle(account: string, isSettled: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const key = this.#keyOf(account)
      const record = await this.#store.load(account)
      if (record === null || !isSealed(record)) throw new VaultError('VAULT_NO_KEY')
      const kept = { ...openKept(key, record.sealed), isSettled }
      await this.#store.save(account, { box: record.box, sealed: this.#sealKept(key, kept) })
    })
  }

  backup(account: string, passphrase: string, content: string): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const key = decodePrivateKey((await this.#needed(account)).key)
      const file = writeBackup({ account, key, content, madeAt: this.#now() })
      return sealBox(passphrase, 'backup', file, this.#random, this.#cost)
    })
  }

  openBackup(file: Uint8Array, passphrase: string): Promise<OpenedBackup> {
    return this.#inTurn(async () => {
      this.#backup = null
      const { account, key, content, madeAt } = readBackup(openBox(passphrase, 'backup', file))
      const opened = { account, content, madeAt, fingerprint: fingerprint(key) }
      this.#backup = { ...opened, key }
      return opened
    })
  }

  restore(account: string): Promise<void> {
    return this.#inTurn(async () => {
      const backup = this.#backup
      if (backup === null) throw new RangeError('no backup is open')
      if (backup.account !== account) throw new VaultError('VAULT_OTHER_ACCOUNT')
      await this.#replace(account, backup.key)
      this.#backup = null
    })
  }

  readKeys(file: Uint8Array): Promise<FoundKey[]> {
    return this.#inTurn(async () => {
      this.#found = findKeys(file).map(({ owner, key }) => ({
        owner,
        key,
        fingerprint: fingerprint(key),
      }))
      return this.#found.map(({ owner, fingerprint }) => ({ owner, fingerprint }))
    })
  }

  importKey(account: string, index: number): Promise<void> {
    return this.#inTurn(async () => {
      const found = this.#found[index]
      if (found === undefined) throw new RangeError('no such key was found')
      await this.#replace(account, found.key)
      this.#found = []
    })
  }

  exportKey(account: string, owner: LibotrAccount): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const { key } = await this.#needed(account)
      return writePrivateKeys([{ ...owner, key: decodePrivateKey(key) }])
    })
  }

  forget(account: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#store.remove(account)
      this.#open.delete(account)
      this.onChange(account)
    })
  }

  /** An instance tag names one installation, so that it stays, whatever key comes. */
  async #replace(account: string, key: DsaPrivateKey): Promise<void> {
    const before = await this.#read(account)
    const instanceTag = before?.instanceTag ?? drawInstanceTag(this.#random)
    await this.#write(account, { key: encodePrivateKey(key), instanceTag })
    this.onChange(account)
  }

  async #needed(account: string): Promise<KeyRecord> {
    const record = await this.#read(account)
    if (record === null) throw new VaultError('VAULT_NO_KEY')
    return record
  }

  async #read(account: string): Promise<KeyRecord | null> {
    const kept = await this.#kept(account)
    return kept === null ? null : { key: kept.key, instanceTag: kept.instanceTag }
  }

  async #kept(account: string): Promise<Kept | null> {
    const record = await this.#store.load(account)
    if (record === null) return null
    if (!isSealed(record)) return { ...record, isSettled: false }
    return openKept(this.#keyOf(account), record.sealed)
  }

  async #write(account: string, record: KeyRecord): Promise<void> {
    const before = await this.#store.load(account)
    if (before === null || !isSealed(before)) return this.#store.save(account, record)
    const key = this.#keyOf(account)
    const { isSettled } = openKept(key, before.sealed)
    const sealed = this.#sealKept(key, { ...record, isSettled })
    await this.#store.save(account, { box: before.box, sealed })
  }

  #sealKept(key: Uint8Array, { instanceTag, isSettled, key: record }: Kept): Uint8Array {
    const front = new Uint8Array(5)
    new DataView(front.buffer).setUint32(0, instanceTag)
    front[4] = isSettled ? 1 : 0
    return sealRecord(key, KEY_NAME, concat(front, record), this.#random)
  }

  #keyOf(account: string): Uint8Array {
    const key = this.#open.get(account)
    if (key === undefined) throw new VaultError('VAULT_LOCKED')
    return key
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }
}

/** @throws VaultError `VAULT_FOREIGN`; OtrError if a key in it is damaged */
function findKeys(file: Uint8Array): { owner: LibotrAccount | null; key: DsaPrivateKey }[] {
  const text = new TextDecoder('latin1').decode(file)
  if (text.includes('-----BEGIN PRIVATE KEY-----')) return [{ owner: null, key: readPkcs8(text) }]
  if (!text.trimStart().startsWith('(privkeys')) throw new VaultError('VAULT_FOREIGN')
  return readPrivateKeys(file).map(({ account, protocol, key }) => ({
    owner: { account, protocol },
    key,
  }))
}

function openKept(key: Uint8Array, sealed: Uint8Array): Kept {
  const bytes = openRecord(key, KEY_NAME, sealed)
  const instanceTag = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  return { instanceTag, isSettled: bytes[4] === 1, key: bytes.slice(5) }
}

function derived(key: Uint8Array, name: string): Uint8Array {
  return hmac(sha256, key, new TextEncoder().encode(name))
}

function isSealed(record: KeyRecord | SealedKeyRecord): record is SealedKeyRecord {
  return 'box' in record
}
