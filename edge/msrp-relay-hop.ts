import { encodeFrame, type MsrpFrame, type MsrpResponse } from '../msrp/index.ts'
import type { EdgeEnv } from './env.ts'
import { AUTH_FAILURES_MAX, BACKLOG_HIGH, BACKLOG_LOW, STALL_MS } from './msrp-relay-limits.ts'

/** What a hop needs of a WebSocket or a TCP connection. */
export interface HopSocket {
  /** `done` is called when the bytes have left, or never will. */
  send(bytes: Uint8Array, done: () => void): void
  /** Bytes handed over that have not left. */
  readonly backlog: number
  /** Stops and goes on reading. */
  pause(): void
  resume(): void
  close(why: HopClose): void
}

/** Why the relay ends a connection. */
export type HopClose =
  | 'stopping' // The edge ends.
  | 'malformed' // Not MSRP, or not one frame in one WebSocket message (RFC 7977 §5).
  | 'tooLarge'
  | 'unauthenticated' // Nothing but silence or wrong passwords.
  | 'stalled' // Others wait for it, and it takes nothing.
  | 'unused' // Opened for a grant that has ended.

/** What became of a request that was passed on. */
export type Answer =
  | { readonly kind: 'response'; readonly response: MsrpResponse }
  | { readonly kind: 'silence' }
  | { readonly kind: 'lost' }

export type AdmissionState = 'probation' | 'admitted' | 'closed'
export type AdmissionInput = 'granted' | 'passed' | 'wrongPassword' | 'lastWrongPassword' | 'late'

/**
 * Who may stay (RFC 4976 §6.3.1). `granted`: an AUTH succeeded. `passed`: a request came in from a
 * peer without a relay and was for a client of ours. `late`: {@link PROBATION_MS} are over.
 */
export const ADMISSION = {
  probation: {
    granted: 'admitted',
    passed: 'admitted',
    wrongPassword: 'probation',
    lastWrongPassword: 'closed',
    late: 'closed',
  },
  admitted: {
    granted: 'admitted',
    passed: 'admitted',
    wrongPassword: 'admitted',
    lastWrongPassword: 'closed',
    late: 'admitted',
  },
  closed: {
    granted: 'closed',
    passed: 'closed',
    wrongPassword: 'closed',
    lastWrongPassword: 'closed',
    late: 'closed',
  },
} as const satisfies Record<AdmissionState, Record<AdmissionInput, AdmissionState>>

/**
 * One connection of the relay: whether it may stay, which of our requests it has not answered, and
 * who is not read because it does not read.
 */
export class Hop {
  /** A WebSocket carries one authenticated client; a stream may carry any peer. */
  readonly kind: 'websocket' | 'stream'
  /** For limits; empty where it is our own doing. */
  readonly remoteAddress: string
  readonly #socket: HopSocket
  readonly #env: EdgeEnv
  #admission: AdmissionState = 'probation'
  #wrongPasswords = 0
  readonly #unanswered = new Map<string, (answer: Answer) => void>()
  /** Hops that are not read until this one has caught up. */
  readonly #waiting = new Set<Hop>()
  /** How many others have stopped this one. */
  #stops = 0
  #cancelStall: (() => void) | null = null

  constructor(kind: Hop['kind'], socket: HopSocket, env: EdgeEnv, remoteAddress = '') {
    this.kind = kind
    this.remoteAddress = remoteAddress
    this.#socket = socket
    this.#env = env
  }

  get isOpen(): boolean {
    return this.#admission !== 'closed'
  }

  get isAdmitted(): boolean {
    return this.#admission === 'admitted'
  }

  get unanswered(): number {
    return this.#unanswered.size
  }

  admit(input: 'granted' | 'passed' | 'wrongPassword' | 'late'): void {
    const last = input === 'wrongPassword' && ++this.#wrongPasswords >= AUTH_FAILURES_MAX
    const next = ADMISSION[this.#admission][last ? 'lastWrongPassword' : input]
    if (next === 'closed') this.close('unauthenticated')
    else this.#admission = next
  }

  /**
   * Sends a frame that `sender` caused. A sender that is faster than this hop is not read until the
   * hop has caught up.
   */
  send(frame: MsrpFrame, sender: Hop): void {
    if (!this.isOpen) return
    this.#socket.send(encodeFrame(frame), () => this.#onSent())
    if (this.#socket.backlog < BACKLOG_HIGH || this.#waiting.has(sender)) return
    this.#waiting.add(sender)
    sender.#stop()
    this.#cancelStall ??= this.#env.after(STALL_MS, () => this.close('stalled'))
  }

  /**
   * Waits for the answer to a request just sent.
   *
   * @param timeout - milliseconds after which it is `silence`
   */
  expect(transaction: string, timeout: number, then: (answer: Answer) => void): void {
    const cancel = this.#env.after(timeout, () => this.#settle(transaction, { kind: 'silence' }))
    this.#unanswered.set(transaction, (answer) => {
      cancel()
      then(answer)
    })
  }

  /** @returns false if nobody waits for this response */
  answered(response: MsrpResponse): boolean {
    return this.#settle(response.transaction, { kind: 'response', response })
  }

  /** Nothing that is unanswered will be answered any more. */
  giveUp(): void {
    for (const transaction of [...this.#unanswered.keys()]) {
      this.#settle(transaction, { kind: 'lost' })
    }
  }

  close(why: HopClose): void {
    if (!this.isOpen) return
    this.#socket.close(why)
    this.lost()
  }

  /** The connection is gone, by our doing or theirs. */
  lost(): void {
    if (!this.isOpen) return
    this.#admission = 'closed'
    this.#release()
    this.giveUp()
  }

  #settle(transaction: string, answer: Answer): boolean {
    const then = this.#unanswered.get(transaction)
    if (then === undefined) return false
    this.#unanswered.delete(transaction)
    then(answer)
    return true
  }

  #onSent(): void {
    if (this.#waiting.size === 0) return
    if (this.#socket.backlog < BACKLOG_LOW) return this.#release()
    // Slow is not dead: every frame that leaves gives it another while.
    this.#cancelStall?.()
    this.#cancelStall = this.#env.after(STALL_MS, () => this.close('stalled'))
  }

  #release(): void {
    this.#cancelStall?.()
    this.#cancelStall = null
    for (const sender of this.#waiting) sender.#goOn()
    this.#waiting.clear()
  }

  #stop(): void {
    if (this.#stops++ === 0) this.#socket.pause()
  }

  #goOn(): void {
    if (--this.#stops === 0) this.#socket.resume()
  }
}
