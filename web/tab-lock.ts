import type { Address } from '../chat/index.ts'
import { TAKEOVER_MS } from './limits.ts'

/**
 * One tab owns an account: two would register twice and fight over one key. The browser keeps the
 * lock, and frees it when a tab dies; a channel asks the owner to hand over in good order.
 */
export class TabLock {
  readonly #channel = new BroadcastChannel('sotto')
  readonly #onTaken: () => Promise<void>
  #held: { readonly address: Address; readonly free: () => void } | null = null

  /**
   * @param onTaken - another tab wants the account, and gets the lock once this is done; or it took
   *   the lock without waiting
   */
  constructor(onTaken: () => Promise<void>) {
    this.#onTaken = onTaken
    this.#channel.onmessage = ({ data }) => {
      if (this.#held !== null && data === this.#held.address) void this.#handOver()
    }
  }

  /** @returns false if another tab owns the account */
  acquire(address: Address): Promise<boolean> {
    return this.#request(address, { ifAvailable: true })
  }

  /** Asks the owner to hand over, and takes the account from one that does not answer. */
  async takeOver(address: Address): Promise<void> {
    this.#channel.postMessage(address)
    try {
      await this.#request(address, { signal: AbortSignal.timeout(TAKEOVER_MS) })
    } catch {
      await this.#request(address, { steal: true })
    }
  }

  release(): void {
    this.#held?.free()
    this.#held = null
  }

  /** Hears no other tab any more. Call it once nothing is held. */
  close(): void {
    this.#channel.close()
  }

  async #handOver(): Promise<void> {
    await this.#onTaken()
    this.release()
  }

  /** Resolves when the lock is granted or refused; the lock itself is held until it is freed. */
  #request(address: Address, options: LockOptions): Promise<boolean> {
    this.release()
    return new Promise((resolve, reject) => {
      const held = navigator.locks.request(`sotto:${address}`, options, (lock) => {
        resolve(lock !== null)
        if (lock === null) return undefined
        return new Promise<void>((free) => {
          this.#held = { address, free }
        })
      })
      held.catch((error: unknown) => {
        // A granted lock that ends in an error was stolen; one never granted was waited for too long.
        if (this.#held?.address === address) {
          this.#held = null
          void this.#onTaken()
        }
        reject(error)
      })
    })
  }
}
