import type { Address, ChatClientDoor } from '../chat/index.ts'
import { COMPOSING_IDLE_MS } from './limits.ts'

/** Turns keystrokes into "is writing" and "stopped": once each, and by itself after a pause. */
export class ComposingNotes {
  readonly #client: Pick<ChatClientDoor, 'setComposing'>
  readonly #after: (ms: number, task: () => void) => () => void
  #active: { readonly peer: Address; readonly cancel: () => void } | null = null

  constructor(
    client: Pick<ChatClientDoor, 'setComposing'>,
    after: (ms: number, task: () => void) => () => void,
  ) {
    this.#client = client
    this.#after = after
  }

  /** The draft for `peer` is now `text`. */
  typed(peer: Address, text: string): void {
    if (text === '') return this.stopped(peer)
    const before = this.#active
    if (before !== null && before.peer !== peer) this.stopped(before.peer)
    const isNew = this.#active === null
    this.#active?.cancel()
    this.#active = { peer, cancel: this.#after(COMPOSING_IDLE_MS, () => this.stopped(peer)) }
    if (isNew) this.#client.setComposing(peer, true)
  }

  stopped(peer: Address): void {
    if (this.#active?.peer !== peer) return
    this.forget()
    this.#client.setComposing(peer, false)
  }

  /** Says nothing more: the session or the client is gone. */
  forget(): void {
    this.#active?.cancel()
    this.#active = null
  }
}
