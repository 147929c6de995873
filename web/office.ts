import type { Address } from '../chat/index.ts'
import { type AccountHere, accountHere } from './accounts-here.ts'
import { type Announcement, titleOf } from './announcements.ts'
import { bare } from './app-state.ts'
import { Desk } from './desk.ts'
import type { AppIntent, OfficeIntent, TypedAccount } from './intents.ts'
import { ACCOUNTS_MAX } from './limits.ts'
import { loadTabAccounts, saveTabAccounts } from './tab-accounts.ts'
import { APP_NAME } from './words.ts'
import type { World } from './world.ts'

/** A desk in the office, and the end of what it hears. */
interface Place {
  readonly desk: Desk
  readonly disconnect: () => void
}

/**
 * Several accounts at once: a desk for each, one of which is shown. What they share goes through here:
 * the person's attention, the settings, the number of what is unread. Keys, contacts and trust are each
 * desk's own.
 *
 * @fires change {Event} The desk that is shown is in another state, another one is shown, or the
 *   accounts are others.
 */
export class Office extends EventTarget {
  readonly #worlds: () => World
  /** For what is no desk's own. */
  readonly #world: World
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>
  #places: readonly Place[] = []
  #desk: Desk
  #accounts: readonly AccountHere[] = []
  #attentive = true

  /**
   * @param worlds - another one for each desk
   * @param storage - keeps which accounts there are while the page is loaded again
   */
  constructor(worlds: () => World, storage: Pick<Storage, 'getItem' | 'setItem'>) {
    super()
    this.#worlds = worlds
    this.#world = worlds()
    this.#storage = storage
    const { addresses, shown } = loadTabAccounts(storage, (text) => this.#world.parseAddress(text))
    const desks = addresses.slice(0, ACCOUNTS_MAX).map((address) => this.#open(address))
    this.#desk = desks[shown] ?? desks[0] ?? this.#open(null)
    this.#show(this.#desk)
  }

  /** The one that is shown. */
  get desk(): Desk {
    return this.#desk
  }

  /** In the order in which they came; another array once one of them is another. */
  get accounts(): readonly AccountHere[] {
    return this.#accounts
  }

  /** Does what the person wants of the app: most often the business of the desk that is shown. */
  handle(intent: AppIntent): void {
    switch (intent.do) {
      case 'signIn':
        return this.#signIn(intent)
      case 'leaveElsewhere':
        if (this.#desk.state.stage.at === 'signIn') return this.#desk.handle({ do: 'cancelSignIn' })
        return void this.#close(this.#desk)
      case 'signOut':
        return void this.#close(this.#desk)
      case 'lock':
        for (const { desk } of this.#places) desk.handle(intent)
        return
      case 'forgetAccount':
        return void this.#forget(intent.address)
      default:
        return this.#desk.handle(intent)
    }
  }

  /** Does what the person wants of the accounts. */
  arrange(intent: OfficeIntent): void {
    switch (intent.do) {
      case 'show': {
        const desk = this.#deskOf(intent.account)
        if (desk === null) return
        this.#show(desk)
        if (intent.peer !== undefined) desk.handle({ do: 'select', peer: intent.peer })
        return
      }
      case 'next': {
        const at = this.#places.findIndex(({ desk }) => desk === this.#desk)
        const next = this.#places.at((at + intent.step) % this.#places.length)
        return next && this.#show(next.desk)
      }
      case 'add':
        return this.#show(this.#deskOf(null) ?? this.#open(null))
    }
  }

  /** With an account that has a desk already: there. */
  #signIn(intent: Extract<AppIntent, { readonly do: 'signIn' }>): void {
    const desk = this.#deskOf(this.#read(intent)) ?? this.#desk
    if (desk === this.#desk) return desk.handle(intent)
    this.#show(desk)
    if (desk.state.stage.at === 'signIn') desk.handle(intent)
  }

  /** `null` if it is no address, which the desk says. */
  #read({ address }: TypedAccount): Address | null {
    const { stage } = this.#desk.state
    const server = stage.at === 'signIn' ? stage.server : null
    const near = server === null || server === 'unreachable' ? undefined : server.domain
    try {
      return this.#world.parseAddress(address, near)
    } catch {
      return null
    }
  }

  #deskOf(account: Address | null): Desk | null {
    return this.#places.find(({ desk }) => desk.account === account)?.desk ?? null
  }

  #open(account: Address | null): Desk {
    const world = this.#worlds()
    let disconnect = () => {}
    const desk: Desk = new Desk(
      {
        ...world,
        connect: (events) => {
          disconnect = world.connect({
            ...events,
            onAttention: (attentive) => this.#attend(attentive),
            onOpen: (peer, of) => {
              if (of !== null && of === desk.account)
                this.arrange({ do: 'show', account: of, peer })
            },
          })
          return disconnect
        },
        announcer: {
          prime: () => world.announcer.prime(),
          speak: (text, tongue) => world.announcer.speak(text, tongue),
          announce: (one, of) => world.announcer.announce(this.#named(one, of), of),
        },
        saveSettings: (settings) => {
          world.saveSettings(settings)
          for (const place of this.#places)
            if (place.desk !== desk) place.desk.useSettings(settings)
        },
        showUnread: () => {}, // The sum of all is shown.
      },
      account,
    )
    desk.attend(false)
    desk.addEventListener('change', () => this.#changed(desk))
    this.#places = [...this.#places, { desk, disconnect }]
    return desk
  }

  /** A desk that nobody has begun to use is taken away with the look at it. */
  #show(desk: Desk): void {
    const before = this.#desk
    this.#desk = desk
    if (before !== desk && isUnused(before)) this.#remove(before)()
    this.#attend(this.#attentive)
    this.#changed(desk)
  }

  /** Signs out; the last desk stays, with its form. */
  async #close(desk: Desk): Promise<void> {
    if (this.#places.length === 1) return desk.handle({ do: 'signOut' })
    const ready = this.#places.find((one) => one.desk !== desk && isInside(one.desk))
    const next = ready ?? this.#places.find((one) => one.desk !== desk)
    if (desk === this.#desk && next !== undefined) this.#show(next.desk)
    const disconnect = this.#remove(desk)
    this.#changed(this.#desk)
    await desk.leave()
    disconnect()
  }

  #remove(desk: Desk): () => void {
    const place = this.#places.find((one) => one.desk === desk)
    this.#places = this.#places.filter((one) => one !== place)
    return place?.disconnect ?? (() => {})
  }

  async #forget(address: Address): Promise<void> {
    const desk = this.#deskOf(address)
    if (desk !== null && desk !== this.#desk) await this.#close(desk)
    this.#desk.handle({ do: 'forgetAccount', address })
  }

  /** What is not shown is not looked at. */
  #attend(attentive: boolean): void {
    this.#attentive = attentive
    for (const { desk } of this.#places) desk.attend(attentive && desk === this.#desk)
  }

  #changed(desk: Desk): void {
    const isOther = this.#look()
    if (isOther) {
      const unread = this.#accounts.reduce((sum, account) => sum + account.unread, 0)
      this.#world.showUnread(unread, titleOf(unread, APP_NAME))
      const addresses = this.#accounts.flatMap(({ address }) => address ?? [])
      const shown = addresses.indexOf(this.#desk.account as Address)
      saveTabAccounts(this.#storage, { addresses, shown })
    }
    if (isOther || desk === this.#desk) this.dispatchEvent(new Event('change'))
  }

  /** @returns whether an account is another than it was */
  #look(): boolean {
    const accounts = this.#places.map(({ desk }) =>
      accountHere(desk.account, desk.state, desk === this.#desk),
    )
    if (JSON.stringify(accounts) === JSON.stringify(this.#accounts)) return false
    this.#accounts = accounts
    return true
  }

  /** Says whose it is, where there is a question. */
  #named(announcement: Announcement, account: Address | null): Announcement {
    if (announcement.kind !== 'notify' || account === null || this.#places.length === 1)
      return announcement
    // Isolated: an address runs from left to right in every language.
    return { ...announcement, title: `${announcement.title} · \u2066${bare(account)}\u2069` }
  }
}

function isInside(desk: Desk): boolean {
  return desk.state.stage.at === 'inside'
}

function isUnused({ account, state: { stage } }: Desk): boolean {
  return account === null && stage.at === 'signIn' && stage.busy === null
}
