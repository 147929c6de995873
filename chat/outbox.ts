import type { Message, Protection } from './events.ts'
import { ATTEMPTS_MAX, OUTBOX_WINDOW } from './limits.ts'
import { DELIVERY_REASONS } from './notices.ts'

interface Entry {
  message: Message
  /** `waiting`: may be taken by {@link Outbox.next}. `flying`: left, not confirmed. */
  phase: 'waiting' | 'flying' | 'failed'
  /** The next hop has not answered yet: counts for the window. */
  leaving: boolean
  attempts: number
  /** The key that it was encrypted to when it left; `null` if it has not, or left in clear. */
  sentTo: string | null
  /** Failed, but goes again by itself: {@link Outbox.revive}. */
  goesAgain: boolean
}

/**
 * Own messages of one conversation that are not confirmed yet, in the order they were written. It
 * sends nothing itself; methods return the message as it is now, or `null` if nothing changed.
 */
export class Outbox {
  readonly #entries = new Map<string, Entry>()
  readonly #waiting = new Set<string>()
  #leaving = 0

  /** Messages that have not left, oldest first. */
  get waiting(): readonly string[] {
    return [...this.#waiting]
  }

  /** True if there is text that still has to go, or may have to go again. */
  get isPending(): boolean {
    for (const { phase } of this.#entries.values()) if (phase !== 'failed') return true
    return false
  }

  /**
   * Takes a new message, or one that was stored: what has left and is not `delivered` goes again. The one
   * that was just leaving when the program ended is still `queued`; its protection tells.
   *
   * @param key - that a stored one was encrypted to, as far as is known
   */
  add(message: Message, key: string | null = null): void {
    const phase = message.delivery === 'failed' ? 'failed' : 'waiting'
    const wasEncrypted = message.protection !== 'none'
    const attempts = message.delivery === 'sent' || wasEncrypted ? 1 : 0
    const sentTo = wasEncrypted ? key : null
    this.#entries.set(message.id, {
      message,
      phase,
      leaving: false,
      attempts,
      sentTo,
      goesAgain: false,
    })
    if (phase === 'waiting') this.#waiting.add(message.id)
  }

  /** The oldest message that waits, if the window has room for it. */
  next(): Message | null {
    if (this.#leaving >= OUTBOX_WINDOW) return null
    for (const id of this.#waiting) return this.#entries.get(id)!.message
    return null
  }

  /**
   * It is being handed to the network, protected like this. What may have arrived under one key is
   * never repeated to another, nor in clear: it fails, and a person may retry it.
   *
   * @param key - that it is encrypted to; `null` in clear
   */
  launch(id: string, protection: Protection, key: string | null): Message | null {
    const entry = this.#entries.get(id)
    if (!entry || !this.#waiting.delete(id)) return null
    if (entry.sentTo !== null && entry.sentTo !== key) {
      return this.#fail(entry, DELIVERY_REASONS.otherKey)
    }
    entry.sentTo = key
    const resent = entry.attempts > 0
    entry.attempts += 1
    entry.phase = 'flying'
    this.#leave(entry, true)
    return this.#change(entry, { protection, resent, reason: null })
  }

  /** The next hop has it. */
  sent(id: string): Message | null {
    const entry = this.#entries.get(id)
    if (entry?.phase !== 'flying') return null
    this.#leave(entry, false)
    return entry.message.delivery === 'sent' ? null : this.#change(entry, { delivery: 'sent' })
  }

  /** Nothing more is to be done for it: the peer has it, or nobody will ever say so. */
  settle(id: string): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    this.#leave(entry, false)
    this.#entries.delete(id)
    this.#waiting.delete(id)
  }

  /** @param again - see {@link revive} */
  failed(id: string, reason: string, again = false): Message | null {
    const entry = this.#entries.get(id)
    if (!entry) return null
    entry.goesAgain = again
    return this.#fail(entry, reason)
  }

  /** True for what has left encrypted, and once only: a second time it could not be read either. */
  mayGoAgain(id: string): boolean {
    const entry = this.#entries.get(id)
    return entry !== undefined && entry.sentTo !== null && entry.attempts === 1
  }

  /** What failed and was to go again by itself waits, in its old place. */
  revive(): readonly Message[] {
    const revived: Message[] = []
    for (const entry of this.#entries.values()) {
      if (entry.phase !== 'failed' || !entry.goesAgain) continue
      entry.goesAgain = false
      entry.phase = 'waiting'
      revived.push(this.#change(entry, { delivery: 'queued', reason: null }))
    }
    this.#rebuildWaiting()
    return revived
  }

  /** It did not leave after all: the policy changed in between. Not an attempt. */
  putBack(id: string): void {
    const entry = this.#entries.get(id)
    if (entry?.phase !== 'flying') return
    entry.attempts -= 1
    this.#leave(entry, false)
    entry.phase = 'waiting'
    this.#rebuildWaiting()
  }

  /** The session is gone: whatever was not confirmed waits again, in its old place. */
  ground(): readonly Message[] {
    const changed: Message[] = []
    for (const entry of this.#entries.values()) {
      if (entry.phase !== 'flying') continue
      this.#leave(entry, false)
      if (entry.attempts >= ATTEMPTS_MAX) {
        changed.push(this.#fail(entry, DELIVERY_REASONS.attempts))
        continue
      }
      entry.phase = 'waiting'
      if (entry.message.delivery === 'sent') {
        changed.push(this.#change(entry, { reason: DELIVERY_REASONS.unsettled }))
      }
    }
    this.#rebuildWaiting()
    return changed
  }

  /** Says why text waits, of the first `limit` that do. */
  explain(reason: string | null, limit: number): readonly Message[] {
    const changed: Message[] = []
    let seen = 0
    for (const id of this.#waiting) {
      if (++seen > limit) break
      const entry = this.#entries.get(id)!
      if (entry.message.delivery !== 'queued' || entry.message.reason === reason) continue
      changed.push(this.#change(entry, { reason }))
    }
    return changed
  }

  retry(id: string): Message | null {
    const entry = this.#entries.get(id)
    if (entry?.phase !== 'failed') return null
    entry.phase = 'waiting'
    entry.attempts = Math.min(entry.attempts, 1) // The count starts again; `resent` stays true.
    entry.sentTo = null
    entry.goesAgain = false
    this.#rebuildWaiting()
    return this.#change(entry, { delivery: 'queued', reason: null })
  }

  /** Takes back what has not left. @returns false if it has, or is unknown */
  discard(id: string): boolean {
    const entry = this.#entries.get(id)
    if (!entry || entry.phase === 'flying' || entry.message.delivery === 'sent') return false
    this.settle(id)
    return true
  }

  #fail(entry: Entry, reason: string): Message {
    this.#leave(entry, false)
    entry.phase = 'failed'
    this.#waiting.delete(entry.message.id)
    return this.#change(entry, { delivery: 'failed', reason })
  }

  #change(entry: Entry, to: Partial<Message>): Message {
    entry.message = { ...entry.message, ...to }
    return entry.message
  }

  #leave(entry: Entry, leaving: boolean): void {
    if (entry.leaving !== leaving) this.#leaving += leaving ? 1 : -1
    entry.leaving = leaving
  }

  #rebuildWaiting(): void {
    this.#waiting.clear()
    for (const [id, { phase }] of this.#entries) if (phase === 'waiting') this.#waiting.add(id)
  }
}
