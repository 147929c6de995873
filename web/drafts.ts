import type { Address } from '../chat/index.ts'

type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>

/**
 * Unsent text, by conversation: what is being written, and what was sent and has not reached the
 * disk yet. It outlives the tab, as unsent messages do, and a crash loses nothing; but not where the
 * account has a passphrase, since this storage cannot be sealed.
 */
export class Drafts {
  readonly #storage: DraftStorage
  readonly #account: Address
  /** Sent and not kept yet, by id of the message, for each conversation. */
  readonly #leaving = new Map<Address, Map<string, string>>()
  readonly #typed = new Map<Address, string>()
  #isInMemory = false

  constructor(storage: DraftStorage, account: Address) {
    this.#storage = storage
    this.#account = account
  }

  /** Whether nothing is to be on the disk, from now on and of what is there. */
  keepInMemory(isInMemory: boolean): void {
    this.#isInMemory = isInMemory
    if (!isInMemory) return
    const prefix = this.#key('' as Address)
    const keys = Array.from({ length: this.#storage.length }, (_, at) => this.#storage.key(at))
    for (const key of keys) if (key?.startsWith(prefix)) this.#storage.removeItem(key)
  }

  /** What is to stand in the composer. */
  get(peer: Address): string {
    return this.#typed.get(peer) ?? this.#storage.getItem(this.#key(peer)) ?? ''
  }

  /** An empty `text` forgets the draft. */
  set(peer: Address, text: string): void {
    this.#typed.set(peer, text)
    this.#store(peer)
  }

  /** The text left the composer, as the message with this id; it stays stored until it is kept. */
  sent(peer: Address, id: string, text: string): void {
    const leaving = this.#leaving.get(peer) ?? new Map<string, string>()
    this.#leaving.set(peer, leaving.set(id, text))
    this.set(peer, '')
  }

  /** The message is on the disk as a message. */
  kept(peer: Address, id: string): void {
    if (this.#leaving.get(peer)?.delete(id)) this.#store(peer)
  }

  forget(peer: Address): void {
    this.#leaving.delete(peer)
    this.set(peer, '')
  }

  /** A full storage loses the draft with the page, no earlier. */
  #store(peer: Address): void {
    if (this.#isInMemory) return
    const parts = [...(this.#leaving.get(peer)?.values() ?? []), this.#typed.get(peer) ?? '']
    const text = parts.filter((part) => part !== '').join('\n')
    try {
      if (text === '') this.#storage.removeItem(this.#key(peer))
      else this.#storage.setItem(this.#key(peer), text)
    } catch {
      // The quota is full: the composer still holds the text.
    }
  }

  #key(peer: Address): string {
    return `sotto.draft ${this.#account} ${peer}`
  }
}
