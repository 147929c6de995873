import type { SipFlow } from './flow.ts'
import type { SipRequest, SipResponse } from './sip-message.ts'
import type { ClientOutcome, ClientTransaction } from './sip-transaction.ts'

/** One place a request goes to. */
export interface Target {
  readonly flow: SipFlow
  /** Becomes the Request-URI. */
  readonly uri: string
}

/** What a fork needs of the proxy around it. */
export interface ForkDoor {
  /** Starts a client transaction towards a target. */
  start(target: Target, onOutcome: (outcome: ClientOutcome) => void): ClientTransaction
  /** Sends a response of a target on to the caller. */
  pass(response: SipResponse): void
  /** Answers the caller ourselves; 408 to anything but INVITE is silence (RFC 4320 §4.2). */
  answer(status: ForkStatus): void
}

export type ForkStatus = 408 | 430 | 480 | 487

/**
 * The response context of a forking proxy (RFC 3261 §16.7): all targets ring, the first to answer
 * wins, the others are cancelled. Each target is a list, later ones being other ways to the same
 * browser for when a flow turns out dead (RFC 5626 §7).
 */
export class Fork {
  readonly #request: SipRequest
  readonly #door: ForkDoor
  readonly #lostStatus: 430 | 480
  readonly #branches = new Set<ClientTransaction>()
  readonly #failures: (SipResponse | ForkStatus)[] = []
  #starting = true
  #settled = false
  #cancelled = false

  /** @param lostStatus - the answer if every flow was dead: 430 in a dialog, 480 outside */
  constructor(request: SipRequest, door: ForkDoor, lostStatus: 430 | 480) {
    this.#request = request
    this.#door = door
    this.#lostStatus = lostStatus
  }

  start(targets: readonly (readonly Target[])[]): void {
    for (const ways of targets) this.#try(ways)
    this.#starting = false
    this.#settleIfDone()
  }

  /** The caller gave up, or is gone. Final responses still come, 487 as a rule. */
  cancel(): void {
    this.#cancelled = true
    for (const branch of this.#branches) branch.cancel()
  }

  #try(ways: readonly Target[]): void {
    const [first, ...others] = ways
    if (first === undefined) {
      this.#failures.push(this.#lostStatus)
      return
    }
    const branch = this.#door.start(first, (outcome) => {
      if (outcome === 'lost') {
        this.#branches.delete(branch)
        if (this.#settled || this.#cancelled) this.#failures.push(this.#lostStatus)
        else this.#try(others)
      } else if (outcome === 'timeout') {
        this.#branches.delete(branch)
        this.#failures.push(408)
      } else this.#receive(branch, outcome)
      this.#settleIfDone()
    })
    this.#branches.add(branch)
  }

  #receive(branch: ClientTransaction, response: SipResponse): void {
    if (response.status === 100) return // Hop by hop.
    if (response.status < 200) {
      if (!this.#settled) this.#door.pass(response)
      return
    }
    this.#branches.delete(branch)
    if (response.status < 300) {
      this.#settled = true
      this.#door.pass(response)
      for (const other of this.#branches) other.cancel()
      return
    }
    this.#failures.push(response)
    if (response.status >= 600) for (const other of this.#branches) other.cancel()
  }

  #settleIfDone(): void {
    if (this.#settled || this.#starting || this.#branches.size > 0) return
    this.#settled = true
    const [best] = this.#failures.toSorted((a, b) => rank(a) - rank(b))
    const chosen = best ?? this.#lostStatus
    if (this.#cancelled) this.#door.answer(487)
    else if (typeof chosen === 'number') this.#answer(chosen)
    // Nobody cancelled but we: it rang for too long.
    else if (chosen.status === 487) this.#door.answer(408)
    else this.#door.pass(chosen)
  }

  #answer(status: ForkStatus): void {
    if (status === 408 && this.#request.method !== 'INVITE') return
    this.#door.answer(status)
  }
}

/** Lower is better (RFC 3261 §16.7 step 6): 6xx, then the lowest class, then what helps a caller. */
function rank(failure: SipResponse | ForkStatus): number {
  const status = typeof failure === 'number' ? failure : failure.status
  if (status >= 600) return 0
  const helps = [401, 407, 415, 420, 484].includes(status) ? 0 : 0.5
  // A browser that cannot be reached says less than one that refused.
  const ours = typeof failure === 'number' ? 0.25 : 0
  return Math.floor(status / 100) + helps + ours
}
