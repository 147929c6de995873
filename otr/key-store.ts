import type { KeyRecord, KeyStore } from './engine.ts'

const DATABASE = 'sotto-otr'
const KEYS = 'keys'

/**
 * Long-term keys in IndexedDB, one record for each account, as they are. Whatever runs in this origin
 * can read them: the worker keeps them out of logs and reports, not from an injected script.
 *
 * Failures of the database reject with its `DOMException`.
 */
export function indexedDbKeyStore(): KeyStore {
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
      const record = await settled<KeyRecord | undefined>(store.get(account))
      return record ?? null
    },

    async save(account, record) {
      const transaction = (await database()).transaction(KEYS, 'readwrite', {
        durability: 'strict',
      })
      transaction.objectStore(KEYS).put(record, account)
      await new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve()
        transaction.onabort = () => reject(transaction.error)
      })
    },
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
