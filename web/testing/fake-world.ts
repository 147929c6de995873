import type {
  Address,
  ChatClientDoor,
  ChatEvent,
  Clues,
  Diagnosis,
  DiscoveryStep,
  FoundServer,
  Sink,
} from '../../chat/index.ts'
import type { RememberedAccount } from '../accounts.ts'
import type { Announcement } from '../announcements.ts'
import { Drafts } from '../drafts.ts'
import { FileShelf } from '../files/file-shelf.ts'
import type { Gate, Keyring, KeyringHost } from '../keyring.ts'
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
  /** What was known when a server was looked for last. */
  clues: Clues | null = null

  /** What stands before the account, and whether it has a passphrase. */
  gate: Gate = 'open'
  hasPassphrase = false
  /** Given to the client's keyring. */
  keyringHost: KeyringHost | null = null
  readonly keyring = {
    account: 'sip:alice@sotto.example',
    gate: async (hadKey: boolean) => (this.gate === 'gone' && !hadKey ? 'open' : this.gate),
    hasPassphrase: async () => this.hasPassphrase,
  } as unknown as Keyring

  readonly ownSocket = 'wss://sotto.example/ws'
  readonly accounts = {
    list: async () => this.remembered,
    remember: async (address: Address, { kind, url }: FoundServer, now: number) => {
      const hadKey = this.remembered[0]?.hadKey
      const account: RememberedAccount = {
        address,
        server: url,
        found: kind,
        instanceId: 'uuid',
        lastUsed: now,
        ...(hadKey && { hadKey }),
      }
      this.remembered = [account]
      return account
    },
    noteKey: async (address: Address) => void this.calls.push(`noteKey ${address}`),
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

  connect(events: WorldEvents): () => void {
    this.events = events
    return () => {
      this.events = null
    }
  }

  parseAddress(text: string, near?: string): Address {
    const host = text.split('@')[1] ?? near?.split('@').at(-1)
    if (host === undefined || text === '') throw new RangeError('That is not an address.')
    return `sip:${text.replace('sip:', '').split('@')[0]}@${host}` as Address
  }

  async fetchConfig() {
    return { domain: 'sotto.example', enrolment: true, providers: ['sip2sip.info'] }
  }

  /** Finds what was named, or the page's own; anything else is not there. */
  async discover(domain: string, clues: Clues, sink: (step: DiscoveryStep) => void) {
    this.clues = clues
    const own = domain === 'sotto.example' ? this.ownSocket : null
    const kind = clues.given === null ? 'own' : 'given'
    const found = { kind, url: clues.given ?? own ?? `wss://${domain}/ws` } as const
    sink({ ...found, state: 'trying', fault: null })
    const isThere = clues.given !== null || own !== null
    sink({ ...found, state: isThere ? 'found' : 'failed', fault: null })
    return isThere ? found : null
  }

  diagnose(account: { readonly server: string }, sink: (diagnosis: Diagnosis) => void) {
    this.calls.push(`diagnose ${account.server}`)
    sink({ steps: [], route: null, isOver: false })
    return () => void this.calls.push('stopDiagnosis')
  }

  async enrol(): Promise<Enrolment> {
    return this.enrolment
  }

  async createClient(_: unknown, sink: Sink<ChatEvent>, keyringHost: KeyringHost) {
    this.sink = sink
    this.keyringHost = keyringHost
    const client = new Proxy({} as ChatClientDoor, {
      get:
        (_target, name) =>
        (...given: unknown[]) => {
          this.calls.push([String(name), ...given].join(' '))
          if (name === 'signOut') return Promise.resolve()
          return name === 'send' || name === 'sendPrivately' ? `id ${given.at(-1)}` : undefined
        },
    })
    return {
      client,
      keyring: this.keyring,
      shelf: new FileShelf(null),
      dispose: () => void this.disposed++,
    }
  }

  async lendKeyring() {
    return { keyring: this.keyring, dispose: () => void this.disposed++ }
  }

  async forgetAccount(address: Address): Promise<boolean> {
    this.calls.push(`forgetAccount ${address}`)
    return !this.lockedElsewhere
  }

  remindOnce(): boolean {
    return true
  }

  drafts(account: Address): Drafts {
    const map = this.#storage
    return new Drafts(
      {
        getItem: (key) => map.get(key) ?? null,
        setItem: (key, value) => void map.set(key, value),
        removeItem: (key) => void map.delete(key),
        key: (at: number) => [...map.keys()][at] ?? null,
        get length() {
          return map.size
        },
      },
      account,
    )
  }

  async speak(language: Settings['language']): Promise<void> {
    this.calls.push(`speak ${language}`)
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
