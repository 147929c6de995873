import { readImdn, writeImdn } from '../msrp/index.ts'
import type { OtrCommand } from '../otr/index.ts'
import type { ChatContext } from './context.ts'
import { RECEIPTS_MAX } from './limits.ts'
import { type Postbox, RECEIPT_ID } from './postbox.ts'
import type { PrivacyGate } from './privacy-gate.ts'
import { isEncrypted } from './privacy-table.ts'
import type { TaskQueue } from './task-queue.ts'
import type { Timeline } from './timeline.ts'

/** A message that its sender wants to hear of. */
interface Wanted {
  /** What the sender calls it. */
  readonly receiptFor: string
  readonly dateTime: string
  readonly wasEncrypted: boolean
}

/** What receipts work with; all of it belongs to one conversation. */
export interface ReceiptsParts {
  readonly queue: TaskQueue
  readonly gate: PrivacyGate
  readonly timeline: Timeline
  readonly postbox: Postbox
  readonly run: (command: OtrCommand) => Promise<void>
}

/**
 * Notifications of what was displayed (RFC 5438), between apps that ask for them. That a message
 * arrived is said by the REPORT of MSRP already. A notification goes under no less protection than the
 * message it is about: of what was encrypted nobody on the way learns when it was read.
 */
export class Receipts {
  readonly #context: ChatContext
  readonly #parts: ReceiptsParts
  /** By our id of the message. */
  readonly #wanted = new Map<string, Wanted>()
  /** Displayed, but not told yet. */
  readonly #due = new Set<string>()

  constructor(context: ChatContext, parts: ReceiptsParts) {
    this.#context = context
    this.#parts = parts
  }

  /** A message came whose sender wants to hear of it. */
  asked(id: string, wanted: Wanted): void {
    this.#wanted.set(id, wanted)
    if (this.#wanted.size > RECEIPTS_MAX) this.#forget(this.#wanted.keys().next().value!)
  }

  /** The person has seen a message. Seen while receipts are off, it is never told of. */
  displayed(id: string): void {
    const isAllowed = this.#context.receipts()
    // A screen may say so while the message is still being received.
    void this.#parts.queue.add(() => {
      if (!isAllowed) return this.#forget(id)
      if (this.#wanted.has(id)) this.#due.add(id)
      return this.#tell()
    })
  }

  /** Tells what may be told now. */
  flush(): void {
    if (this.#due.size > 0) void this.#parts.queue.add(() => this.#tell())
  }

  /** The peer tells. @param isProven - under the encryption of the session */
  heard(document: string, isProven: boolean): void {
    const said = readImdn(document)
    if (said?.status === 'displayed') this.#parts.timeline.displayed(said.messageId, isProven)
  }

  async #tell(): Promise<void> {
    const { gate, postbox, run } = this.#parts
    for (const id of [...this.#due]) {
      if (!gate.maySend || gate.state === 'room' || !postbox.channel?.takesReceipts) return
      const { receiptFor, dateTime, wasEncrypted } = this.#wanted.get(id)!
      if (wasEncrypted && !isEncrypted(gate.state)) continue
      this.#forget(id)
      const text = writeImdn(receiptFor, dateTime, 'displayed')
      await run({ op: 'send', id: RECEIPT_ID, text, bare: true })
    }
  }

  #forget(id: string): void {
    this.#wanted.delete(id)
    this.#due.delete(id)
  }
}
