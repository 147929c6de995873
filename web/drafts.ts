import type { Address } from '../chat/index.ts'

/**
 * Unsent text, by conversation. It survives a reload of this tab and ends with the tab: what was
 * never sent is nobody's history.
 */
export class Drafts {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  readonly #account: Address

  constructor(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, account: Address) {
    this.#storage = storage
    this.#account = account
  }

  get(peer: Address): string {
    return this.#storage.getItem(this.#key(peer)) ?? ''
  }

  /** An empty `text` forgets the draft. A full storage loses it at the next reload, no earlier. */
  set(peer: Address, text: string): void {
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
