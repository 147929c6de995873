import type { URI, UserAgent } from 'sip.js'
import type { SipClock } from './agent-door.ts'
import { SipError } from './events.ts'
import { REFERRAL_TIMEOUT_MS } from './limits.ts'
import { randomToken } from './random.ts'
import { refusal } from './refusal.ts'
import { type Notice, type Refused, Subscription } from './subscription.ts'

export interface ReferralParties {
  /** Who is asked. */
  readonly target: URI
  /** Address of record of whom they shall call. */
  readonly to: string
  /** Address of record of the account. */
  readonly own: string
  /** They shall tell what becomes of it: rooms do, and of people it is none of our business. */
  readonly isAnswered: boolean
}

/**
 * Asks somebody to call somebody: a room to call a person in (RFC 4579 §5), or a person to enter a
 * room. A REFER outside any dialog, as Blink sends it and SylkServer takes it, and what is said
 * of it (RFC 3515 §2.4.5).
 */
export class Referral {
  readonly #subscription: Subscription
  readonly #report: (error: SipError | null) => void
  readonly #cancelTimer: () => void
  #isOver = false

  /** @param report - called once, unless stopped before */
  constructor(
    userAgent: UserAgent,
    { target, to, own, isAnswered }: ReferralParties,
    env: SipClock,
    report: (error: SipError | null) => void,
  ) {
    this.#report = report
    this.#subscription = new Subscription(
      userAgent,
      {
        method: 'REFER',
        target,
        event: 'refer',
        accept: 'message/sipfrag',
        expires: REFERRAL_TIMEOUT_MS / 1000,
        callId: randomToken(env, 16),
        headers: [
          `Refer-To: <${to}>;method=INVITE`,
          `Referred-By: <${own}>`,
          ...(isAnswered ? [] : ['Refer-Sub: false', 'Supported: norefersub']),
        ],
      },
      {
        noticed: (notice) => this.#onNotice(notice),
        refused: (refused) => this.#onRefused(refused),
      },
    )
    this.#cancelTimer = env.after(REFERRAL_TIMEOUT_MS, () => {
      this.#conclude(new SipError('SIP_TIMEOUT', 'Nobody answered.'))
    })
  }

  /** The connection is gone: nothing more will be heard. */
  lost(error: SipError): void {
    this.#conclude(error)
  }

  /** Nobody wants to know any more. */
  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cancelTimer()
    this.#subscription.abandon()
  }

  #onNotice({ state, body }: Notice): void {
    const status = Number(/^SIP\/2\.0 +([1-6]\d\d)\b/.exec(body)?.[1] ?? 100)
    if (status >= 300) this.#conclude(refusal(status, 'invite'))
    else if (status >= 200 || state === 'terminated') this.#conclude(null)
  }

  #onRefused({ status, isTaken }: Refused): void {
    // Taken, and no NOTIFY: the room does not say what becomes of it (RFC 4488).
    if (isTaken) return this.#conclude(null)
    const lost = new SipError('SIP_TIMEOUT', 'No answer came in time.')
    this.#conclude(status === null ? lost : refusal(status, 'invite'))
  }

  #conclude(error: SipError | null): void {
    if (this.#isOver) return
    this.stop()
    this.#report(error)
  }
}
