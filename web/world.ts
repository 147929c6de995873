import {
  type Address,
  type ChatAccount,
  ChatClient,
  type ChatClientDoor,
  type ChatEvent,
  parseAddress,
  type Sink,
  startOtrWorker,
} from '../chat/index.ts'
import { Accounts, type RememberedAccount } from './accounts.ts'
import { Announcer } from './announcer.ts'
import { Drafts } from './drafts.ts'
import { IndexedDbStore } from './indexeddb-store.ts'
import { type Enrolment, enrol, fetchConfig, ownSocket, type ServerConfig } from './server.ts'
import { loadSettings, type Settings, saveSettings } from './settings.ts'
import { TabLock } from './tab-lock.ts'

/** What happens around the app that the desk must know of. */
export interface WorldEvents {
  readonly onAttention: (attentive: boolean) => void
  /** The network may have changed, or the machine woke. */
  readonly onNetwork: () => void
  /** The page goes away. */
  readonly onLeave: () => void
  /** A notification of this conversation was clicked. */
  readonly onOpen: (peer: Address) => void
  /** Another tab wants the account, or has it already. */
  readonly onTaken: () => Promise<void>
}

/** A client, and what it was lent. */
export interface LentClient {
  readonly client: ChatClientDoor
  /** Takes back its engine and its store. */
  dispose(): void
}

/** Everything the desk needs that is not a value: lent by the browser, or by a test. */
export interface World {
  connect(events: WorldEvents): void
  readonly accounts: {
    list(): Promise<readonly RememberedAccount[]>
    remember(address: Address, server: string, now: number): Promise<RememberedAccount>
  }
  readonly lock: Pick<TabLock, 'acquire' | 'takeOver' | 'release'>
  readonly announcer: Pick<Announcer, 'prime' | 'announce' | 'speak'>
  readonly ownSocket: string
  /** @throws RangeError with a sentence for people */
  parseAddress(text: string, near?: string): Address
  fetchConfig(): Promise<ServerConfig | null>
  enrol(name: string, password: string): Promise<Enrolment>
  createClient(account: ChatAccount, sink: Sink<ChatEvent>): LentClient
  drafts(account: Address): Drafts
  loadSettings(): Settings
  saveSettings(settings: Settings): void
  askNotifications(): Promise<void>
  showUnread(unread: number, title: string): void
  after(ms: number, task: () => void): () => void
  now(): number
}

export function browserWorld(): World {
  let events: WorldEvents | null = null
  const announcer = new Announcer((peer) => events?.onOpen(peer))
  return {
    connect(given) {
      events = given
      listen(given)
    },
    accounts: new Accounts(),
    lock: new TabLock(async () => events?.onTaken()),
    announcer,
    ownSocket: ownSocket(location),
    parseAddress,
    fetchConfig: () => fetchConfig(fetch),
    enrol: (name, password) => enrol(fetch, name, password),
    createClient(account, sink) {
      // Asked for once there is something to keep; without it a browser may clear keys and contacts.
      void navigator.storage?.persist?.()
      const otr = startOtrWorker()
      const store = new IndexedDbStore(account.address)
      const client = new ChatClient({
        account,
        env: {
          connect: (url, protocol) => new WebSocket(url, protocol),
          random: (length) => crypto.getRandomValues(new Uint8Array(length)),
          now: () => Date.now(),
          after,
        },
        otr,
        store,
        sink,
      })
      return {
        client,
        dispose() {
          otr.dispose()
          void store.close()
        },
      }
    },
    drafts: (account) => new Drafts(sessionStorage, account),
    loadSettings: () => loadSettings(localStorage),
    saveSettings: (settings) => saveSettings(localStorage, settings),
    async askNotifications() {
      if ('Notification' in globalThis) await Notification.requestPermission()
    },
    showUnread(unread, title) {
      document.title = title
      announcer.badge(unread)
    },
    after,
    now: () => Date.now(),
  }
}

function listen({ onAttention, onNetwork, onLeave }: WorldEvents): void {
  const attention = () => onAttention(document.visibilityState === 'visible' && document.hasFocus())
  for (const type of ['focus', 'blur']) addEventListener(type, attention)
  document.addEventListener('visibilitychange', () => {
    attention()
    if (document.visibilityState === 'visible') onNetwork()
  })
  for (const type of ['online', 'offline']) addEventListener(type, onNetwork)
  addEventListener('pagehide', onLeave)
  attention()
}

function after(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}
