import { randomFillSync, randomUUID } from 'node:crypto'
import { WebSocket as NodeWebSocket } from 'ws'
import { type Edge, type EdgeEnv, type EdgeOptions, startEdge } from '../../edge/index.ts'
import { createOtrEngine, type OtrEngine } from '../../otr/index.ts'
import { parseAddress } from '../address.ts'
import { ChatClient } from '../client.ts'
import type { ChatEnv } from '../client-door.ts'
import type {
  Address,
  ChatEvent,
  Contact,
  Message,
  Notice,
  Privacy,
  Verification,
} from '../events.ts'
import type { FileHost } from '../file-door.ts'
import { storeWithKey } from './account-key.ts'
import { type MemoryKeyStore, MemoryStore } from './memory-store.ts'

/** An edge of its own, and the clients that a test puts on it. */
export interface Stage {
  readonly edge: Edge
  /** All that crossed the relay, as text. */
  readonly wire: () => string
  /** A client that is signed in, or will be in a moment. */
  actor(name: string, options?: ActorOptions): Promise<Actor>
  address(name: string): Address
  /** Stops the edge and starts another in its place, with the same accounts. */
  restart(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export interface ActorOptions {
  readonly store?: MemoryStore
  /** The client's hours pass this many times faster: its time-outs come early. */
  readonly speed?: number
  readonly signIn?: boolean
  readonly password?: string
  /** Stands between the client and its server, and rewrites what SIP the client receives. */
  readonly forge?: (sip: string) => string
  /** Stands before the OTR engine, to behave as other software does. */
  readonly otr?: (engine: OtrEngine) => OtrEngine
  /** Where received files go. */
  readonly files?: FileHost
}

/** Everybody's. */
export const PASSWORD = 'correct horse'

/** What an edge is lent whose timers run this many times faster, such as the 5 s between rosters. */
export function hurried(speed: number): EdgeEnv {
  return {
    now: () => Date.now(),
    random: (length) => randomFillSync(new Uint8Array(length)),
    after(ms, task) {
      const timer = setTimeout(task, ms / speed).unref()
      return () => clearTimeout(timer)
    },
  }
}

/** @param options - of its edge, where a test needs another than the usual one */
export async function stage(options: Partial<EdgeOptions> = {}): Promise<Stage> {
  const frames: Uint8Array[] = []
  const names = new Set<string>()
  const actors: Actor[] = []
  const start = async (port: number) => {
    const tap = (frame: Uint8Array) => void frames.push(frame.slice())
    const edge = await startEdge({ port, dataDir: null, webRoot: null, tap, ...options })
    for (const name of names) await edge.enrol(name, PASSWORD)
    return edge
  }
  let edge = await start(0)
  return {
    get edge() {
      return edge
    },
    wire: () => frames.map((frame) => Buffer.from(frame).toString('utf8')).join('\n'),
    async actor(name, options = {}) {
      if (!names.has(name)) await edge.enrol(name, PASSWORD)
      names.add(name)
      const actor = new Actor(edge, name, options)
      actors.push(actor)
      if (options.signIn ?? true) await actor.signIn()
      return actor
    },
    address: (name) => parseAddress(name, edge.domain),
    async restart() {
      const port = Number(new URL(edge.url).port)
      await edge.close()
      edge = await start(port)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(actors.map((actor) => actor.leave()))
      await edge.close()
    },
  }
}

/** A server of any kind, as far as a client must know it. */
export type ChatServer = Pick<Edge, 'domain' | 'wsUrl'>

/** A client and all it has told. */
export class Actor {
  readonly client: ChatClient
  readonly address: Address
  readonly store: MemoryStore
  readonly events: ChatEvent[] = []
  readonly #machine: Machine = { sockets: [], isDead: false }
  #isIn = false
  /** Milliseconds by which this one's clock goes fast. */
  #ahead = 0
  #waiters = new Set<() => void>()

  constructor(server: ChatServer, name: string, options: ActorOptions) {
    const { store, speed = 1, password = PASSWORD, otr = (engine) => engine } = options
    const env = {
      ...nodeEnv(speed, this.#machine, options.forge ?? null),
      now: () => Date.now() + this.#ahead,
    }
    this.store = store ?? new MemoryStore(keysOf(server, name))
    this.address = parseAddress(name, server.domain)
    this.client = new ChatClient({
      account: {
        address: this.address,
        password,
        server: server.wsUrl,
        displayName: name,
        instanceId: randomUUID(),
      },
      env,
      otr: otr(createOtrEngine(env, this.store.keys)),
      store: this.store,
      ...(options.files && { files: options.files }),
      sink: (event) => {
        this.events.push(event)
        for (const wake of [...this.#waiters]) wake()
      },
    })
  }

  async signIn(): Promise<void> {
    this.#isIn = true
    this.client.signIn()
    await this.until((event) => event.type === 'account' && event.account.state === 'online')
  }

  async leave(): Promise<void> {
    if (this.#isIn) await this.client.signOut()
    this.#isIn = false
  }

  /** So much time has passed, by this one's clock; timers do not notice. */
  later(ms: number): void {
    this.#ahead += ms
  }

  /** The machine dies: no word to anybody, and nothing is heard any more. */
  vanish(): void {
    this.#isIn = false
    this.#machine.isDead = true
    for (const socket of this.#machine.sockets) {
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.terminate()
    }
  }

  /** The network fails under every connection; the client lives on. */
  cut(): void {
    for (const socket of this.#machine.sockets) socket.terminate()
  }

  /** The network carries nothing any more, and says nothing of it, under every connection of now. */
  strand(): void {
    for (const socket of this.#machine.sockets) {
      socket.send = () => {}
      socket.pong = () => {}
      socket.removeAllListeners('message')
      socket.onmessage = null
    }
  }

  /** The server sends what no server should, on every open socket of this kind. */
  mishear(protocol: 'sip' | 'msrp', text: string): void {
    for (const socket of this.#machine.sockets) {
      if (socket.protocol !== protocol || socket.readyState !== socket.OPEN) continue
      socket.emit('message', Buffer.from(text), false)
    }
  }

  /** The first event, past or to come, that matches; those before `from` do not count. */
  until<E extends ChatEvent>(
    matches: ((event: ChatEvent) => event is E) | ((event: ChatEvent) => boolean),
    from = 0,
  ): Promise<E> {
    return this.#eventually(
      () => this.events.slice(from).find(matches) as E | undefined,
      () => matches.toString(),
    )
  }

  /** Resolves once the newest privacy of the conversation is in this state. */
  privacy(peer: Address, state: Privacy['state']): Promise<Privacy> {
    return this.#eventually(
      () => {
        const now = this.privacyNow(peer)
        return now?.state === state ? now : undefined
      },
      () => `${state}, not ${this.privacyNow(peer)?.state}`,
    )
  }

  privacyNow(peer: Address): Privacy | undefined {
    return this.all('privacy').findLast((event) => event.peer === peer)?.privacy
  }

  /** Everything told of one kind, oldest first. */
  all<T extends ChatEvent['type']>(type: T): Extract<ChatEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<ChatEvent, { type: T }> => {
      return event.type === type
    })
  }

  /** Resolves once the newest verification of the conversation is at this step. */
  verification<S extends Verification['step']>(
    step: S,
    from = 0,
  ): Promise<Extract<Verification, { step: S }>> {
    type Step = Extract<Verification, { step: S }>
    return this.#eventually(
      () =>
        this.events
          .slice(from)
          .filter((event) => event.type === 'verification')
          .map(({ verification }) => verification)
          .find((verification): verification is Step => verification.step === step),
      () => `verification ${step}`,
    )
  }

  fault(code: string): Promise<ChatEvent> {
    return this.until((event) => event.type === 'fault' && event.fault.code === code)
  }

  contact(peer: Address): Contact | undefined {
    return this.all('contact').findLast(({ contact }) => contact.peer === peer)?.contact
  }

  /** Resolves once a message with this text has come from the peer. */
  hears(text: string): Promise<Message> {
    return this.#eventually(
      () => this.heard().find((message) => message.text === text),
      () => `hearing ${text}`,
    )
  }

  /** What others said, in the order in which it was told. */
  heard(): Message[] {
    return this.events
      .filter((event) => event.type === 'message')
      .map(({ message }) => message)
      .filter(({ author }) => author === 'peer')
  }

  /** Resolves once own message has got this far. */
  delivery(id: string, delivery: Message['delivery']): Promise<ChatEvent> {
    return this.until(
      (event) => event.type === 'delivery' && event.id === id && event.delivery === delivery,
    )
  }

  notice(code: Notice['code'], from = 0): Promise<Notice> {
    return this.#eventually(
      () =>
        this.events
          .slice(from)
          .filter((event) => event.type === 'notice')
          .find(({ notice }) => notice.code === code)?.notice,
      () => `notice ${code}`,
    )
  }

  #eventually<T>(look: () => T | undefined, what: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = look()
        if (found === undefined) return
        this.#waiters.delete(check)
        clearTimeout(timer)
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.#waiters.delete(check)
        const last = this.events.slice(-12).map((event) => JSON.stringify(event))
        reject(new Error(`${this.address} waits for ${what()}\n${last.join('\n')}`))
      }, PATIENCE_MS)
      this.#waiters.add(check)
      check()
    })
  }
}

/** A name has the same key in all tests of a file. */
function keysOf({ domain }: ChatServer, name: string): MemoryKeyStore {
  const account = parseAddress(name, domain)
  const keys = KEYS.get(account) ?? storeWithKey(account)
  KEYS.set(account, keys)
  return keys
}

const KEYS = new Map<Address, MemoryKeyStore>()

/** A test that waits longer than this for an event has failed. */
const PATIENCE_MS = 30_000

/** What an app runs on. A dead one's timers stand still, so that nothing is tried again. */
interface Machine {
  readonly sockets: NodeWebSocket[]
  isDead: boolean
}

function nodeEnv(speed: number, machine: Machine, forge: ActorOptions['forge'] | null): ChatEnv {
  return {
    connect: (url, protocol) => {
      const socket = new NodeWebSocket(url, protocol, { perMessageDeflate: false })
      machine.sockets.push(socket)
      if (machine.isDead) socket.terminate()
      if (forge && protocol === 'sip') forgeMessages(socket, forge)
      return socket as unknown as WebSocket
    },
    random: (length) => randomFillSync(new Uint8Array(length)),
    now: () => Date.now(),
    after: (ms, task) => {
      const timer = setTimeout(() => {
        if (!machine.isDead) task()
      }, ms / speed)
      return () => clearTimeout(timer)
    },
  }
}

/** Alice and Bob, each in the other's contacts, in an encrypted conversation that Alice opened. */
export async function couple(on: Stage, options: ActorOptions = {}) {
  const [alice, bob] = await Promise.all([on.actor('alice', options), on.actor('bob', options)])
  alice.client.addContact(bob.address, null)
  bob.client.addContact(alice.address, null)
  alice.client.open(bob.address)
  await Promise.all([
    alice.privacy(bob.address, 'unverified'),
    bob.privacy(alice.address, 'unverified'),
  ])
  return { alice, bob }
}

function forgeMessages(socket: NodeWebSocket, forge: (sip: string) => string): void {
  const emit = socket.emit.bind(socket)
  socket.emit = (event: string | symbol, ...args: unknown[]) => {
    const [data, ...rest] = args
    if (event !== 'message') return emit(event, ...args)
    return emit(event, Buffer.from(forge(String(data))), ...rest)
  }
}
