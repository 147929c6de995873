import type { URI, UserAgent } from 'sip.js'
import type { SipClock } from './agent-door.ts'
import { backOff, jittered } from './back-off.ts'
import type { Roster } from './events.ts'
import {
  EXPIRES_MAX_S,
  REFRESH_MIN_MS,
  RETRY_MAX_MS,
  ROSTER_ATTEMPTS,
  ROSTER_EXPIRES_S,
  ROSTER_INTERVAL_MS,
} from './limits.ts'
import { randomFraction, randomToken } from './random.ts'
import { RosterState } from './roster.ts'
import {
  ROSTER_WATCH,
  type RosterAction,
  type RosterInput,
  type RosterPhase,
} from './roster-table.ts'
import { type Notice, type Refused, Subscription } from './subscription.ts'

/**
 * Keeps a subscription to the roster of one room for as long as it is wanted: when what happens is in
 * {@link ROSTER_WATCH}; this class does it. A room that refuses is asked a few times, then left alone.
 */
export class RosterWatch {
  readonly #userAgent: UserAgent
  readonly #room: URI
  readonly #own: string
  readonly #env: SipClock
  readonly #report: (roster: Roster) => void
  #phase: RosterPhase = 'asking'
  #subscription: Subscription | null = null
  #state = new RosterState()
  #expires = ROSTER_EXPIRES_S
  /** Refusals in a row. */
  #failures = 0
  /** No attempt sooner than this, in milliseconds. */
  #patience = 0
  #refreshedAt = Number.NEGATIVE_INFINITY
  #cancelTimer = () => {}

  /**
   * Subscribes.
   *
   * @param room - the address that was dialled: the Contact of SylkServer's focus is not the room's
   * @param own - address of record of the account
   */
  constructor(
    userAgent: UserAgent,
    room: URI,
    own: string,
    env: SipClock,
    report: (roster: Roster) => void,
  ) {
    this.#userAgent = userAgent
    this.#room = room
    this.#own = own
    this.#env = env
    this.#report = report
    this.#subscribe()
  }

  get isOver(): boolean {
    return this.#phase === 'over'
  }

  /** The account's connection is gone. */
  lost(): void {
    this.#input('lost')
  }

  /** The account is registered again. */
  back(): void {
    this.#input('back')
  }

  stop(): void {
    this.#input('stop')
  }

  #input(input: RosterInput, notice?: Notice): void {
    const [action, next] = ROSTER_WATCH[this.#phase][input]
    this.#phase = next
    if (action === 'nothing') return
    this.#cancelTimer()
    this.#do(action, notice)
  }

  #do(action: Exclude<RosterAction, 'nothing'>, notice?: Notice): void {
    switch (action) {
      case 'subscribe':
        return this.#subscribe()
      case 'keep':
        return this.#refreshIn(notice)
      case 'refresh':
        this.#refreshedAt = this.#env.now()
        return this.#subscription?.refresh()
      case 'refreshSoon': {
        // Not at once, if that has just been of no use.
        const wait = this.#refreshedAt + ROSTER_INTERVAL_MS - this.#env.now()
        return this.#after(Math.max(0, wait))
      }
      case 'wait': {
        this.#subscription?.abandon()
        const wait = backOff(this.#failures - 1, randomFraction(this.#env))
        return this.#after(Math.max(wait, Math.min(this.#patience, RETRY_MAX_MS)))
      }
      case 'abandon':
        return this.#subscription?.abandon()
      case 'leave':
        return this.#subscription?.end()
    }
  }

  #subscribe(): void {
    this.#state = new RosterState() // Versions count within one subscription.
    this.#subscription = new Subscription(
      this.#userAgent,
      {
        method: 'SUBSCRIBE',
        target: this.#room,
        event: 'conference',
        accept: ROSTER_TYPE,
        expires: this.#expires,
        callId: randomToken(this.#env, 16),
      },
      {
        noticed: (notice) => this.#onNotice(notice),
        refused: (refused) => this.#onRefused(refused),
      },
    )
  }

  #onNotice(notice: Notice): void {
    const isRoster = notice.contentType.toLowerCase().startsWith(ROSTER_TYPE)
    const step = isRoster && notice.body !== '' ? this.#state.apply(notice.body) : 'old'
    // A last roster that leaves the room empty has nobody to tell.
    if (notice.state === 'terminated') return this.#onTerminated(notice)
    if (step === 'gone') return this.#input('refused')
    this.#failures = 0
    this.#input(step === 'gap' ? 'gap' : 'noticed', notice)
    if (step === 'changed') this.#report(this.#state.roster(this.#own))
  }

  #onTerminated({ reason, retryAfter }: Notice): void {
    const isFinal = reason === 'noresource' || reason === 'rejected' || reason === 'invariant'
    // At once would do (RFC 6665 §4.1.3), but for a focus that ends whatever it accepts.
    const patience = Math.max(ROSTER_INTERVAL_MS, (retryAfter ?? 0) * 1000)
    this.#defer(isFinal ? 'refused' : 'deferred', patience)
  }

  #onRefused({ status, minExpires, retryAfter }: Refused): void {
    if (status === 423 && minExpires !== null) {
      this.#expires = Math.min(Math.max(this.#expires, minExpires), EXPIRES_MAX_S)
    }
    const mayPass = status === null || MAY_PASS.has(status)
    this.#defer(mayPass ? 'deferred' : 'refused', (retryAfter ?? 0) * 1000)
  }

  #defer(input: 'deferred' | 'refused', patience: number): void {
    this.#failures += 1
    this.#patience = patience
    this.#input(this.#failures > ROSTER_ATTEMPTS ? 'refused' : input)
  }

  /** At 64 to 80 % of the lifetime: time enough for a second try before it ends. */
  #refreshIn(notice: Notice | undefined): void {
    const lifetime = Math.min(notice?.expires ?? this.#expires, this.#expires)
    const wait = jittered(lifetime * 800, randomFraction(this.#env))
    this.#after(Math.max(REFRESH_MIN_MS, wait))
  }

  #after(ms: number): void {
    this.#cancelTimer = this.#env.after(ms, () => this.#input('due'))
  }
}

const ROSTER_TYPE = 'application/conference-info+xml'

/**
 * Refusals after which to ask again. A focus says 403 or 480 as long as we are not yet in the room
 * for it, which may be a moment after our INVITE was answered; 481 says that it lost its memory.
 */
const MAY_PASS: ReadonlySet<number> = new Set([
  403, 408, 423, 430, 480, 481, 491, 500, 502, 503, 504,
])
