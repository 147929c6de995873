import type { Address, ChatClientDoor, ChatEvent, Sink } from '../../chat/index.ts'
import type { RememberedAccount } from '../accounts.ts'
import type { Announcement } from '../announcements.ts'
import { Drafts } from '../drafts.ts'
import type { Enrolment } from '../server.ts'
import { DEFAULT_SETTINGS, type Settings } from '../settings.ts'
import type { World, WorldEvents } from '../world.ts'

/** A world in memory. It notes what the desk does to it, and a test plays its events. */
export class FakeWorld implements World {
  events: WorldEvents | null = null
  remembered: RememberedAccount[] = []
  saved: Settings | null = null
  title = ''
  announced: Announcement[] = []
  /** What the client was told, as `name argument…`. */
  readonly calls: string[] = []
  /** Whether another tab owns the account. */
  lockedElsewhere = false
  enrolment: Enrolment = { ok: true, address: 'sip:alice@sotto.example' }
  sink: Sink<ChatEvent> | null = null
  disposed = 0

  readonly ownSocket = 'wss://sotto.example/ws'
  readonly accounts = {
    list: async () => this.remembered,
    remember: async (address: Address, server: string, now: number) => {
      const account = { address, server, instanceId: 'uuid', lastUsed: now }
      this.remembered = [account]
      return account
    },
  }
  readonly lock = {
    acquire: async () => !this.lockedElsewhere,
    takeOver: async () => void this.calls.push('takeOver'),
    release: () => void this.calls.push('release'),
  }
  readonly announcer = {
    prime: () => undefined,
    announce: (announcement: Announcement) => void this.announced.push(announcement),
    speak: () => undefined,
  }
  readonly #storage = new Map<string, string>()

  connect(events: WorldEvents): void {
    this.events = events
  }

  parseAddress(text: string, near?: string): Address {
    const host = text.split('@')[1] ?? near?.split('@').at(-1)
    if (host === undefined || text === '') throw new RangeError('That is not an address.')
    return `sip:${text.replace('sip:', '').split('@')[0]}@${host}` as Address
  }

  async fetchConfig() {
    return { domain: 'sotto.example', enrolment: true }
  }

  async enrol(): Promise<Enrolment> {
    return this.enrolment
  }

  createClient(_: unknown, sink: Sink<ChatEvent>) {
    this.sink = sink
    const client = new Proxy({} as ChatClientDoor, {
      get:
        (_target, name) =>
        (...given: unknown[]) => {
          this.calls.push([String(name), ...given].join(' '))
          return name === 'signOut' ? Promise.resolve() : undefined
        },
    })
    return { client, dispose: () => void this.disposed++ }
  }

  drafts(account: Address): Drafts {
    const map = this.#storage
    return new Drafts(
      {
        getItem: (key) => map.get(key) ?? null,
        setItem: (key, value) => void map.set(key, value),
        removeItem: (key) => void map.delete(key),
      },
      account,
    )
  }

  loadSettings(): Settings {
    return DEFAULT_SETTINGS
  }

  saveSettings(settings: Settings): void {
    this.saved = settings
  }

  async askNotifications(): Promise<void> {}

  showUnread(_: number, title: string): void {
    this.title = title
  }

  after = () => () => undefined

  now(): number {
    return 1_000
  }
}
