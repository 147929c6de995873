import type { Address, Contact, Message } from './events.ts'
import { isKept } from './history.ts'
import type { Store, StoredAccount } from './store.ts'
import { TaskQueue } from './task-queue.ts'

/**
 * The store, called one call at a time. A call that fails costs durability, never the conversation:
 * it is told once, and what follows goes on in memory.
 */
export class Archive {
  readonly #store: Store
  readonly #calls: TaskQueue
  readonly #kept = new Set<string>()

  constructor(store: Store, failed: () => void) {
    this.#store = store
    let told = false
    this.#calls = new TaskQueue(() => {
      if (!told) failed()
      told = true
    })
  }

  /** @returns nothing stored if the store cannot be read */
  async load(): Promise<StoredAccount> {
    let stored: StoredAccount = { contacts: [], messages: [] }
    await this.#calls.add(async () => {
      stored = await this.#store.load()
    })
    for (const message of stored.messages) this.#kept.add(keyOf(message.peer, message.id))
    return stored
  }

  putContact(contact: Contact): Promise<void> {
    return this.#calls.add(() => this.#store.putContact(contact))
  }

  deleteContact(peer: Address): Promise<void> {
    return this.#calls.add(() => this.#store.deleteContact(peer))
  }

  /** Brings the store in line with what {@link isKept} says of the message now. */
  keep(message: Message): Promise<void> {
    if (!isKept(message)) return this.drop(message.peer, message.id)
    this.#kept.add(keyOf(message.peer, message.id))
    return this.#calls.add(() => this.#store.putMessage(message))
  }

  drop(peer: Address, id: string): Promise<void> {
    if (!this.#kept.delete(keyOf(peer, id))) return Promise.resolve()
    return this.#calls.add(() => this.#store.deleteMessage(peer, id))
  }

  /** Resolves once everything asked so far has reached the store. */
  get settled(): Promise<void> {
    return this.#calls.idle
  }
}

function keyOf(peer: Address, id: string): string {
  return `${peer} ${id}`
}
