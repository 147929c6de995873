import type { ChatContext } from './context.ts'
import { Deduplication } from './deduplication.ts'
import type { Address, Message, Protection } from './events.ts'
import { isUnsent } from './history.ts'
import { LOG_MAX, OUTBOX_WINDOW, RESTORED_MAX } from './limits.ts'
import { Outbox } from './outbox.ts'

/** A message of someone else, as it was understood. */
export interface Received
  extends Pick<Message, 'id' | 'author' | 'nickname' | 'text' | 'protection'>,
    InRoom {
  /** Milliseconds since the epoch; now if not given. */
  readonly at?: number
}

/** What messages have in rooms only. */
export type InRoom = Partial<Pick<Message, 'from' | 'privately' | 'earlier' | 'writtenAt'>>

/** Message-IDs shorter than this are not unique: SylkServer's gateway writes `None` for each. */
const ID_MIN = 8

/**
 * What was said in one conversation, and what became of it: the messages in memory, the outbox, the
 * store, and the events that tell of them stay in step here.
 */
export class Timeline {
  readonly #context: ChatContext
  readonly #peer: Address
  readonly #seen = new Deduplication()
  readonly #outbox = new Outbox()
  /** Encrypted messages that a gateway calls delivered, since the peer last showed that it has the keys. */
  readonly #unproven = new Set<string>()
  #messages = new Map<string, Message>()
  /** The oldest message that came from the store, where reading goes on. */
  #oldest: Message | null = null

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
    if (!isUnsent(message)) this.#oldest ??= message // Unsent ones come however old they are.
    this.#set(message)
    this.#recognise(message)
    this.#context.emit({ type: 'message', message, restored: true })
    if (!isUnsent(message)) return
    const lastKey = this.#context.contacts.get(this.#peer)?.keys[0]?.fingerprint ?? null
    this.#outbox.add(message, lastKey)
  }

  /** Reads the next older messages from the store, and tells them. */
  async loadEarlier(): Promise<void> {
    const found = await this.#context.archive.before(this.#peer, this.#oldest, RESTORED_MAX)
    const messages = found.filter(({ author, id }) => !this.#messages.has(keyOf(author, id)))
    this.#oldest = found[0] ?? this.#oldest
    const isComplete = found.length < RESTORED_MAX
    if (messages.length === 0 && !isComplete) return this.loadEarlier()
    const known = [...this.#messages]
    const read = messages.map((message) => [keyOf(message.author, message.id), message] as const)
    this.#messages = new Map([...read, ...known])
    this.#context.emit({ type: 'history', peer: this.#peer, messages, isComplete })
  }

  /** Tells a new message of ours. It is not in the outbox before {@link post}. */
  write(id: string, text: string, reason: string | null, inRoom: InRoom = {}): Message {
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
      ...inRoom,
    }
    this.#set(message)
    this.#recognise(message)
    this.#context.emit({ type: 'message', message, restored: false })
    return message
  }

  /** Stores it, and only then lets it leave. @returns whether it could be stored */
  async post(message: Message): Promise<boolean> {
    const isStored = await this.#context.archive.keep(message)
    this.#outbox.add(message)
    return isStored
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

  /** @param byGateway - who says so cannot know whether the peer could read it */
  delivered(id: string, byGateway = false): void {
    this.#outbox.settle(id)
    const message = this.#own(id)
    if (!message || message.delivery === 'delivered' || message.delivery === 'displayed') return
    this.#changed({ ...unsettled(message), delivery: 'delivered', reason: null })
    if (byGateway && message.protection !== 'none') this.#unproven.add(id)
  }

  /** The peer has shown that it has the keys in use, or others are in use from now on. */
  proven(): void {
    this.#unproven.clear()
  }

  /** The peer may have lost the keys: what was delivered since it last used them is not confirmed. */
  doubt(reason: string): void {
    for (const id of this.#unproven) {
      const message = this.#own(id)
      if (message?.delivery !== 'delivered') continue
      this.#changed({ ...message, delivery: 'sent', reason, settled: true })
    }
    this.#unproven.clear()
  }

  /**
   * It stood on the peer's screen.
   *
   * @param isProven - said under the session's encryption; of an encrypted message nothing else counts
   */
  displayed(id: string, isProven: boolean): void {
    const message = this.#own(id)
    if (!message || message.delivery === 'queued' || message.delivery === 'displayed') return
    if (message.protection !== 'none' && !isProven) return
    this.#outbox.settle(id)
    this.#changed({ ...unsettled(message), delivery: 'displayed', reason: null })
  }

  /** It stays `sent`: the peer's network never says more. */
  unconfirmed(id: string, reason: string | null): void {
    this.#outbox.settle(id)
    const message = this.#own(id)
    if (!message || message.settled) return
    const settled: Message = { ...message, reason, settled: true }
    if (message.reason !== reason) this.#changed(settled)
    else {
      this.#set(settled)
      void this.#context.archive.keep(settled)
    }
  }

  /** @param again - it may go once more by itself: see {@link resendUnreadable} */
  failed(id: string, reason: string, again = false): void {
    const own = this.#own(id)
    if (own?.settled) this.#outbox.add({ ...unsettled(own), delivery: 'failed' }) // A room's late no.
    const message = this.#outbox.failed(id, reason, again)
    if (message) this.#changed(message)
  }

  /** Whether a message that the peer could not read has not been repeated by itself. */
  mayGoAgain(id: string): boolean {
    return this.#outbox.mayGoAgain(id)
  }

  /** Encryption stands anew: what the peer could not read waits again, to the same key only. */
  resendUnreadable(reason: string | null): void {
    for (const message of this.#outbox.revive()) this.#changed({ ...message, reason })
  }

  /** What waits is not for those who would get it now, unless a person says so by `retry`. */
  failWaiting(reason: string): void {
    for (const id of this.#outbox.waiting) this.failed(id, reason)
  }

  /** The session is gone: what was not confirmed waits for the next one. */
  ground(): void {
    this.#unproven.clear()
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
    void this.#context.archive.drop({ peer: this.#peer, author: 'us', id })
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

  /** True the first time for what this member of a room wrote at this time. */
  isNewInRoom(from: string, writtenAt: number, text: string): boolean {
    return this.#seen.isNewInRoom(from, writtenAt, text)
  }

  /** Resolves once it is stored as far as the history rule wants: only then it counts as received. */
  async receive(received: Received): Promise<Message> {
    const { id, author, at = this.#context.env.now() } = received
    const isTaken = id.length < ID_MIN || this.#messages.has(keyOf(author, id))
    const message: Message = {
      ...received,
      id: isTaken ? this.#context.newId() : id,
      peer: this.#peer,
      contentType: 'text/plain',
      at,
      delivery: author === 'us' ? 'delivered' : null,
      reason: null,
      resent: false,
    }
    await this.#context.archive.keep(message)
    this.#set(message)
    this.#context.emit({ type: 'message', message, restored: false })
    return message
  }

  /** Deletes one message, wherever it is. */
  delete(id: string): void {
    this.#outbox.settle(id)
    for (const author of ['us', 'peer'] as const) {
      this.#messages.delete(keyOf(author, id))
      void this.#context.archive.drop({ peer: this.#peer, author, id })
    }
    this.#context.emit({ type: 'messageRemoved', peer: this.#peer, id })
  }

  /** Deletes everything but what has yet to be delivered. */
  clear(): void {
    for (const [key, message] of this.#messages) if (!isUnsent(message)) this.#messages.delete(key)
    void this.#context.archive.clear(this.#peer)
    const left = this.messages.map(({ id }) => id)
    this.#context.emit({ type: 'historyCleared', peer: this.#peer, left })
  }

  /** Forgets what is stored of this conversation, unsent messages too. */
  erase(): void {
    for (const message of this.#messages.values()) void this.#context.archive.drop(message)
    void this.#context.archive.clear(this.#peer)
  }

  /** Another rule holds for what is kept: brings the store in line. */
  async ruleChanged(): Promise<void> {
    await this.#context.archive.prune(this.#peer)
    for (const message of this.#messages.values()) void this.#context.archive.keep(message)
  }

  /** So that a copy of what is known already is known for one. */
  #recognise({ id, author, text, at, from, writtenAt = at }: Message): void {
    if (author === 'us') this.#seen.isNewInRoom(this.#context.own, at, text)
    else if (from !== undefined) this.#seen.isNewInRoom(from, writtenAt, text)
    else this.#seen.isNewMessage(id, text)
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

/** It is not the last word after all. */
function unsettled(message: Message): Message {
  const { settled, ...rest } = message
  return rest
}

function keyOf(author: Message['author'], id: string): string {
  return `${author} ${id}`
}
