import type { OtrCommand } from '../otr/index.ts'
import type { Channel } from './channel.ts'
import { OwnComposing } from './composing.ts'
import type { ChatContext } from './context.ts'
import { composingText } from './envelope.ts'
import type { Address, Message } from './events.ts'
import { DELIVERY_REASONS, holdReason } from './notices.ts'
import { COMPOSING_ID, type Postbox, textLimit } from './postbox.ts'
import type { PrivacyGate } from './privacy-gate.ts'
import { isEncrypted } from './privacy-table.ts'
import { splitText } from './split-text.ts'
import type { TaskQueue } from './task-queue.ts'
import type { Timeline } from './timeline.ts'

/** What a dispatch works with; all of it belongs to one conversation. */
export interface DispatchParts {
  readonly queue: TaskQueue
  readonly gate: PrivacyGate
  readonly timeline: Timeline
  readonly postbox: Postbox
  /** Runs a command of the OTR session, and acts on what came of it. */
  readonly run: (command: OtrCommand) => Promise<void>
}

/** What leaves for one peer, and what became of it: text of the person, and that one is typing. */
export class Dispatch {
  readonly #context: ChatContext
  readonly #peer: Address
  readonly #queue: TaskQueue
  readonly #gate: PrivacyGate
  readonly #timeline: Timeline
  readonly #postbox: Postbox
  readonly #run: DispatchParts['run']
  readonly #composing: OwnComposing
  #isDraining = false

  constructor(context: ChatContext, peer: Address, parts: DispatchParts) {
    this.#context = context
    this.#peer = peer
    this.#queue = parts.queue
    this.#gate = parts.gate
    this.#timeline = parts.timeline
    this.#postbox = parts.postbox
    this.#run = parts.run
    this.#composing = new OwnComposing(context.env.after, (active) => this.#tellComposing(active))
  }

  /**
   * @param id - of the first part, where the text has to be split
   * @param channel - that it will go over, as far as is known
   */
  write(id: string, text: string, channel: Channel | null, to?: Message['privately']): void {
    const inRoom = to === undefined ? {} : { privately: to }
    const parts = splitText(text, textLimit(channel)).map((part, index) =>
      this.#timeline.write(
        index === 0 ? id : this.#context.newId(),
        part,
        this.#holdReason,
        inRoom,
      ),
    )
    let isKept = true
    for (const message of parts) {
      void this.#queue
        .add(async () => {
          isKept = (await this.#timeline.post(message)) && isKept
          if (isKept && message === parts.at(-1)) {
            this.#context.emit({ type: 'kept', peer: this.#peer, id })
          }
        })
        .then(() => this.drain())
    }
  }

  /** @returns false if there is no such failed message */
  retry(id: string): boolean {
    return this.#timeline.retry(id, this.#holdReason)
  }

  /** Sends one message that may go, then sees to the next: what comes in meanwhile has its turn. */
  drain(): void {
    if (this.#isDraining) return
    this.#isDraining = true
    void this.#queue.add(async () => {
      this.#isDraining = false
      if (this.#postbox.channel === null || !this.#gate.maySend) return
      const message = this.#timeline.launchNext(this.#gate.protection, this.#gate.fingerprint)
      if (message === null) return
      this.#composing.reset()
      if (this.#gate.state === 'room') this.#postbox.postText(message)
      else if (message.privately) this.#timeline.failed(message.id, DELIVERY_REASONS.notRoom)
      else await this.#run({ op: 'send', id: message.id, text: message.text })
      this.drain()
    })
  }

  /** The gate is in another state: what waits may go, or has another reason to wait. */
  moved(): void {
    this.#timeline.explain(this.#holdReason)
    this.drain()
  }

  /** The next hop has it. */
  sent(wireId: string, isRoom: boolean): void {
    this.#timeline.sent(this.#postbox.messageOf(wireId), isRoom)
    this.drain()
  }

  /** In a room that is the room's word, not that of those who read it. */
  delivered(wireId: string, isRoom: boolean): void {
    if (!isRoom) this.#timeline.delivered(this.#postbox.messageOf(wireId), this.#isGateway)
  }

  /** The peer asks for encryption as if it had none, or writes without. */
  doubt(): void {
    this.#timeline.doubt(DELIVERY_REASONS.unconfirmed)
  }

  /** Encryption stands anew: what the peer could not read goes once more. */
  resendUnreadable(): void {
    this.#timeline.proven()
    this.#timeline.resendUnreadable(this.#holdReason)
    this.drain()
  }

  /** @returns true if it says that the other end is gone: what is under way goes again */
  failed(wireId: string, status: number): boolean {
    const id = this.#postbox.messageOf(wireId)
    if (status === 408 && this.#isGateway) {
      this.#timeline.unconfirmed(id, DELIVERY_REASONS.unconfirmed)
      return false
    }
    if (status === 408 || status === 481 || status === 506) return true
    const goesAgain = status === 400 && this.#timeline.mayGoAgain(id)
    const reason = goesAgain ? 'unreadableAgain' : (REASONS[status] ?? 'refused')
    this.#timeline.failed(id, DELIVERY_REASONS[reason], goesAgain)
    this.drain()
    return false
  }

  setComposing(active: boolean): void {
    if (active) this.#composing.edited()
    else this.#composing.stopped()
  }

  /** The session is gone. */
  reset(): void {
    this.#composing.reset()
  }

  #tellComposing(active: boolean): void {
    void this.#queue.add(async () => {
      const { state, maySend } = this.#gate
      if (!maySend || state === 'room' || !this.#postbox.channel?.takesComposing) return
      // Not at all rather than in clear where the peer's software cannot read it encrypted.
      if (isEncrypted(state) && this.#postbox.channel.profile.composing === 'clear') return
      await this.#run({ op: 'send', id: COMPOSING_ID, text: composingText(active), bare: true })
    })
  }

  /** Its reports are its own, and not the peer's. */
  get #isGateway(): boolean {
    return this.#postbox.channel?.profile.report408 === 'unconfirmed'
  }

  get #holdReason(): string | null {
    return holdReason(this.#gate.state, this.#context.contacts.nameOf(this.#peer))
  }
}

/** What the status of a REPORT says to people; in rooms, of private messages (RFC 7701 §6.2). */
const REASONS: Readonly<Record<number, keyof typeof DELIVERY_REASONS>> = {
  400: 'unreadable',
  404: 'notThere',
  428: 'notPrivate',
}
