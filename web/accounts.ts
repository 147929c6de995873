import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Address, FoundServer, ServerKind } from '../chat/index.ts'

/** An account that was used in this browser. Never its password: that is the password manager's. */
export interface RememberedAccount {
  readonly address: Address
  readonly server: string
  /** How the server was found; absent in what earlier versions remembered. */
  readonly found?: ServerKind
  /** This installation's UUID, so that a new registration replaces the old one (RFC 5626 §4.1). */
  readonly instanceId: string
  readonly lastUsed: number
  /** There was a key here: if there is none now, the browser has lost it. */
  readonly hadKey?: true
}

interface AccountsSchema extends DBSchema {
  accounts: { key: string; value: RememberedAccount }
}

/** The accounts of this browser, in a small database of their own. */
export class Accounts {
  #db: Promise<IDBPDatabase<AccountsSchema>> | null = null

  /** Most recently used first. */
  async list(): Promise<readonly RememberedAccount[]> {
    const all = await (await this.#open()).getAll('accounts')
    return all.sort((a, b) => b.lastUsed - a.lastUsed)
  }

  /** Notes that `address` is being used, and gives it an instance id if it has none. */
  async remember(
    address: Address,
    { kind, url }: FoundServer,
    now: number,
  ): Promise<RememberedAccount> {
    const db = await this.#open()
    const known = await db.get('accounts', address)
    const account = {
      address,
      server: url,
      found: kind,
      instanceId: known?.instanceId ?? crypto.randomUUID(),
      lastUsed: now,
      ...(known?.hadKey && { hadKey: true as const }),
    }
    await db.put('accounts', account)
    return account
  }

  async noteKey(address: Address): Promise<void> {
    const db = await this.#open()
    const known = await db.get('accounts', address)
    if (known !== undefined) await db.put('accounts', { ...known, hadKey: true })
  }

  /** A backup brought it here; where it is served is yet to be found. */
  async restored(address: Address, now: number): Promise<void> {
    const db = await this.#open()
    const known = await db.get('accounts', address)
    const account = known ?? { address, server: '', instanceId: crypto.randomUUID() }
    await db.put('accounts', { ...account, lastUsed: now, hadKey: true })
  }

  async forget(address: Address): Promise<void> {
    await (await this.#open()).delete('accounts', address)
  }

  #open(): Promise<IDBPDatabase<AccountsSchema>> {
    this.#db ??= openDB<AccountsSchema>('sotto-accounts', 1, {
      upgrade: (db) => void db.createObjectStore('accounts', { keyPath: 'address' }),
    })
    return this.#db
  }
}
