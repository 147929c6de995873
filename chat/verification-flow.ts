import type { OtrCommand, SmpStep } from '../otr/index.ts'
import { type ChatContext, notice, refuse } from './context.ts'
import type { Address, Verification } from './events.ts'
import { QUESTION_MAX, VERIFICATION_MAX_MS, VERIFICATION_REST_SLACK_MS } from './limits.ts'
import type { NoticeName } from './notices.ts'
import type { PrivacyGate } from './privacy-gate.ts'
import type { TaskQueue } from './task-queue.ts'
import { keyOf, verify } from './trust.ts'
import { follow, isRunning } from './verification.ts'

/** The verification of one peer by SMP: one run at a time, and not for ever. */
export class VerificationFlow {
  readonly #context: ChatContext
  readonly #peer: Address
  readonly #gate: PrivacyGate
  readonly #queue: TaskQueue
  readonly #run: (command: OtrCommand) => Promise<void>
  #now: Verification = { step: 'idle' }
  /** Guesses that were wrong, or may have been, since one was right. */
  #attempts = 0
  /** Nobody guesses before then. */
  #restUntil = 0
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
      if (this.#context.env.now() < this.#restUntil) return this.#refuse('CHAT_VERIFICATION_REST')
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

  /** What the protocol says. */
  async heard(smp: SmpStep): Promise<void> {
    const fingerprint = this.#gate.fingerprint
    const contact = this.#context.contacts.get(this.#peer)
    if (fingerprint === null || contact === null) return
    const now = this.#context.env.now()
    if (smp.step === 'asked' && now < this.#restUntil - VERIFICATION_REST_SLACK_MS)
      return await this.#run({ op: 'smpAbort' })
    const isVerified = (keyOf(contact, fingerprint)?.verified ?? null) !== null
    const facts = { now, attempts: this.#attempts, isVerified }
    const next = follow(this.#now, smp, facts)
    if (next === this.#now) return
    if (next.step === 'succeeded') this.#attempts = this.#restUntil = 0
    else if ('until' in next && next.until !== undefined) {
      this.#attempts += 1
      this.#restUntil = next.until
    }
    if (next.step === 'succeeded' && next.provesPeer) {
      await this.#context.contacts.putDurably(verify(contact, fingerprint, 'smp', next.at))
      this.#become(next)
      this.#gate.decided(fingerprint, true)
    } else this.#become(next)
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
