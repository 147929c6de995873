import { type DBSchema, deleteDB, type IDBPDatabase, openDB } from 'idb'
import {
  type Address,
  type Contact,
  isUnsent,
  type Message,
  type Store,
  type StoredAccount,
} from '../chat/index.ts'
import { type ContactRow, type MessageRow, plainRows, type RowCoder } from './row-coder.ts'

interface ChatSchema extends DBSchema {
  contacts: { key: string; value: ContactRow }
  /** Keyed by a number that grows, so that messages come back in the order they were put. */
  messages: {
    key: number
    value: MessageRow
    indexes: { id: [peer: string, author: string, id: string]; peer: string; unsent: number }
  }
}

/**
 * One account's contacts and messages in a database of its own: `sotto:<address>`. A deleted message
 * is gone for this program at once; when the browser gives back the disk under it is the browser's
 * business. Calls take effect in their order.
 */
export class IndexedDbStore implements Store {
  readonly #db: Promise<IDBPDatabase<ChatSchema>>
  #rows: RowCoder
  #last: Promise<unknown> = Promise.resolve()

  constructor(address: Address, rows: RowCoder = plainRows) {
    this.#rows = rows
    this.#db = openDB<ChatSchema>(`sotto:${address}`, 2, {
      async upgrade(db, oldVersion, _, transaction) {
        if (oldVersion < 1) {
          db.createObjectStore('contacts', { keyPath: 'peer' })
          const messages = db.createObjectStore('messages', { autoIncrement: true })
          messages.createIndex('id', ['peer', 'author', 'id'])
        }
        const messages = transaction.objectStore('messages')
        messages.createIndex('peer', 'peer')
        messages.createIndex('unsent', 'unsent')
        // Version 1 kept nothing but what was unsent.
        for (let at = await messages.openCursor(); at !== null; at = await at.continue()) {
          if (isUnsent(at.value as Message)) await at.update({ ...at.value, unsent: 1 })
        }
      },
      // A newer version of the app in another tab must not wait for this one.
      blocking: () => void this.close(),
    })
  }

  /** Reads and writes rows in this way from now on; what is stored stays as it is. */
  use(rows: RowCoder): void {
    this.#rows = rows
  }

  /** Writes everything anew in this way, all or nothing. */
  recode(rows: RowCoder): Promise<void> {
    return this.#inTurn(async () => {
      const db = await this.#db
      const before = db.transaction(['contacts', 'messages'])
      const contactRows = await before.objectStore('contacts').getAll()
      const keys = await before.objectStore('messages').getAllKeys()
      const messageRows = await before.objectStore('messages').getAll()
      const contacts = await rows.contactRows(await this.#rows.contacts(contactRows))
      const messages = await this.#rows.messages(messageRows)
      // One that is left out moves those behind it: their order counts, not their numbers.
      const written = await rows.messageRows(messages, messages.map(isUnsent))
      const after = db.transaction(['contacts', 'messages'], 'readwrite')
      await after.objectStore('contacts').clear()
      await after.objectStore('messages').clear()
      for (const contact of contacts) await after.objectStore('contacts').put(contact)
      for (const [at, row] of written.entries()) {
        await after.objectStore('messages').put(row, keys[at])
      }
      await after.done
      this.#rows = rows
    })
  }

  /** Deletes everything. */
  clear(): Promise<void> {
    return this.#inTurn(async () => {
      const transaction = (await this.#db).transaction(['contacts', 'messages'], 'readwrite')
      await transaction.objectStore('contacts').clear()
      await transaction.objectStore('messages').clear()
      await transaction.done
    })
  }

  load(newest = Number.POSITIVE_INFINITY): Promise<StoredAccount> {
    return this.#inTurn(async () => {
      const transaction = (await this.#db).transaction(['contacts', 'messages'])
      const contacts = await transaction.objectStore('contacts').getAll()
      const rows = new Map<number, MessageRow>()
      const store = transaction.objectStore('messages')
      const unsent = store.index('unsent')
      for (let at = await unsent.openCursor(); at !== null; at = await at.continue()) {
        rows.set(at.primaryKey, at.value)
      }
      for (const { peer } of contacts) {
        let at = await store.index('peer').openCursor(peer, 'prev')
        for (let count = 0; at !== null && count < newest; count++) {
          rows.set(at.primaryKey, at.value)
          at = await at.continue()
        }
      }
      const inOrder = [...rows].sort(([a], [b]) => a - b).map(([, row]) => row)
      return {
        contacts: await this.#rows.contacts(contacts),
        messages: await this.#rows.messages(inOrder),
      }
    })
  }

  loadMessages(peer: Address, before: Message | null, count: number): Promise<readonly Message[]> {
    return this.#inTurn(async () => {
      const ofPeer = await this.#rows.peer(peer)
      const id = before && (await this.#rows.id(peer, before.id))
      const { store } = (await this.#db).transaction('messages')
      const key = id && before && (await store.index('id').getKey([ofPeer, before.author, id]))
      const found: MessageRow[] = []
      let at = await store.index('peer').openCursor(ofPeer, 'prev')
      // Below its key where it is known: `continuePrimaryKey` cannot leave the one it stands on.
      if (at !== null && typeof key === 'number') {
        if (at.primaryKey > key) at = await at.continuePrimaryKey(ofPeer, key)
        if (at?.primaryKey === key) at = await at.continue()
      }
      for (; at !== null && found.length < count; at = await at.continue()) {
        const isBefore = before === null || typeof key === 'number' || at.value.at < before.at
        if (isBefore) found.push(at.value)
      }
      return await this.#rows.messages(found.reverse())
    })
  }

  putContact(contact: Contact): Promise<void> {
    return this.#inTurn(async () => {
      const [row] = await this.#rows.contactRows([contact])
      await (await this.#db).put('contacts', row!)
    })
  }

  deleteContact(peer: Address): Promise<void> {
    return this.#inTurn(async () => {
      const ofPeer = await this.#rows.peer(peer)
      const transaction = (await this.#db).transaction(['contacts', 'messages'], 'readwrite')
      await transaction.objectStore('contacts').delete(ofPeer)
      const messages = transaction.objectStore('messages').index('peer')
      for (let at = await messages.openCursor(ofPeer); at !== null; at = await at.continue()) {
        await at.delete()
      }
      await transaction.done
    })
  }

  putMessage(message: Message): Promise<void> {
    return this.#inTurn(async () => {
      const [row] = await this.#rows.messageRows([message], [isUnsent(message)])
      const { peer, author, id } = row!
      const transaction = (await this.#db).transaction('messages', 'readwrite')
      const key = await transaction.store.index('id').getKey([peer, author, id])
      await transaction.store.put(row!, key)
      await transaction.done
    })
  }

  deleteMessage(peer: Address, id: string, author: Message['author'] = 'us'): Promise<void> {
    return this.#inTurn(async () => {
      const place = [await this.#rows.peer(peer), author, await this.#rows.id(peer, id)] as const
      const transaction = (await this.#db).transaction('messages', 'readwrite')
      const key = await transaction.store.index('id').getKey([...place])
      if (key !== undefined) await transaction.store.delete(key)
      await transaction.done
    })
  }

  pruneMessages(peer: Address, keeps: (message: Message) => boolean): Promise<void> {
    return this.#inTurn(async () => {
      const ofPeer = await this.#rows.peer(peer)
      const db = await this.#db
      const rows: [number, MessageRow][] = []
      const { store } = db.transaction('messages')
      let at = await store.index('peer').openCursor(ofPeer)
      for (; at !== null; at = await at.continue()) rows.push([at.primaryKey, at.value])
      const unwanted: number[] = []
      for (const [key, row] of rows) {
        const [message] = await this.#rows.messages([row])
        if (message === undefined || !keeps(message)) unwanted.push(key)
      }
      const transaction = db.transaction('messages', 'readwrite')
      for (const key of unwanted) await transaction.store.delete(key)
      await transaction.done
    })
  }

  /** Deletes the account's database, once nobody has it open any more. */
  static delete(address: Address): Promise<void> {
    return deleteDB(`sotto:${address}`)
  }

  async close(): Promise<void> {
    ;(await this.#db).close()
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }
}
