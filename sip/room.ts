import { type URI, UserAgent } from 'sip.js'
import { parseAddress } from './address.ts'
import type { SipClock, SipSink } from './agent-door.ts'
import { SipError } from './events.ts'
import { REFERRALS_MAX } from './limits.ts'
import { Referral } from './referral.ts'
import { RosterWatch } from './roster-watch.ts'

/** What a call with a focus has beside its session: the roster, and people on the way in. */
export class Room {
  readonly #call: string
  readonly #userAgent: UserAgent
  readonly #uri: URI
  readonly #own: string
  readonly #env: SipClock
  readonly #tell: SipSink
  #watch: RosterWatch | null = null
  readonly #referrals = new Set<Referral>()

  /** @param own - address of record of the account */
  constructor(
    call: string,
    {
      userAgent,
      uri,
      own,
    }: { readonly userAgent: UserAgent; readonly uri: URI; readonly own: string },
    env: SipClock,
    tell: SipSink,
  ) {
    this.#call = call
    this.#userAgent = userAgent
    this.#uri = uri
    this.#own = own
    this.#env = env
    this.#tell = tell
  }

  watch(): void {
    if (this.#watch?.isOver === false) return
    this.#watch = new RosterWatch(this.#userAgent, this.#uri, this.#own, this.#env, (roster) =>
      this.#tell({ type: 'roster', call: this.#call, roster }),
    )
  }

  invite(who: string): void {
    const told = (error: SipError | null) =>
      this.#tell({ type: 'roomInvitation', call: this.#call, who, error })
    const address = parseAddress(who)
    const person = address === null ? undefined : UserAgent.makeURI(address)
    if (address === null || person === undefined) return told(NO_ADDRESS())
    if (this.#referrals.size >= REFERRALS_MAX) return told(TOO_MANY())
    this.#refer(this.#uri, address, true, (error) => {
      const callsNobody = error !== null && CALLS_NOBODY.includes(error.status ?? 0)
      if (callsNobody) this.#refer(person, parseAddress(this.#uri.toString()) ?? '', false, told)
      else told(error)
    })
  }

  #refer(
    target: URI,
    to: string,
    isAnswered: boolean,
    report: (error: SipError | null) => void,
  ): void {
    const parties = { target, to, own: this.#own, isAnswered }
    const referral = new Referral(this.#userAgent, parties, this.#env, (error) => {
      this.#referrals.delete(referral)
      report(error)
    })
    this.#referrals.add(referral)
  }

  lost(error: SipError): void {
    this.#watch?.lost()
    for (const referral of this.#referrals) referral.lost(error)
  }

  back(): void {
    this.#watch?.back()
  }

  /** The call has ended. */
  close(): void {
    this.#watch?.stop()
    for (const referral of this.#referrals) referral.stop()
    this.#referrals.clear()
  }
}

/** What a focus answers that does not know REFER, or not here: then the person is asked to come. */
const CALLS_NOBODY: readonly number[] = [405, 489, 501]

const NO_ADDRESS = () => new SipError('SIP_UNKNOWN_PEER', 'This is not a SIP address.')
const TOO_MANY = () =>
  new SipError('SIP_FORBIDDEN', 'Too many people are being called into this room.')
