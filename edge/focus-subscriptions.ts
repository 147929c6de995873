import type { EdgeEnv } from './env.ts'
import { dialogKey, FocusDialog } from './focus-dialog.ts'
import { ROSTER_INTERVAL_MS, SUBSCRIPTION_DEFAULT_S, SUBSCRIPTIONS_MAX } from './focus-limits.ts'
import type { Room } from './focus-room.ts'
import { writeRoster } from './focus-roster.ts'
import { tagIn } from './sip-fields.ts'
import { header, type SipMessage, type SipRequest } from './sip-message.ts'

interface Subscription {
  readonly room: Room
  readonly dialog: FocusDialog
  /** Milliseconds since the epoch. */
  expires: number
  cancelExpiry: () => void
  /** Of the last roster sent; the next one has the next number. */
  version: number
  /** Whether a roster was sent so lately that the next one has to wait. */
  isResting: boolean
  isOutdated: boolean
}

/** Who is told of changes in which room (RFC 6665, RFC 4575 §3). Every roster is a whole one. */
export class Subscriptions {
  readonly #env: EdgeEnv
  readonly #byDialog = new Map<string, Subscription>()

  constructor(env: EdgeEnv) {
    this.#env = env
  }

  /** Takes a SUBSCRIBE: the first, a refresh, or the last. @returns 200 if it has answered itself */
  subscribe(
    request: SipRequest,
    room: Room,
    send: (message: SipMessage) => void,
  ): 200 | 400 | 481 | 503 {
    const asked = header(request, 'expires') ?? String(SUBSCRIPTION_DEFAULT_S)
    if (!/^\d{1,10}$/.test(asked)) return 400
    const seconds = Math.min(Number(asked), SUBSCRIPTION_DEFAULT_S)
    const known = this.#byDialog.get(dialogKey(request))
    if (known === undefined && tagIn(request, 'to') !== null) return 481
    if (known === undefined && this.#countOf(room) >= SUBSCRIPTIONS_MAX) return 503
    if (header(request, 'contact') === null) return 400

    const subscription =
      known ?? this.#add(room, FocusDialog.answering(request, room.address, send, this.#env))
    subscription.cancelExpiry()
    subscription.expires = this.#env.now() + seconds * 1000
    subscription.dialog.respond(request, 200, [['Expires', String(seconds)]])
    if (seconds === 0) this.#terminate(subscription, 'timeout')
    else {
      subscription.cancelExpiry = this.#env.after(seconds * 1000, () =>
        this.#terminate(subscription, 'timeout'),
      )
      this.#notify(subscription) // Every SUBSCRIBE is answered with the whole state.
    }
    return 200
  }

  /** Who is in the room has changed. */
  changed(room: Room): void {
    for (const subscription of this.#byDialog.values()) {
      if (subscription.room !== room) continue
      if (subscription.isResting) subscription.isOutdated = true
      else this.#notify(subscription)
    }
  }

  /** The subscriber has gone. */
  end(key: string): void {
    this.#byDialog.get(key)?.cancelExpiry()
    this.#byDialog.delete(key)
  }

  /** The room has gone (RFC 4575 §3.7). */
  endAllOf(room: Room): void {
    for (const subscription of this.#byDialog.values()) {
      if (subscription.room === room) this.#terminate(subscription, 'noresource')
    }
  }

  #add(room: Room, dialog: FocusDialog): Subscription {
    const subscription: Subscription = {
      room,
      dialog,
      expires: 0,
      cancelExpiry: () => {},
      version: 0,
      isResting: false,
      isOutdated: false,
    }
    this.#byDialog.set(dialog.key, subscription)
    return subscription
  }

  #countOf(room: Room): number {
    return [...this.#byDialog.values()].filter((subscription) => subscription.room === room).length
  }

  #notify(subscription: Subscription): void {
    const seconds = Math.ceil((subscription.expires - this.#env.now()) / 1000)
    this.#send(subscription, `active;expires=${seconds}`)
    subscription.isOutdated = false
    if (subscription.isResting) return
    subscription.isResting = true
    this.#env.after(ROSTER_INTERVAL_MS, () => {
      subscription.isResting = false
      const isKnown = this.#byDialog.get(subscription.dialog.key) === subscription
      if (subscription.isOutdated && isKnown) this.#notify(subscription)
    })
  }

  #terminate(subscription: Subscription, reason: 'timeout' | 'noresource'): void {
    this.end(subscription.dialog.key)
    this.#send(subscription, `terminated;reason=${reason}`)
  }

  #send(subscription: Subscription, state: string): void {
    const { room, dialog } = subscription
    const roster = writeRoster(room.address, ++subscription.version, room.roster())
    const headers = [
      ['Event', 'conference'],
      ['Subscription-State', state],
      ['Content-Type', 'application/conference-info+xml'],
    ] as const
    dialog.request('NOTIFY', headers, roster)
  }
}
