import { EventEmitter, once } from 'node:events'
import { xml } from '../clients/xml.ts'
import {
  bareJid,
  type XmppMessage,
  type XmppMessageOptions,
  XmppStream,
} from '../clients/xmpp-stream.ts'
import { LIBOTR_POLICY, LibotrPeer } from '../libotr.ts'
import type { XmppServer } from '../xmpp/xmpp-server.ts'

export interface XmppPersonOptions {
  readonly resource?: string
  /** Without, all text is shown as it came, and no query answered. */
  readonly speaksOtr?: boolean
  /** Characters that one message of its OTR may have; default: any number. */
  readonly fragmentAbove?: number
  /** Of an account that is there already. */
  readonly password?: string
}

/** A test that waits longer than this has failed. */
const PATIENCE_MS = 10_000

/**
 * Somebody with an XMPP client that speaks OTR by libotr, who talks to one peer: to its bare address
 * until it has answered, then to the full one (RFC 6121 §5.1).
 */
export class XmppPerson implements AsyncDisposable {
  readonly otr: LibotrPeer
  readonly stream: XmppStream
  readonly peer: string
  /** The bodies that it sent, OTR and plain. */
  readonly said: string[] = []
  readonly #changed = new EventEmitter()
  #to: string

  private constructor(stream: XmppStream, peer: string, otr: LibotrPeer) {
    this.stream = stream
    this.peer = this.#to = peer
    this.otr = otr
    stream.onMessage = (message) => {
      this.#receive(message)
      this.#changed.emit('change')
    }
  }

  /** Logs in; the account is made if need be. */
  static async login(
    server: XmppServer,
    name: string,
    peer: string,
    options: XmppPersonOptions = {},
  ): Promise<XmppPerson> {
    const { resource = 'tests', speaksOtr = true, fragmentAbove, password: known } = options
    const password = known ?? `${name}’s password`
    // Who has several clients has one account.
    if (known === undefined) await server.addUser(name, password).catch(() => {})
    const account = `${name}@${server.domain}`
    const stream = await XmppStream.connect({ port: server.port, account, password, resource })
    const policy = speaksOtr ? LIBOTR_POLICY.both : 0
    return new XmppPerson(stream, peer, new LibotrPeer(account, peer, policy, fragmentAbove))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stream[Symbol.asyncDispose]()
    this.otr[Symbol.dispose]()
  }

  /** Through OTR. */
  say(text: string): void {
    this.act((otr) => otr.send(text))
  }

  /** Does something with OTR and sends what it wants sent. */
  act(what: (otr: LibotrPeer) => void): void {
    what(this.otr)
    for (const text of this.otr.take()) this.raw(text)
  }

  /** Past OTR. @returns the stanza's id */
  raw(body: string | null, options: XmppMessageOptions = {}): string {
    if (body !== null) this.said.push(body)
    return this.stream.say(this.#to, body, options)
  }

  /** Past OTR, as clients write that number nothing. */
  withoutId(body: string): void {
    this.stream.send(xml('message', { to: this.#to, type: 'chat' }, xml('body', {}, body)))
  }

  /** Resolves once a text with these words has come, decrypted if need be. */
  async hears(text: string): Promise<void> {
    await this.until(`hearing ${text}`, () => this.otr.texts.includes(text))
  }

  /** The first message of all times that matches. */
  async message(what: string, matches: (message: XmppMessage) => boolean): Promise<XmppMessage> {
    let found: XmppMessage | undefined
    await this.until(what, () => {
      found = this.stream.messages.find(matches)
      return found !== undefined
    })
    return found!
  }

  /** @throws Error with all that the wire carried if it takes too long */
  async until(what: string, is: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    while (!is()) {
      await once(this.#changed, 'change', { signal }).catch(() => {
        throw new Error(`${this.stream.jid} waits for ${what}\n${this.log}`)
      })
    }
  }

  /** What the wire carried, one line for each stanza that is a message. */
  get log(): string {
    const lines = this.stream.log.filter((line) => line.includes('<message') || /^!!/.test(line))
    return lines.map((line) => line.slice(0, 500)).join('\n')
  }

  #receive({ from, body, type, carbon }: XmppMessage): void {
    if (bareJid(from) !== this.peer || body === null || type === 'error' || carbon !== null) return
    this.#to = from
    this.act((otr) => otr.receive(body))
  }
}
