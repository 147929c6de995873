import { LIBOTR_POLICY, LibotrPeer } from '../libotr.ts'
import {
  OTR3,
  OtrPeer,
  type PeerCommand,
  type PeerEvent,
  type PeerProgram,
  POTR,
} from '../otr-harness.ts'
import { ClientHome } from './client-home.ts'
import { EventLog } from './event-log.ts'
import type {
  ClientEvent,
  ClientState,
  XmppClient,
  XmppClientKind,
  XmppClientOptions,
} from './xmpp-client.ts'
import { bareJid, XmppStream } from './xmpp-stream.ts'

const ABORTS = 'it sends an abort where the specification wants the last message of a failed SMP'
const GIVES_WAY = 'it gives way although its commit is the higher one; the next query mends that'

export const LIBOTR_CLIENT: XmppClientKind = {
  name: 'libotr 4.1.1',
  packages: ['libotr5'],
  drivenBy: 'calls in process, behind `xmpp-stream.ts`',
  limits: {},
  start: (options) => LibraryClient.start('libotr', options, async (how) => new Libotr(how)),
}

export const OTR3_CLIENT: XmppClientKind = {
  name: 'otr3 of 2016-10-15',
  packages: ['golang-go', 'golang-github-twstrike-otr3-dev'],
  drivenBy: 'JSON lines, behind `xmpp-stream.ts`',
  limits: {
    changesVersion: 'a query for another version than that of its last handshake goes unanswered',
    crossesHandshakes: GIVES_WAY,
    showsFailure: ABORTS,
    abortsSmp: 'it exports no way to abort',
  },
  start: (options) => LibraryClient.start('otr3', options, (how) => startProgram(OTR3, how)),
}

export const POTR_CLIENT: XmppClientKind = {
  name: 'potr 1.0.2',
  packages: ['python3-potr'],
  drivenBy: 'JSON lines, behind `xmpp-stream.ts`',
  limits: {
    version3: 'a query for version 3 alone goes unanswered',
    changesVersion: 'it speaks one version',
    crossesHandshakes: GIVES_WAY,
    showsFailure: ABORTS,
  },
  start: (options) => LibraryClient.start('potr', options, (how) => startProgram(POTR, how)),
}

/** An OTR that somebody else wrote, without a program around it. */
interface Library {
  readonly fingerprint: string
  /** Whom it encrypts for; `null` if for nobody so far. */
  readonly peerFingerprint: string | null
  /** Runs one command to its end. */
  run(command: PeerCommand): Promise<LibraryOutput>
  stop(): void
}

interface LibraryOutput {
  readonly wire: readonly string[]
  readonly events: readonly PeerEvent[]
}

interface LibraryOptions {
  /** Whether whitespace tags are sent and answered. */
  readonly tags: boolean
  /** Where its key is, or will be. */
  readonly keyFile: string
}
type StartLibrary = (options: LibraryOptions) => Promise<Library>

const KEY = 'key'

/**
 * The least of an XMPP client around a library of OTR: it keeps the key, tells that its user types
 * (XEP-0085) and gives receipts (XEP-0184).
 */
class LibraryClient implements XmppClient {
  readonly events = new EventLog<ClientEvent>(() => this.log())
  readonly #options: XmppClientOptions
  readonly #startLibrary: StartLibrary
  readonly #home: ClientHome
  #library: Library
  #stream: XmppStream
  #state: ClientState = 'plaintext'
  /** Whether the peer's question was the last that was asked: its answer proves us, not them. */
  #wasAsked = false
  #work: Promise<void> = Promise.resolve()

  private constructor(
    options: XmppClientOptions,
    startLibrary: StartLibrary,
    home: ClientHome,
    library: Library,
    stream: XmppStream,
  ) {
    this.#options = options
    this.#startLibrary = startLibrary
    this.#home = home
    this.#library = library
    this.#stream = this.#listen(stream)
  }

  static async start(
    name: string,
    options: XmppClientOptions,
    startLibrary: StartLibrary,
  ): Promise<XmppClient> {
    const stream = await XmppStream.connect(options)
    const home = new ClientHome(name)
    const library = await startLibrary({ tags: false, keyFile: home.path(KEY) })
    return new LibraryClient(options, startLibrary, home, library, stream)
  }

  startOtr(): Promise<void> {
    return this.#run({ op: 'start' })
  }

  say(text: string): Promise<void> {
    return this.#run({ op: 'send', text })
  }

  async type(): Promise<void> {
    this.#stream.say(this.#options.peer, null, { chatState: 'composing' })
  }

  verify(secret: string): Promise<void> {
    this.#wasAsked = false
    return this.#run({ op: 'smpStart', secret })
  }

  ask(question: string, answer: string): Promise<void> {
    this.#wasAsked = false
    return this.#run({ op: 'smpStart', secret: answer, question })
  }

  answer(secret: string): Promise<void> {
    return this.#run({ op: 'smpAnswer', secret })
  }

  abortSmp(): Promise<void> {
    return this.#run({ op: 'smpAbort' })
  }

  async endOtr(): Promise<void> {
    await this.#run({ op: 'end' })
    this.#state = 'plaintext'
  }

  async fingerprint(): Promise<string> {
    return this.#library.fingerprint
  }

  async peerFingerprint(): Promise<string> {
    await this.#work
    const { peerFingerprint } = this.#library
    if (peerFingerprint === null) throw new Error(`Not encrypted:\n${this.log()}`)
    return peerFingerprint
  }

  async state(): Promise<ClientState> {
    await this.#work
    return this.#state
  }

  setOpportunistic(on: boolean): Promise<void> {
    if (on) return this.#renew(true)
    return Promise.resolve() // What is encrypted carries no tags; the next start sends none.
  }

  async restart(key: 'same' | 'new'): Promise<void> {
    await this.#stream[Symbol.asyncDispose]()
    if (key === 'new') this.#home.remove(KEY)
    await this.#renew(false)
    this.#stream = this.#listen(await XmppStream.connect(this.#options))
  }

  log(): string {
    return this.#stream.log.slice(-60).join('\n')
  }

  async stop(): Promise<void> {
    await this.#stream[Symbol.asyncDispose]()
    await this.#work
    this.#library.stop()
    this.#home.delete()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  /** Takes its turn as commands do: what comes meanwhile goes to the new one. */
  #renew(tags: boolean): Promise<void> {
    this.#work = this.#work.then(async () => {
      this.#library.stop()
      this.#library = await this.#startLibrary({ tags, keyFile: this.#home.path(KEY) })
      this.#state = 'plaintext'
    })
    return this.#work
  }

  #listen(stream: XmppStream): XmppStream {
    stream.onMessage = ({ from, body, type, carbon, id, wantsReceipt }) => {
      if (body === null || type === 'error' || carbon !== null) return
      if (bareJid(from) !== this.#options.peer) return
      if (wantsReceipt && id !== null) stream.say(from, null, { receiptFor: id })
      void this.#run({ op: 'receive', text: body })
    }
    return stream
  }

  /** One command after the other: each is run to its end. */
  #run(command: PeerCommand): Promise<void> {
    this.#work = this.#work.then(async () => {
      const { wire, events } = await this.#library.run(command)
      for (const text of wire) this.#stream.say(this.#options.peer, text)
      for (const event of events) this.#tell(event)
    })
    return this.#work
  }

  #tell(event: PeerEvent): void {
    const isEncrypted = this.#state === 'encrypted' || this.#state === 'verified'
    if (event.ev === 'secure' || event.ev === 'stillSecure') {
      this.#state = 'encrypted'
      this.events.add({ type: 'encrypted' })
    } else if (event.ev === 'ended') {
      this.#state = 'ended'
      this.events.add({ type: 'ended' })
    } else if (event.ev === 'text') {
      this.events.add({ type: 'text', text: event.text, encrypted: isEncrypted })
    } else if (event.ev === 'smp') {
      this.#tellSmp(event.step, event.question)
    }
  }

  #tellSmp(step: string, question: string): void {
    if (step === 'asked') {
      this.#wasAsked = question !== ''
      this.events.add({ type: 'smpAsked', question: question === '' ? null : question })
    } else if (step === 'succeeded') {
      if (!this.#wasAsked) this.#state = 'verified'
      this.events.add({ type: 'smpSucceeded' })
    } else if (step === 'failed') {
      this.#state = 'encrypted'
      this.events.add({ type: 'smpFailed' })
    } else if (step === 'aborted') {
      this.events.add({ type: 'smpAborted' })
    }
  }
}

async function startProgram(program: PeerProgram, how: LibraryOptions): Promise<Library> {
  const peer = new OtrPeer(program, 0, how.tags, how.keyFile)
  await peer.listen()
  if (program === OTR3) await peer.run({ op: 'listen' })
  return {
    fingerprint: peer.fingerprint,
    get peerFingerprint() {
      const secured = peer.events.findLast(({ ev }) => ev === 'secure' || ev === 'stillSecure')
      return secured !== undefined && 'fingerprint' in secured ? secured.fingerprint : null
    },
    async run(command) {
      const before = peer.events.length
      await peer.run(command)
      return { wire: peer.outbox.splice(0), events: peer.events.slice(before) }
    },
    stop: () => peer[Symbol.dispose](),
  }
}

class Libotr implements Library {
  readonly #peer: LibotrPeer

  constructor({ tags, keyFile }: LibraryOptions) {
    const policy = tags ? LIBOTR_POLICY.tags : LIBOTR_POLICY.both
    this.#peer = new LibotrPeer('theirs', 'ours', policy, 0, keyFile)
  }

  get fingerprint(): string {
    return this.#peer.fingerprint
  }

  get peerFingerprint(): string | null {
    return this.#peer.peerFingerprint
  }

  async run(command: PeerCommand): Promise<LibraryOutput> {
    const peer = this.#peer
    const [events, texts] = [peer.events.length, peer.texts.length]
    peer.ended = false
    this.#do(command)
    const told: PeerEvent[] = peer.events.slice(events).flatMap((event): PeerEvent[] => {
      if (event.type === 'secure' || event.type === 'stillSecure') {
        return [{ ev: event.type, fingerprint: '', ssid: '' }]
      }
      if (event.type !== 'smp') return []
      const step = SMP_STEPS[event.event] ?? event.event
      return [{ ev: 'smp', step, question: event.question ?? '' }]
    })
    for (const text of peer.texts.slice(texts)) told.push({ ev: 'text', text })
    if (peer.ended) told.push({ ev: 'ended' })
    return { wire: peer.take(), events: told }
  }

  stop(): void {
    this.#peer[Symbol.dispose]()
  }

  #do(command: PeerCommand): void {
    const peer = this.#peer
    if (command.op === 'receive') peer.receive(command.text)
    else if (command.op === 'send') this.#send(command.text)
    else if (command.op === 'start') peer.start()
    else if (command.op === 'smpStart') peer.verify(command.secret, command.question ?? null)
    else if (command.op === 'smpAnswer') peer.answer(command.secret)
    else if (command.op === 'smpAbort') peer.abort()
    else if (command.op === 'end') peer.end()
  }

  #send(text: string): void {
    const { length } = this.#peer.outbox
    this.#peer.send(text)
    // What libotr leaves as it is, it leaves to its application to send.
    if (this.#peer.outbox.length === length) this.#peer.outbox.push(text)
  }
}

const SMP_STEPS: Readonly<Record<string, string>> = {
  askForAnswer: 'asked',
  askForSecret: 'asked',
  success: 'succeeded',
  failure: 'failed',
  abort: 'aborted',
  error: 'aborted',
  cheated: 'aborted',
}
