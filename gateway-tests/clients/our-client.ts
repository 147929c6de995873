import { setTimeout } from 'node:timers/promises'
import {
  createOtrEngine,
  type KeyRecord,
  type KeyStore,
  type OtrCommand,
  type OtrEngine,
  type OtrEvent,
  type OtrPolicy,
  type PeerProfile,
} from '../../otr/index.ts'
import { EventLog } from './event-log.ts'
import { bareJid, type XmppMessage, XmppStream } from './xmpp-stream.ts'

export interface OurClientOptions {
  /** c2s, of 127.0.0.1. */
  readonly port: number
  readonly account: string
  readonly password: string
  /** The bare address of the one whom we talk to. */
  readonly peer: string
}

const POLICY: OtrPolicy = {
  allowV2: true,
  allowV3: true,
  requireEncryption: false,
  sendWhitespaceTag: false,
  whitespaceStartsAke: true,
  errorStartsAke: false,
}
const PROFILE: PeerProfile = { fragmentAbove: null, padTo: 256, errors: true }
const SESSION = 'peer'

/** With which OTR is asked for, in the words of everybody's software. */
export const OTR_QUERY = /^\?OTR\??v/

/** Our `otr/` behind the least of an XMPP client: the other end for every client that is not ours. */
export class OurClient implements AsyncDisposable {
  readonly events: EventLog<OtrEvent>
  readonly fingerprint: string
  readonly stream: XmppStream
  /** Bodies that came, as they came. */
  readonly bodies: string[] = []
  readonly #peer: string
  readonly #account: string
  readonly #engine: OtrEngine
  /** Where the conversation is: bare until the peer has answered (RFC 6121 §5.1). */
  #to: string
  #isToCross = false
  #work: Promise<void> = Promise.resolve()

  private constructor(
    options: OurClientOptions,
    stream: XmppStream,
    engine: OtrEngine,
    fp: string,
  ) {
    this.#peer = this.#to = options.peer
    this.#account = options.account
    this.#engine = engine
    this.fingerprint = fp
    this.stream = stream
    this.events = new EventLog(() => this.log)
    stream.onMessage = (message) => {
      this.#work = this.#work.then(() => this.#receive(message))
    }
  }

  static async login(options: OurClientOptions): Promise<OurClient> {
    const engine = createOtrEngine(
      {
        random: (length) => crypto.getRandomValues(new Uint8Array(length)),
        now: () => Date.now(),
      },
      memoryKeyStore(),
    )
    const { fingerprint } = await engine.identity(options.account)
    const stream = await XmppStream.connect(options)
    const client = new OurClient(options, stream, engine, fingerprint)
    await client.begin()
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stream[Symbol.asyncDispose]()
    this.#engine.dispose()
  }

  /** A new conversation in plaintext, without a word to the peer about the old one. */
  async begin(policy: Partial<OtrPolicy> = {}, profile: Partial<PeerProfile> = {}): Promise<void> {
    await this.#engine.close(SESSION)
    this.#to = this.#peer
    await this.#engine.open(SESSION, {
      account: this.#account,
      policy: { ...POLICY, ...policy },
      profile: { ...PROFILE, ...profile },
    })
    this.events.skip()
  }

  async run(command: OtrCommand): Promise<void> {
    const { wire, events } = await this.#engine.run(SESSION, command)
    for (const { text } of wire) this.stream.say(this.#to, text)
    for (const event of events) this.events.add(event)
  }

  say(text: string): Promise<void> {
    return this.run({ op: 'send', id: 'text', text })
  }

  /** Asks for OTR as the peer's next query arrives, and before reading it: so they cross. */
  startAtTheirs(): void {
    this.#isToCross = true
  }

  /** Puts a body on the wire as it is, past OTR. */
  sendRaw(body: string): void {
    this.stream.say(this.#to, body)
  }

  /** Waits until nothing has come for a while: whatever was on its way is here. */
  async rest(): Promise<void> {
    for (let seen = -1; seen !== this.bodies.length; await setTimeout(300))
      seen = this.bodies.length
    await this.#work
  }

  get texts(): string[] {
    return this.events.of('text').map(({ text }) => text)
  }

  get log(): string {
    return this.stream.log.join('\n')
  }

  async #receive({ from, body, type, carbon }: XmppMessage): Promise<void> {
    // An error carries our own words back (XEP-0364 §4); a carbon is for another client of ours.
    if (body === null || type === 'error' || carbon !== null) return
    if (bareJid(from) !== this.#peer) return
    this.#to = from
    this.bodies.push(body)
    if (this.#isToCross && OTR_QUERY.test(body)) {
      this.#isToCross = false
      await this.run({ op: 'start' })
    }
    await this.run({ op: 'receive', text: body })
  }
}

function memoryKeyStore(): KeyStore {
  let kept: KeyRecord | null = null
  return {
    load: async () => kept,
    save: async (_, record) => {
      kept = record
    },
  }
}
