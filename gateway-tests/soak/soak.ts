import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hurried, PASSWORD } from '../../chat/testing/stage.ts'
import { type Edge, startEdge } from '../../edge/index.ts'
import { FAULT_NAMES, FAULTS, type FaultName, type Scene } from './faults.ts'
import { type Fate, Person } from './person.ts'
import { brokenPromises } from './promises.ts'
import { repeatable } from './repeatable.ts'
import { CALM, TroubledWire } from './troubled-wire.ts'

export interface SoakOptions {
  /** That each of the two says. */
  readonly messages: number
  /** The same seed gives the same schedule; what it meets is as chance will have it. */
  readonly seed: number
  /** How many times faster the timers of clients and server run. */
  readonly speed: number
  readonly onProgress?: (line: string) => void
}

export interface SoakResult {
  /** How often each happened. */
  readonly faults: Readonly<Record<FaultName, number>>
  /** That passed by the clients' timers. */
  readonly hours: number
  /** How often an app was started. */
  readonly lives: number
  /** Gaps that were shown, and messages that went out again. */
  readonly gaps: number
  readonly resent: number
  /** What the senders' screens said of all messages at the end, by delivery. */
  readonly fates: Readonly<Record<string, number>>
  /** Empty if all promises were kept. */
  readonly broken: readonly string[]
}

/** One of two people says something, or something goes wrong. */
const FAULT_SHARE = 0.12
/** The longest pause between two of these, in milliseconds of the clients' time. */
const PAUSE_MS = 3_000

/** Two people write to each other through a network, from machines and over a server that fail. */
export async function soak({
  messages,
  seed,
  speed,
  onProgress,
}: SoakOptions): Promise<SoakResult> {
  const random = repeatable(seed)
  const began = performance.now()
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / speed))
  const broken: string[] = []
  const faults = Object.fromEntries(FAULT_NAMES.map((name) => [name, 0])) as Record<
    FaultName,
    number
  >
  await using server = await Server.start(speed, (clear) => broken.push(`in the clear: ${clear}`))
  await using aliceWire = await TroubledWire.start(server.url, repeatable(seed + 1))
  await using bobWire = await TroubledWire.start(server.url, repeatable(seed + 2))
  const alice = new Person('alice', aliceWire, server.domain, speed)
  const bob = new Person('bob', bobWire, server.domain, speed)
  const pair = [alice, bob] as const
  await server.enrol(pair)
  for (const [person, peer] of [pair, [bob, alice] as const]) {
    await person.signIn()
    person.actor.client.addContact(peer.address, null)
    person.actor.client.setAlwaysOtr(peer.address, true)
    person.actor.client.setHistory(peer.address, 'keep')
  }

  // All of them come before one comes again.
  const deck: FaultName[] = []
  let trouble: Promise<void> | null = null
  while (pair.some(({ said }) => said.length < messages)) {
    const [person, peer] = random() < 0.5 ? pair : ([bob, alice] as const)
    if (trouble === null && random() < FAULT_SHARE) {
      if (deck.length === 0) deck.push(...FAULT_NAMES)
      const [name] = deck.splice(Math.floor(random() * deck.length), 1) as [FaultName]
      faults[name]++
      onProgress?.(`${person.said.length}: ${person.name}: ${name}`)
      const scene: Scene = {
        person,
        random,
        pause,
        restartEdge: (how) => server.restart(how, pair),
      }
      trouble = FAULTS[name](scene).then(() => {
        trouble = null
      })
    } else if (person.said.length < messages) person.say(peer.address)
    await pause(random() * PAUSE_MS)
  }
  await trouble
  await settle(pair, pause)
  for (const person of pair) await person.leave()
  for (const [from, to] of [pair, [bob, alice] as const]) broken.push(...brokenPromises(from, to))
  const fates = pair.flatMap((person) => [...person.fates().values()])
  return {
    faults,
    hours: ((performance.now() - began) * speed) / 3_600_000,
    lives: alice.screens().length + bob.screens().length,
    gaps: alice.gaps() + bob.gaps(),
    resent: fates.filter(({ resent }) => resent).length,
    fates: counted(fates.map(({ delivery }) => delivery)),
    broken,
  }
}

/** Everything works again: waits until what was written is where it can get, an hour at most. */
async function settle(
  pair: readonly [Person, Person],
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  const [alice, bob] = pair
  for (const { wire } of pair) wire.trouble = CALM
  alice.actor.client.open(bob.address)
  const isOnItsWay = ({ delivery, reason }: Fate) =>
    delivery === 'queued' || (delivery === 'sent' && reason === null)
  for (let minute = 0; minute < 60; minute++) {
    if (!pair.some((person) => [...person.fates().values()].some(isOnItsWay))) return
    await pause(60_000)
  }
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** The embedded edge, which comes back in its old place with its old accounts. */
class Server implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sotto-soak-'))
  readonly #speed: number
  readonly #onClear: (words: string) => void
  #edge: Edge | null = null

  private constructor(speed: number, onClear: (words: string) => void) {
    this.#speed = speed
    this.#onClear = onClear
  }

  /** @param onClear - what was to be read in a frame at the relay */
  static async start(speed: number, onClear: (words: string) => void): Promise<Server> {
    const server = new Server(speed, onClear)
    await server.#begin(0)
    return server
  }

  get url(): string {
    return this.#edge!.wsUrl
  }

  get domain(): string {
    return this.#edge!.domain
  }

  async enrol(people: readonly Person[]): Promise<void> {
    for (const { name } of people) await this.#edge!.enrol(name, PASSWORD)
  }

  /** Killed: whoever was connected hears nothing of its end but broken connections. */
  async restart(how: 'killed' | 'in order', people: readonly Person[]): Promise<void> {
    const port = Number(new URL(this.#edge!.url).port)
    if (how === 'killed') for (const { wire } of people) wire.cut()
    await this.#edge!.close()
    await this.#begin(port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#edge!.close()
    rmSync(this.#folder, { recursive: true })
  }

  async #begin(port: number): Promise<void> {
    this.#edge = await startEdge({
      port,
      dataDir: this.#folder,
      webRoot: null,
      env: hurried(this.#speed),
      tap: (frame) => {
        const words = /\w+ says number \d+/.exec(Buffer.from(frame).toString('latin1'))
        if (words !== null) this.#onClear(words[0])
      },
    })
  }
}
