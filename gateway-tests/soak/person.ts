import type { Address, ChatEvent, Delivery, Message } from '../../chat/index.ts'
import { storeWithKey } from '../../chat/testing/account-key.ts'
import { MemoryStore } from '../../chat/testing/memory-store.ts'
import { Actor } from '../../chat/testing/stage.ts'
import { textOf } from './promises.ts'
import type { TroubledWire } from './troubled-wire.ts'

/** What somebody has written, and what is said of it. */
export interface Said {
  readonly id: string
  readonly number: number
}

/** What the sender's screen says of a message; `never stored`: the app died before it was on the disk. */
export interface Fate {
  readonly delivery: Delivery | 'never stored'
  readonly reason: string | null
  readonly resent: boolean
}

/** Somebody whose app may die and begin anew over the same store. */
export class Person {
  readonly name: string
  readonly wire: TroubledWire
  readonly store: FailingStore
  readonly said: Said[] = []
  readonly #domain: string
  readonly #speed: number
  #actor: Actor
  /** What was on the screen at any time, one list for each life of the app. */
  readonly #lives: ChatEvent[][] = []

  constructor(name: string, wire: TroubledWire, domain: string, speed: number) {
    this.name = name
    this.wire = wire
    this.store = new FailingStore(storeWithKey(`sip:${name}@${domain}`))
    this.#domain = domain
    this.#speed = speed
    this.#actor = this.#born()
  }

  get address(): Address {
    return this.#actor.address
  }

  get actor(): Actor {
    return this.#actor
  }

  /** @returns once the newest app is on the line */
  async signIn(): Promise<void> {
    await this.#actor.signIn()
  }

  async leave(): Promise<void> {
    await this.#actor.leave()
  }

  say(peer: Address): void {
    const number = this.said.length
    const id = this.#actor.client.send(peer, textOf(this, number))
    this.said.push({ id, number })
  }

  /** The app dies without a word, and another is started. */
  die(): void {
    this.#actor.vanish()
    this.#actor = this.#born()
    this.#actor.client.signIn()
  }

  /** The page is loaded anew: the app has an instant to say so. */
  reload(): void {
    this.#actor.client.vanish()
    this.#actor.vanish()
    this.#actor = this.#born()
    this.#actor.client.signIn()
  }

  /** Own messages as the sender's screen has them now, by id. */
  fates(): ReadonlyMap<string, Fate> {
    const all = fatesIn(this.#lives.flat())
    const now = fatesIn(this.#lives.at(-1)!)
    for (const [id, { delivery, resent }] of all) {
      if (delivery !== 'queued' || now.has(id)) continue
      all.set(id, { delivery: 'never stored', reason: null, resent })
    }
    return all
  }

  /** For each life of the app, what it showed of the peer's words, in the order in which it did. */
  screens(): readonly (readonly Message[])[] {
    return this.#lives.map((events) =>
      events
        .filter((event) => event.type === 'message')
        .map(({ message }) => message)
        .filter(({ author }) => author === 'peer'),
    )
  }

  /** Whether it is on the sender's disk; until then it stands in the composer. */
  kept(): ReadonlySet<string> {
    return new Set(this.#lives.flat().flatMap((event) => (event.type === 'kept' ? [event.id] : [])))
  }

  /** How often a gap was shown, where something came that could not be read. */
  gaps(): number {
    return this.#lives
      .flat()
      .filter((event) => event.type === 'notice' && event.notice.code === 'message-unreadable')
      .length
  }

  #born(): Actor {
    const server = { domain: this.#domain, wsUrl: this.wire.url }
    const actor = new Actor(server, this.name, { store: this.store, speed: this.#speed })
    this.#lives.push(actor.events)
    return actor
  }
}

function fatesIn(events: readonly ChatEvent[]): Map<string, Fate> {
  const fates = new Map<string, Fate>()
  for (const event of events) {
    if (event.type === 'delivery') fates.set(event.id, event)
    if (event.type !== 'message' || event.message.author !== 'us') continue
    const { id, delivery, reason, resent } = event.message
    if (delivery !== null) fates.set(id, { delivery, reason, resent })
  }
  return fates
}

/** A disk that may be full. */
class FailingStore extends MemoryStore {
  isFull = false

  override async putMessage(message: Message): Promise<void> {
    if (this.isFull) throw new DOMException('The disk is full', 'QuotaExceededError')
    await super.putMessage(message)
  }
}
