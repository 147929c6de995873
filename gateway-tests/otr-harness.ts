import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import {
  createOtrEngine,
  type KeyRecord,
  type KeyStore,
  type OtrCommand,
  type OtrEvent,
  type OtrVersion,
} from '../otr/index.ts'

/*
 * Other people's OTR as a program of its own, ours through the room's door, and a wire between them
 * that belongs to the test. The programs are in `otr-peers/`: one JSON command a line in, events out,
 * `done` after each command, so that nothing here waits for time to pass.
 */

export interface PeerProgram {
  readonly name: string
  /** Command and arguments. @throws Error with the package's name if it is not installed */
  command(): readonly [string, ...string[]]
}

export const OTR3: PeerProgram = { name: 'otr3 of 2016-10-15', command: () => [builtOtr3()] }

export const POTR: PeerProgram = {
  name: 'potr 1.0.2',
  command() {
    needs('python3-potr', '/usr/lib/python3/dist-packages/potr/context.py')
    // Debian's packages are there for Debian's Python alone.
    return ['/usr/bin/python3', '-B', join(PROGRAMS, 'potr-peer.py')]
  },
}

const GO_CODE = '/usr/share/gocode'
const PROGRAMS = join(import.meta.dirname, 'otr-peers')
const CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'sotto')

function needs(name: string, file: string): void {
  if (!existsSync(file))
    throw new Error(`This test needs the Debian package ${name}: apt-get install ${name}`)
}

/** The path of the Go program, which is built unless it is there for this very source. */
function builtOtr3(): string {
  const source = join(PROGRAMS, 'otr3', 'main.go')
  const hash = createHash('sha256').update(readFileSync(source)).digest('hex')
  const program = join(CACHE, `otr3-peer-${hash.slice(0, 16)}`)
  if (existsSync(program)) return program
  needs('golang-go', '/usr/bin/go')
  needs('golang-github-twstrike-otr3-dev', `${GO_CODE}/src/github.com/twstrike/otr3`)
  mkdirSync(CACHE, { recursive: true })
  const unfinished = `${program}.${process.pid}`
  const { status, stderr } = spawnSync('/usr/bin/go', ['build', '-o', unfinished, source], {
    encoding: 'utf8',
    env: {
      ...process.env,
      GO111MODULE: 'off', // The library comes from Debian, not from the network.
      GOFLAGS: '',
      GOPATH: GO_CODE,
      GOCACHE: join(CACHE, 'go'),
    },
  })
  if (status !== 0) throw new Error(`The program around otr3 does not build:\n${stderr}`)
  renameSync(unfinished, program)
  return program
}

export type PeerCommand =
  | { readonly op: 'receive' | 'send'; readonly text: string }
  | { readonly op: 'start' | 'end' | 'smpAbort' }
  | { readonly op: 'smpStart'; readonly secret: string; readonly question?: string }
  | { readonly op: 'smpAnswer'; readonly secret: string }
  | { readonly op: 'extraKey'; readonly use: number; readonly data: string }
  | { readonly op: 'fragmentAbove'; readonly fragmentAbove: number }
  /** otr3 alone: from now on it hears queries soon after a handshake, too. */
  | { readonly op: 'listen' }

/** What the peer told its application, in order. Fingerprints, session ids and keys are in hex. */
export type PeerEvent =
  | { readonly ev: 'secure' | 'stillSecure'; readonly fingerprint: string; readonly ssid: string }
  | { readonly ev: 'ended' }
  | { readonly ev: 'text'; readonly text: string }
  | { readonly ev: 'smp'; readonly step: string; readonly question: string }
  | { readonly ev: 'extraKey'; readonly use: number; readonly data: string; readonly key: string }
  | { readonly ev: 'error'; readonly error: string }

type Line =
  | PeerEvent
  | { readonly ev: 'ready'; readonly fingerprint: string }
  | { readonly ev: 'wire'; readonly text: string }
  | { readonly ev: 'done' }

/** One user of the other implementation, who talks to one peer. */
export class OtrPeer {
  /** Texts for the network, not yet taken. */
  outbox: string[] = []
  readonly events: PeerEvent[] = []
  fingerprint = ''
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>
  #stderr = ''

  /** @param key - the file where its key is or will be. Default: one that ends with the program */
  constructor(
    program: PeerProgram,
    fragmentAbove: number,
    tags: boolean,
    key: string | null = null,
  ) {
    const [command, ...args] = program.command()
    this.#child = spawn(command, [...args, JSON.stringify({ fragmentAbove, tags, key })])
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.#child.stdin.on('error', () => {}) // It died: the next read says so, with its last words.
  }

  [Symbol.dispose](): void {
    this.#child.kill()
  }

  /** Runs one command to its end. */
  async run(command: PeerCommand): Promise<void> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`)
    await this.listen()
  }

  /** Reads until the program has no more to say about its last command, or about its start. */
  async listen(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done) throw new Error(`The peer's program ended: ${this.#stderr}`)
      const line = JSON.parse(value) as Line
      if (line.ev === 'done') return
      if (line.ev === 'wire') this.outbox.push(line.text)
      else if (line.ev === 'ready') this.fingerprint = line.fingerprint
      else this.events.push(line)
    }
  }

  all<Kind extends PeerEvent['ev']>(kind: Kind): Extract<PeerEvent, { ev: Kind }>[] {
    return this.events.filter((event) => event.ev === kind) as Extract<PeerEvent, { ev: Kind }>[]
  }

  get texts(): string[] {
    return this.all('text').map(({ text }) => text)
  }

  get smp(): string[] {
    return this.all('smp').map(({ step }) => step)
  }
}

const ACCOUNT = 'sip:alice@example.com'
let record: KeyRecord | null = null // One key for all tests: making it is tested elsewhere.
const KEYS: KeyStore = {
  load: async () => record,
  save: async (_, saved) => {
    record = saved
  },
}

/** Our end, through the room's door. */
export class Ours {
  outbox: string[] = []
  readonly events: OtrEvent[] = []
  fingerprint = ''
  /** How far our clock is ahead of the world's, in milliseconds. */
  ahead = 0
  readonly #engine = createOtrEngine(
    {
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      now: () => Date.now() + this.ahead,
    },
    KEYS,
  )

  async open(versions: readonly OtrVersion[], fragmentAbove: number, tags: boolean): Promise<void> {
    this.fingerprint = (await this.#engine.identity(ACCOUNT)).fingerprint
    const policy = {
      allowV2: versions.includes(2),
      allowV3: versions.includes(3),
      requireEncryption: false,
      sendWhitespaceTag: tags,
      whitespaceStartsAke: tags,
      errorStartsAke: false,
    }
    const profile = { fragmentAbove: fragmentAbove || null, padTo: 256, errors: true }
    await this.#engine.open('peer', { account: ACCOUNT, policy, profile })
  }

  [Symbol.dispose](): void {
    this.#engine.dispose()
  }

  async run(command: OtrCommand): Promise<void> {
    const { wire, events } = await this.#engine.run('peer', command)
    this.outbox.push(...wire.map(({ text }) => text))
    this.events.push(...events)
  }

  send(text: string): Promise<void> {
    return this.run({ op: 'send', id: 'text', text })
  }

  all<Type extends OtrEvent['type']>(type: Type): Extract<OtrEvent, { type: Type }>[] {
    return this.events.filter((event) => event.type === type) as Extract<OtrEvent, { type: Type }>[]
  }

  get texts(): string[] {
    return this.all('text').map(({ text }) => text)
  }

  get smp(): string[] {
    return this.all('smp').map(({ step }) => step)
  }

  get state() {
    return this.all('state').at(-1)
  }
}

export type Who = 'we' | 'they'

export interface MeetingSetup {
  readonly versions: readonly OtrVersion[]
  /** Characters, for both; 0 for no fragments. */
  readonly fragmentAbove?: number
  /** Who puts whitespace tags into plain text, and begins a handshake at the sight of one. */
  readonly tags?: readonly Who[]
}

/** We, they, and the wire between. */
export class Meeting {
  readonly ours = new Ours()
  readonly theirs: OtrPeer
  readonly #log: string[] = []

  private constructor(theirs: OtrPeer) {
    this.theirs = theirs
  }

  static async begin(program: PeerProgram, setup: MeetingSetup): Promise<Meeting> {
    const { versions, fragmentAbove = 0, tags = [] } = setup
    const meeting = new Meeting(new OtrPeer(program, fragmentAbove, tags.includes('they')))
    await meeting.theirs.listen()
    await meeting.ours.open(versions, fragmentAbove, tags.includes('we'))
    return meeting
  }

  [Symbol.dispose](): void {
    this.theirs[Symbol.dispose]()
    this.ours[Symbol.dispose]()
  }

  async start(who: Who): Promise<void> {
    await (who === 'we' ? this.ours : this.theirs).run({ op: 'start' })
    await this.settle()
  }

  async say(who: Who, text: string): Promise<void> {
    if (who === 'we') await this.ours.send(text)
    else await this.theirs.run({ op: 'send', text })
  }

  /** Carries the oldest text that `who` has for the other, if there is one. */
  async carry(who: Who): Promise<void> {
    const text = (who === 'we' ? this.ours : this.theirs).outbox.shift()
    if (text !== undefined) await this.deliver(who === 'we' ? 'they' : 'we', text)
  }

  async deliver(to: Who, text: string): Promise<void> {
    this.#log.push(`${to === 'we' ? '<-' : '->'} ${text}`)
    await (to === 'we' ? this.ours : this.theirs).run({ op: 'receive', text })
  }

  /** Carries until neither has anything to say. */
  async settle(): Promise<void> {
    while (this.ours.outbox.length + this.theirs.outbox.length > 0) {
      await this.carry(this.ours.outbox.length > 0 ? 'we' : 'they')
    }
  }

  /** What the wire carried and what both made of it, for whoever looks for a fault. */
  get log(): string {
    const events = (from: readonly object[]) => from.map((event) => JSON.stringify(event))
    return [
      ...this.#log,
      '-- our events',
      ...events(this.ours.events),
      '-- their events',
      ...events(this.theirs.events),
      '',
    ].join('\n')
  }
}
