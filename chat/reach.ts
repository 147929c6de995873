import type { AccountConnection, Invitation } from './account-connection.ts'
import type { Channel, ChannelEvent } from './channel.ts'
import type { ChatContext } from './context.ts'
import type { Address, Sink } from './events.ts'
import { RESUME_SPREAD_MS } from './limits.ts'
import { isPeerAway, type Loss, retryDelay } from './reconnection.ts'

export type ReachEvent =
  | { readonly type: 'connecting' }
  /** A channel is there. `replaces`: it takes the place of one that was open until now. */
  | { readonly type: 'opened'; readonly channel: Channel; readonly replaces: boolean }
  /** Of the open channel. */
  | Exclude<ChannelEvent, { type: 'opened' | 'closed' }>
  /**
   * There is no channel any more. `first`: the first failure since something worked. `isFinal`: it is
   * not tried again before the person wants it.
   */
  | ({ readonly type: 'lost'; readonly first: boolean; readonly isFinal: boolean } & Loss)

/**
 * Gets a channel to one peer and keeps it: calls, answers, calls again after a loss, and sees to it
 * that two channels become one. An open channel is given up only once its successor is open.
 */
export class Reach {
  readonly #context: ChatContext
  readonly #connection: AccountConnection
  readonly #peer: Address
  readonly #sink: Sink<ReachEvent>
  /** Whether something waits that only a channel can settle. */
  readonly #isNeeded: () => boolean
  #current: Channel | null = null
  #candidate: Channel | null = null
  /** The person had the conversation open, and has not closed it. */
  #isWanted = false
  /** The person closed it: even what waits does not open it again. */
  #isLeft = false
  #failures = 0
  /** What the failures are counted for: see {@link isPeerAway}. */
  #failedAway = false
  #cancelRetry = () => {}

  constructor(
    context: ChatContext,
    connection: AccountConnection,
    peer: Address,
    isNeeded: () => boolean,
    sink: Sink<ReachEvent>,
  ) {
    this.#context = context
    this.#connection = connection
    this.#peer = peer
    this.#isNeeded = isNeeded
    this.#sink = sink
  }

  get channel(): Channel | null {
    return this.#current
  }

  /** The person wants the conversation open: tries at once, however long the next attempt is off. */
  want(): void {
    this.#isWanted = true
    this.#isLeft = false
    if (this.#current !== null || this.#candidate !== null) return
    this.#failures = 0
    this.#call()
  }

  /** The account is online again. */
  resume(): void {
    if (this.#current !== null || this.#candidate !== null || !this.#isDue()) return
    this.#failures = 0
    this.#retryIn(RESUME_SPREAD_MS * this.#fraction())
  }

  take(invitation: Invitation): void {
    const rival = this.#candidate
    if (rival?.role === 'caller' && rival.isAnnounced && this.#context.own > this.#peer) {
      // Both called at once. Both ends know both addresses: the higher one's call stands.
      invitation.refuse(486)
      return
    }
    rival?.close()
    this.#isWanted = true
    this.#isLeft = false
    this.#attempt((sink) => invitation.take(sink))
  }

  /** A new session in place of this one, for a peer whose software needs one to start anew. */
  renew(): void {
    this.#current?.close()
    this.#current = null
    this.#isWanted = true
    if (this.#candidate === null) this.#call()
  }

  /** The open channel is not to be used any more, whatever it says. */
  giveUp(loss: Loss): void {
    const dead = this.#current
    if (dead === null) return
    dead.close()
    this.#current = null
    this.#onLoss(loss)
  }

  /** The person leaves. No event follows. */
  leave(): void {
    this.#isWanted = false
    this.#isLeft = true
    this.#cancelRetry()
    this.#candidate?.close()
    this.#current?.close()
    this.#candidate = this.#current = null
  }

  #isDue(): boolean {
    return !this.#isLeft && (this.#isWanted || this.#isNeeded())
  }

  #call(): void {
    this.#cancelRetry()
    if (!this.#connection.isOnline) return // `resume` comes.
    this.#attempt((sink) => this.#connection.call(this.#peer, sink))
  }

  #attempt(make: (sink: Sink<ChannelEvent>) => Channel): void {
    this.#cancelRetry()
    // A channel tells nothing before it has been returned.
    const channel: Channel = make((event) => this.#on(channel, event))
    this.#candidate = channel
    if (this.#current === null) this.#sink({ type: 'connecting' })
  }

  #on(channel: Channel, event: ChannelEvent): void {
    switch (event.type) {
      case 'opened':
        this.#onOpened(channel)
        return
      case 'closed':
        this.#onClosed(channel, event)
        return
      default:
        if (channel === this.#current) this.#sink(event)
    }
  }

  #onOpened(channel: Channel): void {
    if (channel === this.#current) this.#sink({ type: 'opened', channel, replaces: true })
    if (channel !== this.#candidate) return
    const before = this.#current
    this.#current = channel
    this.#candidate = null
    this.#failures = 0
    before?.close()
    this.#sink({ type: 'opened', channel, replaces: before !== null })
  }

  #onClosed(channel: Channel, loss: Loss): void {
    if (channel === this.#candidate) this.#candidate = null
    else if (channel === this.#current) this.#current = null
    else return
    if (this.#current === null && this.#candidate === null) this.#onLoss(loss)
  }

  #onLoss(loss: Loss): void {
    this.#failures = isPeerAway(loss) === this.#failedAway ? this.#failures + 1 : 1
    this.#failedAway = isPeerAway(loss)
    // A peer that hangs up wants it closed; a refusal is an answer.
    if (loss.by === 'remote') this.#isWanted = false
    const delay = retryDelay(loss, this.#failures, this.#fraction())
    const isFinal = delay === null
    const { by, fault } = loss
    if (isFinal) this.#isLeft = true
    else this.#retryIn(delay)
    this.#sink({ type: 'lost', first: this.#failures === 1, isFinal, by, fault })
  }

  #retryIn(ms: number): void {
    this.#cancelRetry()
    this.#cancelRetry = this.#context.env.after(ms, () => {
      if (this.#isDue() && this.#current === null && this.#candidate === null) this.#call()
    })
  }

  #fraction(): number {
    return this.#context.env.random(1)[0]! / 256
  }
}
