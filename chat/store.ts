import type { Address, Contact, Message } from './events.ts'

/** What is kept of an account between sign-ins. */
export interface StoredAccount {
  readonly contacts: readonly Contact[]
  /** Unsent messages in the order they were written, and whatever history the policy keeps. */
  readonly messages: readonly Message[]
}

/**
 * Durable storage of one account, lent by the host: IndexedDB in a page, files in the agent. A call
 * that resolves has reached the disk as far as the platform can say. Calls are made one at a time.
 */
export interface Store {
  /**
   * @param newest - of each conversation at most so many messages, the newest, beside all that are
   *   unsent (`isUnsent`); all messages if not given, or if the store cannot choose
   */
  load(newest?: number): Promise<StoredAccount>
  putContact(contact: Contact): Promise<void>
  /** With every message of its conversation. */
  deleteContact(peer: Address): Promise<void>
  /** Adds, or replaces the one of the same peer, author and id in its place. */
  putMessage(message: Message): Promise<void>
  /** @param author - `us` if not given */
  deleteMessage(peer: Address, id: string, author?: Message['author']): Promise<void>
  /**
   * The newest `count` messages of one conversation that stand before a message, oldest first; a store
   * without this has nothing beside what `load` gave.
   *
   * @param before - `null` for the newest of all; one that is not stored any more counts by its `at`
   */
  loadMessages?(peer: Address, before: Message | null, count: number): Promise<readonly Message[]>
  /** Deletes every message of one conversation that is not to be kept. */
  pruneMessages?(peer: Address, keeps: (message: Message) => boolean): Promise<void>
}
