import type { KeyRecord, KeyStore } from '../../otr/index.ts'
import type { Address, Contact, Message } from '../events.ts'
import { isUnsent } from '../history.ts'
import type { Store, StoredAccount } from '../store.ts'

/** A store that lasts as long as the test, for a client that is "reloaded" over it. */
export class MemoryStore implements Store {
  readonly contacts = new Map<Address, Contact>()
  readonly messages = new Map<string, Message>()
  readonly keys: MemoryKeyStore

  constructor(keys = new MemoryKeyStore()) {
    this.keys = keys
  }

  async load(newest = Number.POSITIVE_INFINITY): Promise<StoredAccount> {
    const left = new Map<Address, number>()
    const chosen = [...this.messages.values()].reverse().filter((message) => {
      const before = left.get(message.peer) ?? 0
      left.set(message.peer, before + 1)
      return before < newest || isUnsent(message)
    })
    return { contacts: [...this.contacts.values()], messages: chosen.reverse() }
  }

  async putContact(contact: Contact): Promise<void> {
    this.contacts.set(contact.peer, contact)
  }

  async deleteContact(peer: Address): Promise<void> {
    this.contacts.delete(peer)
    for (const [key, message] of this.messages) if (message.peer === peer) this.messages.delete(key)
  }

  async putMessage(message: Message): Promise<void> {
    this.messages.set(keyOf(message), message)
  }

  async deleteMessage(peer: Address, id: string, author: Message['author'] = 'us'): Promise<void> {
    this.messages.delete(keyOf({ peer, author, id }))
  }

  async loadMessages(
    peer: Address,
    before: Message | null,
    count: number,
  ): Promise<readonly Message[]> {
    const all = [...this.messages.values()].filter((message) => message.peer === peer)
    if (before === null) return all.slice(-count)
    const at = all.findIndex(({ author, id }) => author === before.author && id === before.id)
    const older = at < 0 ? all.filter((message) => message.at < before.at) : all.slice(0, at)
    return older.slice(-count)
  }

  async pruneMessages(peer: Address, keeps: (message: Message) => boolean): Promise<void> {
    for (const [key, message] of this.messages) {
      if (message.peer === peer && !keeps(message)) this.messages.delete(key)
    }
  }
}

function keyOf({ peer, author, id }: Pick<Message, 'peer' | 'author' | 'id'>): string {
  return `${peer} ${author} ${id}`
}

export class MemoryKeyStore implements KeyStore {
  readonly #records = new Map<string, KeyRecord>()

  async load(account: string): Promise<KeyRecord | null> {
    return this.#records.get(account) ?? null
  }

  async save(account: string, record: KeyRecord): Promise<void> {
    this.#records.set(account, record)
  }
}
