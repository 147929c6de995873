import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Address } from '../chat/index.ts'

/** An account that was used in this browser. Never its password: that is the password manager's. */
export interface RememberedAccount {
  readonly address: Address
  readonly server: string
  /** This installation's UUID, so that a new registration replaces the old one (RFC 5626 §4.1). */
  readonly instanceId: string
  readonly lastUsed: number
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
  async remember(address: Address, server: string, now: number): Promise<RememberedAccount> {
    const db = await this.#open()
    const known = await db.get('accounts', address)
    const account = {
      address,
      server,
      instanceId: known?.instanceId ?? crypto.randomUUID(),
      lastUsed: now,
    }
    await db.put('accounts', account)
    return account
  }

  #open(): Promise<IDBPDatabase<AccountsSchema>> {
    this.#db ??= openDB<AccountsSchema>('sotto-accounts', 1, {
      upgrade: (db) => void db.createObjectStore('accounts', { keyPath: 'address' }),
    })
    return this.#db
  }
}
