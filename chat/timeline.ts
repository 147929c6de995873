import type { ChatContext } from './context.ts'
import { Deduplication } from './deduplication.ts'
import type { Address, Message, Protection } from './events.ts'
import { LOG_MAX, OUTBOX_WINDOW } from './limits.ts'
import { Outbox } from './outbox.ts'

/** A message of someone else, as it was understood. */
export interface Received {
  readonly id: string
  readonly author: 'us' | 'peer'
  readonly nickname: string | null
  readonly text: string
  readonly protection: Protection
}

/**
 * What was said in one conversation, and what became of it: the messages in memory, the outbox, the
 * store, and the events that tell of them stay in step here.
 */
export class Timeline {
  readonly #context: ChatContext
  readonly #peer: Address
  readonly #seen = new Deduplication()
  readonly #outbox = new Outbox()
  readonly #messages = new Map<string, Message>()

  constructor(context: ChatContext, peer: Address) {
    this.#context = context
    this.#peer = peer
  }

  get messages(): readonly Message[] {
    return [...this.#messages.values()]
  }

  /** True if own text still has to go. */
  get isPending(): boolean {
    return this.#outbox.isPending
  }

  restore(message: Message): void {
    this.#set(message)
    this.#context.emit({ type: 'message', message, restored: true })
    if (message.author !== 'us' || message.delivery === 'delivered') return
    const lastKey = this.#context.contacts.get(this.#peer)?.keys[0]?.fingerprint ?? null
    this.#outbox.add(message, lastKey)
  }

  /** Tells a new message of ours. It is not in the outbox before {@link post}. */
  write(id: string, text: string, reason: string | null): Message {
    const message: Message = {
      id,
      peer: this.#peer,
      author: 'us',
      nickname: null,
      text,
      contentType: 'text/plain',
      at: this.#context.env.now(),
      protection: 'none',
      delivery: 'queued',
      reason,
      resent: false,
    }
    this.#set(message)
    this.#context.emit({ type: 'message', message, restored: false })
    return message
  }

  /** Stores it, and only then lets it leave. */
  async post(message: Message): Promise<void> {
    await this.#context.archive.keep(message)
    this.#outbox.add(message)
  }

  /**
   * The next message that may leave, marked as leaving.
   *
   * @param key - that it will be encrypted to; `null` in clear
   */
  launchNext(protection: Protection, key: string | null): Message | null {
    for (let next = this.#outbox.next(); next !== null; next = this.#outbox.next()) {
      const launched = this.#outbox.launch(next.id, protection, key)
      if (launched === null) return null
      this.#changed(launched)
      if (launched.delivery !== 'failed') return launched
    }
    return null
  }

  /** The session refused to carry it after all. */
  putBack(id: string): void {
    this.#outbox.putBack(id)
  }

  /** @param last - nobody will say more of it, as in rooms: it is not sent again */
  sent(id: string, last: boolean): void {
    const message = this.#outbox.sent(id)
    if (message) this.#changed(message)
    if (last) this.unconfirmed(id, null)
  }

  delivered(id: string): void {
    this.#outbox.settle(id)
    const message = this.#own(id)
    if (message && message.delivery !== 'delivered') {
      this.#changed({ ...message, delivery: 'delivered', reason: null })
    }
  }

  /** It stays `sent`: the peer's network never says more. */
  unconfirmed(id: string, reason: string | null): void {
    this.#outbox.settle(id)
    const message = this.#own(id)
    if (!message) return
    void this.#context.archive.drop(this.#peer, id)
    if (message.reason !== reason) this.#tell({ ...message, reason })
  }

  failed(id: string, reason: string): void {
    const message = this.#outbox.failed(id, reason)
    if (message) this.#changed(message)
  }

  /** What waits is not for those who would get it now, unless a person says so by `retry`. */
  failWaiting(reason: string): void {
    for (const id of this.#outbox.waiting) this.failed(id, reason)
  }

  /** The session is gone: what was not confirmed waits for the next one. */
  ground(): void {
    for (const message of this.#outbox.ground()) this.#changed(message)
  }

  /** Says of all text that waits why it does. Of a long queue, only the first hear news. */
  explain(reason: string | null): void {
    for (const message of this.#outbox.explain(reason, OUTBOX_WINDOW)) this.#tell(message)
  }

  /** @returns false if there is no such failed message */
  retry(id: string, reason: string | null): boolean {
    const message = this.#outbox.retry(id)
    if (message) this.#changed({ ...message, reason })
    return message !== null
  }

  /** @returns why it cannot be taken back; `null` if it was */
  discard(id: string): 'CHAT_UNKNOWN_MESSAGE' | 'CHAT_SENT' | null {
    if (!this.#own(id)) return 'CHAT_UNKNOWN_MESSAGE'
    if (!this.#outbox.discard(id)) return 'CHAT_SENT'
    this.#messages.delete(keyOf('us', id))
    void this.#context.archive.drop(this.#peer, id)
    this.#context.emit({ type: 'messageRemoved', peer: this.#peer, id })
    return null
  }

  /** True the first time that this text comes over the wire. */
  isNewWire(text: string): boolean {
    return this.#seen.isNewWire(text)
  }

  /** True the first time for this message. */
  isNewMessage(id: string, text: string): boolean {
    return this.#seen.isNewMessage(id, text)
  }

  /** Resolves once it is stored as far as the history rule wants: only then it counts as received. */
  async receive({ id, author, nickname, text, protection }: Received): Promise<void> {
    const isTaken = this.#messages.has(keyOf(author, id)) // SylkServer's gateway repeats ids.
    const message: Message = {
      id: isTaken ? this.#context.newId() : id,
      peer: this.#peer,
      author,
      nickname,
      text,
      contentType: 'text/plain',
      at: this.#context.env.now(),
      protection,
      delivery: author === 'us' ? 'delivered' : null,
      reason: null,
      resent: false,
    }
    await this.#context.archive.keep(message)
    this.#set(message)
    this.#context.emit({ type: 'message', message, restored: false })
  }

  /** Forgets what is stored of this conversation. */
  erase(): void {
    for (const { id } of this.#messages.values()) void this.#context.archive.drop(this.#peer, id)
  }

  #changed(message: Message): Message {
    void this.#context.archive.keep(message)
    return this.#tell(message)
  }

  #tell(message: Message): Message {
    if (this.#own(message.id)) this.#set(message)
    const { id, peer, protection, reason, resent } = message
    const delivery = message.delivery ?? 'queued'
    this.#context.emit({ type: 'delivery', peer, id, delivery, protection, reason, resent })
    return message
  }

  #own(id: string): Message | null {
    return this.#messages.get(keyOf('us', id)) ?? null
  }

  #set(message: Message): void {
    this.#messages.set(keyOf(message.author, message.id), message)
    if (this.#messages.size <= LOG_MAX) return
    for (const [key, { delivery }] of this.#messages) {
      if (delivery === 'queued' || delivery === 'failed') continue
      this.#messages.delete(key)
      return
    }
  }
}

function keyOf(author: Message['author'], id: string): string {
  return `${author} ${id}`
}
