import {
  type Address,
  type ChatAccount,
  type ChatClientDoor,
  type ChatEnv,
  type ChatEvent,
  type ChatSetup,
  type Clues,
  type Diagnosis,
  type DiscoveryStep,
  type FoundServer,
  parseAddress,
  type Sink,
} from '../chat/index.ts'
import { Accounts, type RememberedAccount } from './accounts.ts'
import { Announcer } from './announcer.ts'
import { Drafts } from './drafts.ts'
import type { FileShelf } from './files/file-shelf.ts'
import { IndexedDbStore } from './indexeddb-store.ts'
import type { Keyring, KeyringHost } from './keyring.ts'
import { directionOf, speak } from './language.ts'
import { watchNetwork } from './network-watch.ts'
import { type Enrolment, enrol, fetchConfig, ownSocket, type ServerConfig } from './server.ts'
import { loadSettings, type Settings, saveSettings } from './settings.ts'
import { TabLock } from './tab-lock.ts'

/** What happens around the app that the desk must know of. */
export interface WorldEvents {
  readonly onAttention: (attentive: boolean) => void
  /** The network may have changed, or the machine woke. */
  readonly onNetwork: () => void
  /** Somebody is at the keys. */
  readonly onActivity: () => void
  /** The page goes away. */
  readonly onLeave: () => void
  /** Nothing would be lost if it did. */
  readonly mayLeave: () => boolean
  /** A notification of this conversation of `account` was clicked. */
  readonly onOpen: (peer: Address, account: Address | null) => void
  /** Another tab wants the account, or has it already. */
  readonly onTaken: () => Promise<void>
}

/** A client, and what it was lent. */
export interface LentClient {
  readonly client: ChatClientDoor
  readonly keyring: Keyring
  /** Where its files are. */
  readonly shelf: FileShelf
  /** Takes back its engine and its store. */
  dispose(): void
}

/** A keyring without a client, and the worker behind it. */
export interface LentKeyring {
  readonly keyring: Keyring
  dispose(): void
}

/** Everything the desk needs that is not a value: lent by the browser, or by a test. */
export interface World {
  /** @returns what ends it */
  connect(events: WorldEvents): () => void
  readonly accounts: {
    list(): Promise<readonly RememberedAccount[]>
    remember(address: Address, server: FoundServer, now: number): Promise<RememberedAccount>
    /** A key of it is here. */
    noteKey(address: Address): Promise<void>
  }
  readonly lock: Pick<TabLock, 'acquire' | 'takeOver' | 'release'>
  readonly announcer: Pick<Announcer, 'prime' | 'announce' | 'speak'>
  readonly ownSocket: string
  /** @throws RangeError with a sentence for people */
  parseAddress(text: string, near?: string): Address
  fetchConfig(): Promise<ServerConfig | null>
  enrol(name: string, password: string): Promise<Enrolment>
  /** Finds where accounts of `domain` are served; see `discover` of `chat/`. */
  discover(
    domain: string,
    clues: Clues,
    sink: (step: DiscoveryStep) => void,
  ): Promise<FoundServer | null>
  /** Checks the way of an account; see `diagnose` of `chat/`. @returns what stops it */
  diagnose(
    account: Pick<ChatAccount, 'address' | 'password' | 'server' | 'found'>,
    sink: (diagnosis: Diagnosis) => void,
  ): () => void
  createClient(
    account: ChatAccount,
    sink: Sink<ChatEvent>,
    keyringHost: KeyringHost,
  ): Promise<LentClient>
  /** For a backup that says itself whose it is. */
  lendKeyring(host: Omit<KeyringHost, 'aside'>): Promise<LentKeyring>
  /** Deletes everything that is kept of it here. @returns false if another tab has it open */
  forgetAccount(address: Address): Promise<boolean>
  /** True once for each account of this browser. */
  remindOnce(address: Address): boolean
  drafts(account: Address): Drafts
  /** Speaks the language from now on. */
  speak(language: Settings['language']): Promise<void>
  loadSettings(): Settings
  saveSettings(settings: Settings): void
  askNotifications(): Promise<void>
  showUnread(unread: number, title: string): void
  after(ms: number, task: () => void): () => void
  now(): number
}

/** What the accounts of one page have in common. */
class Page {
  readonly accounts = new Accounts()
  readonly announcer = new Announcer((peer, account) =>
    this.#each(({ onOpen }) => onOpen(peer, account)),
  )
  readonly #listeners = new Set<WorldEvents>()
  #isListening = false

  connect(events: WorldEvents): () => void {
    this.#listeners.add(events)
    if (this.#isListening) events.onAttention(hasAttention())
    else this.#listen()
    return () => void this.#listeners.delete(events)
  }

  #listen(): void {
    this.#isListening = true
    listen({
      onAttention: (is) => this.#each(({ onAttention }) => onAttention(is)),
      onNetwork: () => this.#each(({ onNetwork }) => onNetwork()),
      onActivity: () => this.#each(({ onActivity }) => onActivity()),
      onLeave: () => this.#each(({ onLeave }) => onLeave()),
      mayLeave: () => [...this.#listeners].every(({ mayLeave }) => mayLeave()),
    })
  }

  #each(tell: (events: WorldEvents) => void): void {
    for (const events of this.#listeners) tell(events)
  }
}

/** @param lend - a SIP connection that is there already */
export function browserWorld(lend: Pick<ChatSetup, 'sipAgent'> = {}, page = new Page()): World {
  let events: WorldEvents | null = null
  const { accounts, announcer } = page
  const lock = new TabLock(async () => events?.onTaken())
  return {
    connect(given) {
      events = given
      const disconnect = page.connect(given)
      return () => {
        disconnect()
        lock.close()
      }
    },
    accounts,
    lock,
    announcer,
    ownSocket: ownSocket(location),
    parseAddress,
    fetchConfig: () => fetchConfig(fetch),
    enrol: (name, password) => enrol(fetch, name, password),
    async discover(domain, clues, step) {
      const { discover } = await chatStack()
      return await discover(domain, clues, env, step)
    },
    diagnose(account, tell) {
      const stop = chatStack().then(({ diagnose }) =>
        diagnose({
          account: { ...account, displayName: null, instanceId: '' },
          env,
          instanceId: crypto.randomUUID(),
          sink: tell,
        }),
      )
      return () => void stop.then((stopIt) => stopIt())
    },
    async createClient(account, sink, keyringHost) {
      const { ChatClient, Keyring, startOtrWorker } = await chatStack()
      // Asked for once there is something to keep; without it a browser may clear keys and contacts.
      void navigator.storage?.persist?.()
      const otr = startOtrWorker()
      const store = new IndexedDbStore(account.address)
      const { openShelf } = await import('./files/file-shelf.ts')
      const shelf = await openShelf(account.address)
      const keyring = new Keyring(account.address, otr.vault, () => store, keyringHost)
      const client = new ChatClient({
        account,
        env,
        otr,
        store,
        sink,
        files: shelf,
        ...lend,
      })
      return {
        client,
        keyring,
        shelf,
        dispose() {
          otr.dispose()
          void store.close()
        },
      }
    },
    async lendKeyring(host) {
      const { lendKeyring } = await import('./spare-keyring.ts')
      return await lendKeyring(await chatStack(), accounts, lock, host)
    },
    async forgetAccount(address) {
      const { forgetAccount } = await import('./spare-keyring.ts')
      return await forgetAccount(await chatStack(), accounts, lock, address)
    },
    remindOnce(address) {
      const key = `sotto.reminded ${address}`
      const isFirst = localStorage.getItem(key) === null
      if (isFirst) localStorage.setItem(key, '1')
      return isFirst
    },
    drafts: (account) => new Drafts(localStorage, account),
    async speak(choice) {
      const spoken = await speak(choice, navigator.languages)
      document.documentElement.lang = spoken
      document.documentElement.dir = directionOf(spoken)
    },
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

/** Makes one world after the other on one page: each has a lock of its own, and the rest is shared. */
export function browserWorlds(): () => World {
  const page = new Page()
  return () => browserWorld({}, page)
}

/** Asked for as soon as the first screen is drawn, and waited for where it is needed. */
function chatStack() {
  return import('./chat-stack.ts')
}

const env: ChatEnv = {
  connect: (url, protocol) => new WebSocket(url, protocol),
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  now: () => Date.now(),
  after,
}

function hasAttention(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}

function listen({
  onAttention,
  onNetwork,
  onActivity,
  onLeave,
  mayLeave,
}: Omit<WorldEvents, 'onOpen' | 'onTaken'>): void {
  const attention = () => onAttention(hasAttention())
  for (const type of ['focus', 'blur']) addEventListener(type, attention)
  const touched = { capture: true, passive: true }
  for (const type of ['keydown', 'pointerdown', 'wheel', 'touchstart'])
    addEventListener(type, () => onActivity(), touched)
  document.addEventListener('visibilitychange', attention)
  // The DOM's types do not know it; Chromium and Android's browsers have it.
  const { connection = null } = navigator as { readonly connection?: EventTarget }
  watchNetwork({ window, document, connection, now: () => Date.now(), after }, onNetwork)
  addEventListener('pagehide', onLeave)
  // The browser asks in its own words.
  addEventListener('beforeunload', (event) => {
    if (!mayLeave()) event.preventDefault()
  })
  attention()
}

function after(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}
