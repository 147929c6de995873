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
  load(): Promise<StoredAccount>
  putContact(contact: Contact): Promise<void>
  deleteContact(peer: Address): Promise<void>
  putMessage(message: Message): Promise<void>
  deleteMessage(peer: Address, id: string): Promise<void>
}
