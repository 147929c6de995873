import type { MsrpResponse } from './frame.ts'
import { TRANSACTION_TIMEOUT_MS, TRANSACTIONS_MAX } from './limits.ts'
import type { MsrpEnv } from './wire.ts'

/** What became of a request. */
export interface Answer {
  /** Of the response; 408 if none came within 30 s. */
  readonly status: number
  readonly comment: string
  /** `null` if none came. */
  readonly response: MsrpResponse | null
}

/** Requests that wait for their response (RFC 4975 §7.1). */
export class Transactions {
  readonly #env: MsrpEnv
  readonly #waiting = new Map<string, { answered: (answer: Answer) => void; cancel: () => void }>()

  constructor(env: MsrpEnv) {
    this.#env = env
  }

  has(transaction: string): boolean {
    return this.#waiting.has(transaction)
  }

  /** `answered` is called once, at the latest after 30 s, unless {@link drop} comes before. */
  start(transaction: string, answered: (answer: Answer) => void): void {
    // So many without an answer: the first will not get one. Its 30 s are up.
    if (this.#waiting.size >= TRANSACTIONS_MAX) this.#timeOut(this.#waiting.keys().next().value!)
    const cancel = this.#env.after(TRANSACTION_TIMEOUT_MS, () => this.#timeOut(transaction))
    this.#waiting.set(transaction, { answered, cancel })
  }

  /** A response that nobody waits for any more is dropped. */
  answer(response: MsrpResponse): void {
    const { status, comment } = response
    this.#settle(response.transaction, { status, comment, response })
  }

  /** Forgets them all. */
  drop(): void {
    for (const { cancel } of this.#waiting.values()) cancel()
    this.#waiting.clear()
  }

  #timeOut(transaction: string): void {
    this.#settle(transaction, { status: 408, comment: 'no answer within 30 s', response: null })
  }

  #settle(transaction: string, answer: Answer): void {
    const waiting = this.#waiting.get(transaction)
    if (waiting === undefined) return
    this.#waiting.delete(transaction)
    waiting.cancel()
    waiting.answered(answer)
  }
}
