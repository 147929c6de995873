import type { KeyRecord } from './engine.ts'
import type { SealedKeyRecord, VaultStore } from './local-vault.ts'

const DATABASE = 'sotto-otr'
const KEYS = 'keys'

/**
 * Long-term keys in IndexedDB, one record for each account, as they are or sealed. Whatever runs in
 * this origin can read the records: the worker keeps keys out of logs and reports, and what is under a
 * passphrase from who reads the disk; not from an injected script.
 *
 * Failures of the database reject with its `DOMException`.
 */
export function indexedDbKeyStore(): VaultStore {
  let opened: Promise<IDBDatabase> | null = null

  const database = (): Promise<IDBDatabase> => {
    opened ??= open().catch((error: unknown) => {
      opened = null // A refusal may have been of the moment: the next call asks again.
      throw error
    })
    return opened
  }

  return {
    async load(account) {
      const store = (await database()).transaction(KEYS).objectStore(KEYS)
      const record = await settled<KeyRecord | SealedKeyRecord | undefined>(store.get(account))
      return record ?? null
    },

    save: (account, record) => write((keys) => keys.put(record, account)),
    remove: (account) => write((keys) => keys.delete(account)),
  }

  async function write(change: (keys: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = (await database()).transaction(KEYS, 'readwrite', { durability: 'strict' })
    change(transaction.objectStore(KEYS))
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve()
      transaction.onabort = () => reject(transaction.error)
    })
  }

  function open(): Promise<IDBDatabase> {
    const request = indexedDB.open(DATABASE, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(KEYS)
    return settled(request).then((db) => {
      // Another page may delete the database (a person removes their account): let it.
      db.onversionchange = () => {
        db.close()
        opened = null
      }
      db.onclose = () => {
        opened = null
      }
      return db
    })
  }
}

function settled<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
