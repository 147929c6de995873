import type { KeyRecord, KeyStore } from '../../otr/index.ts'
import type { Address, Contact, Message } from '../events.ts'
import type { Store, StoredAccount } from '../store.ts'

/** A store that lasts as long as the test, for a client that is "reloaded" over it. */
export class MemoryStore implements Store {
  readonly contacts = new Map<Address, Contact>()
  readonly messages = new Map<string, Message>()
  readonly keys: MemoryKeyStore

  constructor(keys = new MemoryKeyStore()) {
    this.keys = keys
  }

  async load(): Promise<StoredAccount> {
    return { contacts: [...this.contacts.values()], messages: [...this.messages.values()] }
  }

  async putContact(contact: Contact): Promise<void> {
    this.contacts.set(contact.peer, contact)
  }

  async deleteContact(peer: Address): Promise<void> {
    this.contacts.delete(peer)
  }

  async putMessage(message: Message): Promise<void> {
    this.messages.set(message.id, message)
  }

  async deleteMessage(_peer: Address, id: string): Promise<void> {
    this.messages.delete(id)
  }
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
