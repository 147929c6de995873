import { randomFillSync, randomUUID } from 'node:crypto'
import { WebSocket as NodeWebSocket } from 'ws'
import { type Edge, startEdge } from '../../edge/index.ts'
import { createOtrEngine } from '../../otr/index.ts'
import { parseAddress } from '../address.ts'
import { ChatClient } from '../client.ts'
import type { ChatEnv } from '../client-door.ts'
import type { Address, ChatEvent, Message, Notice, Privacy } from '../events.ts'
import { MemoryStore } from './memory-store.ts'

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
}

const PASSWORD = 'correct horse'

export async function stage(): Promise<Stage> {
  const frames: Uint8Array[] = []
  const names = new Set<string>()
  const actors: Actor[] = []
  const start = async (port: number) => {
    const tap = (frame: Uint8Array) => void frames.push(frame.slice())
    const edge = await startEdge({ port, dataDir: null, webRoot: null, tap })
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

/** A client and all it has told. */
export class Actor {
  readonly client: ChatClient
  readonly address: Address
  readonly store: MemoryStore
  readonly events: ChatEvent[] = []
  #isIn = false
  #waiters = new Set<() => void>()

  constructor(edge: Edge, name: string, { store = new MemoryStore(), speed = 1 }: ActorOptions) {
    const env = nodeEnv(speed)
    this.store = store
    this.address = parseAddress(name, edge.domain)
    this.client = new ChatClient({
      account: {
        address: this.address,
        password: PASSWORD,
        server: edge.wsUrl,
        displayName: name,
        instanceId: randomUUID(),
      },
      env,
      otr: createOtrEngine(env, store.keys),
      store,
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
    return this.events.findLast((event) => event.type === 'privacy' && event.peer === peer)?.privacy
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

/** A test that waits longer than this for an event has failed. */
const PATIENCE_MS = 15_000

function nodeEnv(speed: number): ChatEnv {
  return {
    connect: (url, protocol) =>
      new NodeWebSocket(url, protocol, { perMessageDeflate: false }) as unknown as WebSocket,
    random: (length) => randomFillSync(new Uint8Array(length)),
    now: () => Date.now(),
    after: (ms, task) => {
      const timer = setTimeout(task, ms / speed)
      return () => clearTimeout(timer)
    },
  }
}
