import type { EndFlag, MsrpRequest } from '../msrp/index.ts'
import { partOf, type RequestHead } from './msrp-relay-answers.ts'

/** What a SEND that is being passed on needs of the relay. */
export interface Passing {
  /** Whether the next hop takes more. */
  isOpen(): boolean
  /** @param failed - called if it went no further, with the status to report */
  send(part: MsrpRequest, failed: (status: number) => void): void
  /** 200 to the previous hop, if it wants one. */
  accept(): void
  refuse(status: number): void
  /** Tells the sender about a part that had been accepted. */
  report(part: MsrpRequest, status: number): void
}

/**
 * One chunk on its way through the relay. Parts of it may go on, as chunks of their own, before the
 * rest has come. The previous hop gets one answer, and of several parts that fail one report.
 */
export class PassingSend {
  /** Largest body of one part, in bytes. */
  readonly partMax: number
  readonly #head: RequestHead
  readonly #relay: Passing
  /** Bytes passed on. */
  #offset = 0
  #isAnswered = false
  #hasFailed = false

  constructor(head: RequestHead, partMax: number, relay: Passing) {
    this.#head = head
    this.partMax = partMax
    this.#relay = relay
  }

  /**
   * Passes on what follows. After a failure nothing goes on, but for the news that nothing will.
   *
   * @param flag - of the chunk's end-line; `null`: there is more
   */
  pass(body: Uint8Array | null, flag: EndFlag | null): void {
    if (this.#hasFailed) return
    if (!this.#relay.isOpen()) return this.#fail(null, 408)
    const isWhole = this.#offset === 0 && flag !== null
    const part = isWhole
      ? { ...this.#head, body, flag }
      : partOf(this.#head, this.#offset, body!, flag ?? '+')
    this.#offset += body?.length ?? 0
    // First of all: whoever takes the part may answer before this returns.
    if (flag !== null) this.#accept()
    this.#relay.send(part, (status) => this.#fail(part, status))
  }

  /** The previous hop is gone in the middle: the rest can never come (RFC 4975 §7.3.1). */
  abandon(): void {
    if (this.#offset > 0) this.pass(NOTHING, '#')
  }

  #accept(): void {
    this.#isAnswered = true
    this.#relay.accept()
  }

  #fail(part: MsrpRequest | null, status: number): void {
    if (this.#hasFailed) return
    this.#hasFailed = true
    if (!this.#isAnswered || part === null) this.#relay.refuse(status)
    else this.#relay.report(part, status)
    this.#isAnswered = true
  }
}

const NOTHING = new Uint8Array()
