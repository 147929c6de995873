import type { OtrCommand, SmpStep } from '../otr/index.ts'
import { type ChatContext, notice, refuse } from './context.ts'
import type { Address, Contact, Verification } from './events.ts'
import {
  QUESTION_MAX,
  VERIFICATION_MAX_MS,
  VERIFICATION_REST_SLACK_MS,
  VERIFICATION_WRITING_MAX_MS,
} from './limits.ts'
import type { NoticeName } from './notices.ts'
import type { PrivacyGate } from './privacy-gate.ts'
import type { TaskQueue } from './task-queue.ts'
import { keyOf, verify } from './trust.ts'
import { follow, isRunning, restAfter } from './verification.ts'

/** The verification of one peer by SMP: one run at a time, and not for ever. */
export class VerificationFlow {
  readonly #context: ChatContext
  readonly #peer: Address
  readonly #gate: PrivacyGate
  readonly #queue: TaskQueue
  readonly #run: (command: OtrCommand) => Promise<void>
  #now: Verification = { step: 'idle' }
  #cancelTimeout = () => {}

  constructor(
    context: ChatContext,
    peer: Address,
    gate: PrivacyGate,
    queue: TaskQueue,
    run: (command: OtrCommand) => Promise<void>,
  ) {
    this.#context = context
    this.#peer = peer
    this.#gate = gate
    this.#queue = queue
    this.#run = run
  }

  /** Asks the peer; `question` is `null` for a secret that both know already. */
  begin(secret: string, question: string | null): void {
    void this.#queue.add(async () => {
      if (this.#gate.fingerprint === null) return this.#refuse('CHAT_NOT_ENCRYPTED')
      if (secret === '') return this.#refuse('CHAT_EMPTY')
      if ((question?.length ?? 0) > QUESTION_MAX) return this.#refuse('CHAT_TOO_LONG')
      if (this.#context.env.now() < this.#restUntil()) return this.#refuse('CHAT_VERIFICATION_REST')
      if (isRunning(this.#now)) await this.#abort('us')
      await this.#run({ op: 'smpStart', secret, question })
    })
  }

  answer(secret: string): void {
    void this.#queue.add(async () => {
      if (this.#now.step !== 'asked') return this.#refuse('CHAT_NO_QUESTION')
      if (secret === '') return this.#refuse('CHAT_EMPTY')
      await this.#run({ op: 'smpAnswer', secret })
    })
  }

  abort(): void {
    void this.#queue.add(async () => {
      if (!isRunning(this.#now)) return this.#refuse('CHAT_NO_QUESTION')
      await this.#abort('us')
    })
  }

  /** The person needs longer: there is as much time again from now on. */
  extend(): void {
    void this.#queue.add(() => {
      if (!isRunning(this.#now)) return this.#refuse('CHAT_NO_QUESTION')
      this.#prolong(this.#now)
    })
  }

  /** The peer writes, the answer perhaps: then there is more time as well. */
  peerWrites(): void {
    if (this.#now.step !== 'waiting') return
    if (this.#context.env.now() - this.#now.since <= VERIFICATION_WRITING_MAX_MS)
      this.#prolong(this.#now)
  }

  /** What the protocol says. */
  async heard(smp: SmpStep): Promise<void> {
    const fingerprint = this.#gate.fingerprint
    const contact = this.#context.contacts.get(this.#peer)
    if (fingerprint === null || contact === null) return
    const now = this.#context.env.now()
    if (smp.step === 'asked' && now < this.#restUntil() - VERIFICATION_REST_SLACK_MS)
      return await this.#run({ op: 'smpAbort' })
    const isVerified = (keyOf(contact, fingerprint)?.verified ?? null) !== null
    const attempts = contact.failedChecks?.count ?? 0
    const next = follow(this.#now, smp, { now, attempts, isVerified })
    if (next === this.#now) return
    const counted = counting(contact, next)
    const proven = next.step === 'succeeded' && next.provesPeer
    const after = proven ? verify(counted, fingerprint, 'smp', next.at) : counted
    // Before anybody is told: who reloads the page neither loses trust nor gains a guess.
    if (after !== contact) await this.#context.contacts.putDurably(after)
    this.#become(next)
    if (proven) this.#gate.decided(fingerprint, true)
  }

  /** The encrypted session is over, or another one: what ran in it has no result. */
  sessionEnded(): void {
    if (!isRunning(this.#now)) return
    this.#become({ step: 'aborted', by: 'peer', at: this.#context.env.now(), answered: false })
  }

  dispose(): void {
    this.#cancelTimeout()
  }

  async #abort(by: 'us' | 'timeout'): Promise<void> {
    this.#become({ step: 'aborted', by, at: this.#context.env.now(), answered: false })
    await this.#run({ op: 'smpAbort' })
  }

  #become(next: Verification): void {
    const wasRunning = isRunning(this.#now)
    this.#now = next
    this.#context.emit({ type: 'verification', peer: this.#peer, verification: next })
    const form = noticeOf(next)
    if (form !== null) notice(this.#context, this.#peer, form)
    if (!isRunning(next)) this.#cancelTimeout()
    else if (!wasRunning) this.#startTimeout()
  }

  #prolong(running: Extract<Verification, { readonly since: number }>): void {
    this.#cancelTimeout()
    this.#startTimeout()
    const until = this.#context.env.now() + VERIFICATION_MAX_MS
    this.#now = { ...running, until }
    this.#context.emit({ type: 'verification', peer: this.#peer, verification: this.#now })
  }

  /** Nobody guesses before then. A clock that was set back makes the rest no longer. */
  #restUntil(): number {
    const { failedChecks } = this.#context.contacts.get(this.#peer) ?? {}
    if (failedChecks === undefined) return 0
    const { count, until } = failedChecks
    return Math.min(until, this.#context.env.now() + restAfter(count))
  }

  #startTimeout(): void {
    this.#cancelTimeout = this.#context.env.after(VERIFICATION_MAX_MS, () => {
      void this.#queue.add(async () => {
        if (isRunning(this.#now)) await this.#abort('timeout')
      })
    })
  }

  #refuse(code: Parameters<typeof refuse>[2]): void {
    refuse(this.#context, this.#peer, code)
  }
}

/** A success ends the count; a failure, or what may have been one, is one more. */
function counting(contact: Contact, next: Verification): Contact {
  const { failedChecks, ...others } = contact
  if (next.step === 'succeeded') return failedChecks === undefined ? contact : others
  const isGuess = next.step === 'failed' || next.step === 'aborted'
  if (!isGuess || next.until === undefined) return contact
  return { ...others, failedChecks: { count: (failedChecks?.count ?? 0) + 1, until: next.until } }
}

function noticeOf(verification: Verification): NoticeName | null {
  switch (verification.step) {
    case 'succeeded':
      return verification.provesPeer ? 'verification-succeeded' : 'verification-one-sided'
    case 'failed':
      return verification.stillVerified ? 'verification-failed-still' : 'verification-failed'
    case 'aborted':
      if (verification.by === 'timeout') return 'verification-timeout'
      if (verification.by === 'us') return 'verification-aborted'
      return verification.answered ? 'verification-aborted-late' : 'verification-aborted-by-peer'
    default:
      return null
  }
}
