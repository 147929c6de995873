import type { Address, Contact, Message } from './events.ts'
import { isUnsent } from './history.ts'
import { RESTORED_MAX } from './limits.ts'
import type { Store, StoredAccount } from './store.ts'
import { TaskQueue } from './task-queue.ts'

/**
 * The store, called one call at a time. A call that fails costs durability, never the conversation:
 * it is told once, and what follows goes on in memory.
 */
export class Archive {
  readonly #store: Store
  readonly #keeps: (message: Message) => boolean
  readonly #calls: TaskQueue
  /** Messages that are stored, as far as they have been met. */
  readonly #kept = new Set<string>()

  /** @param keeps - what the history rules say of a message as it is now */
  constructor(store: Store, keeps: (message: Message) => boolean, failed: () => void) {
    this.#store = store
    this.#keeps = keeps
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
      stored = await this.#store.load(RESTORED_MAX)
    })
    for (const message of stored.messages) this.#kept.add(keyOf(message))
    return stored
  }

  putContact(contact: Contact): Promise<void> {
    return this.#calls.add(() => this.#store.putContact(contact))
  }

  deleteContact(peer: Address): Promise<void> {
    return this.#calls.add(() => this.#store.deleteContact(peer))
  }

  /**
   * Brings the store in line with the history rule.
   *
   * @returns true if the message has reached the store
   */
  async keep(message: Message): Promise<boolean> {
    if (!this.#keeps(message)) {
      if (this.#kept.has(keyOf(message))) await this.drop(message)
      return false
    }
    this.#kept.add(keyOf(message))
    let isStored = false
    await this.#calls.add(async () => {
      await this.#store.putMessage(message)
      isStored = true
    })
    return isStored
  }

  drop(message: Pick<Message, 'peer' | 'author' | 'id'>): Promise<void> {
    const { peer, author, id } = message
    this.#kept.delete(keyOf(message))
    return this.#calls.add(() => this.#store.deleteMessage(peer, id, author))
  }

  /** Drops what is stored of a conversation, but for unsent messages. */
  clear(peer: Address): Promise<void> {
    return this.#calls.add(() => this.#store.pruneMessages?.(peer, isUnsent))
  }

  /** Drops what the rule for a conversation does not keep any more. */
  prune(peer: Address): Promise<void> {
    return this.#calls.add(() => this.#store.pruneMessages?.(peer, this.#keeps))
  }

  /** The next older messages, oldest first; none if the store cannot tell. */
  async before(peer: Address, before: Message | null, count: number): Promise<readonly Message[]> {
    let found: readonly Message[] = []
    await this.#calls.add(async () => {
      found = (await this.#store.loadMessages?.(peer, before, count)) ?? []
    })
    for (const message of found) this.#kept.add(keyOf(message))
    return found
  }

  /** Resolves once everything asked so far has reached the store. */
  get settled(): Promise<void> {
    return this.#calls.idle
  }
}

function keyOf({ peer, author, id }: Pick<Message, 'peer' | 'author' | 'id'>): string {
  return `${peer} ${author} ${id}`
}
