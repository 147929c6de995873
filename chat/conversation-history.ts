import type { ChatContext } from './context.ts'
import type { Address } from './events.ts'
import type { TaskQueue } from './task-queue.ts'
import type { Timeline } from './timeline.ts'

/** What a person does with what was said in one conversation, in turn with what is being said. */
export class ConversationHistory {
  readonly #context: ChatContext
  readonly #peer: Address
  readonly #queue: TaskQueue
  readonly #timeline: Timeline

  constructor(context: ChatContext, peer: Address, queue: TaskQueue, timeline: Timeline) {
    this.#context = context
    this.#peer = peer
    this.#queue = queue
    this.#timeline = timeline
  }

  /** Tells the next older messages. */
  loadEarlier(): void {
    void this.#queue.add(() => this.#timeline.loadEarlier())
  }

  delete(id: string): void {
    void this.#queue.add(() => this.#timeline.delete(id))
  }

  clear(): void {
    void this.#queue.add(() => this.#timeline.clear())
  }

  /** Another rule holds for what is kept. */
  ruleChanged(): void {
    void this.#queue.add(() => this.#timeline.ruleChanged())
  }

  /** Both sides know that the conversation is over: the person may keep nothing of it. */
  over(): void {
    if (this.#context.contacts.get(this.#peer)?.history === 'never') this.#timeline.clear()
  }
}
