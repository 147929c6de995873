import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { Address, Contact, Message, Store, StoredAccount } from '../chat/index.ts'

interface ChatSchema extends DBSchema {
  contacts: { key: string; value: Contact }
  /** Keyed by a number that grows, so that messages come back in the order they were put. */
  messages: {
    key: number
    value: Message
    indexes: { id: [peer: string, author: string, id: string] }
  }
}

/** One account's contacts and messages in a database of its own: `sotto:<address>`. */
export class IndexedDbStore implements Store {
  readonly #db: Promise<IDBPDatabase<ChatSchema>>

  constructor(address: Address) {
    this.#db = openDB<ChatSchema>(`sotto:${address}`, 1, {
      upgrade(db) {
        db.createObjectStore('contacts', { keyPath: 'peer' })
        const messages = db.createObjectStore('messages', { autoIncrement: true })
        messages.createIndex('id', ['peer', 'author', 'id'])
      },
      // A newer version of the app in another tab must not wait for this one.
      blocking: () => void this.close(),
    })
  }

  async load(): Promise<StoredAccount> {
    const db = await this.#db
    const transaction = db.transaction(['contacts', 'messages'])
    const [contacts, messages] = await Promise.all([
      transaction.objectStore('contacts').getAll(),
      transaction.objectStore('messages').getAll(),
    ])
    return { contacts, messages }
  }

  async putContact(contact: Contact): Promise<void> {
    await (await this.#db).put('contacts', contact)
  }

  /** Removes the contact and every message exchanged with it. */
  async deleteContact(peer: Address): Promise<void> {
    const transaction = (await this.#db).transaction(['contacts', 'messages'], 'readwrite')
    await transaction.objectStore('contacts').delete(peer)
    const range = IDBKeyRange.bound([peer, '', ''], [peer, '\uffff', '\uffff'])
    const messages = transaction.objectStore('messages')
    for (const key of await messages.index('id').getAllKeys(range)) await messages.delete(key)
    await transaction.done
  }

  /** Adds, or replaces in its place. */
  async putMessage(message: Message): Promise<void> {
    const transaction = (await this.#db).transaction('messages', 'readwrite')
    const { peer, author, id } = message
    const key = await transaction.store.index('id').getKey([peer, author, id])
    await transaction.store.put(message, key)
    await transaction.done
  }

  async deleteMessage(peer: Address, id: string): Promise<void> {
    const transaction = (await this.#db).transaction('messages', 'readwrite')
    const key = await transaction.store.index('id').getKey([peer, 'us', id])
    if (key !== undefined) await transaction.store.delete(key)
    await transaction.done
  }

  async close(): Promise<void> {
    ;(await this.#db).close()
  }
}
