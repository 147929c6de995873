import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { begun, ClientHome, needsPackage, until } from './client-home.ts'
import { EventLog } from './event-log.ts'
import type {
  ClientEvent,
  ClientState,
  XmppClient,
  XmppClientKind,
  XmppClientOptions,
} from './xmpp-client.ts'

export const BITLBEE: XmppClientKind = {
  name: 'bitlbee 3.6',
  packages: ['bitlbee', 'bitlbee-plugin-otr'],
  drivenBy: 'its own protocol, IRC, over a socket of its standard input',
  limits: {
    abortsSmp: 'otr has no command for it: smp and smpq are all; whoever waits is left waiting',
    showsEnd: 'it says so only when its user sends a text: "other end has disconnected OTR"',
    sendsLongText:
      '600 characters it takes in one line of IRC; at 1,800 it closes the link: "Maximum line length exceeded"',
    literalText:
      'it takes decrypted text for HTML: `<i>` becomes formatting of IRC, `<b>` a question mark, other tags vanish',
    sendsLiteralText:
      'its encrypted texts are HTML: it sends `&lt;` for `<`, and `&quot;` for a quote',
  },
  shownMarkup: {
    sent: '<i>it</i> <b>bold</b> <xyz>and</xyz> &lt;i&gt;',
    shown: '\u001fit\u001f ?bold? and <i>',
  },
  serverPort: 5222,
  async start(options) {
    needsPackage('bitlbee', '/usr/sbin/bitlbee')
    needsPackage('bitlbee-plugin-otr', '/usr/lib/bitlbee/otr.so')
    return await begun(new Bitlbee(options))
  },
}

/** Ours, on its IRC. */
const USER = 'user'

class Bitlbee implements XmppClient {
  readonly events = new EventLog<ClientEvent>(() => this.log())
  readonly #options: XmppClientOptions
  readonly #home = new ClientHome('bitlbee')
  readonly #lines: string[] = []
  #irc: Duplex | null = null
  #hasRegistered = false
  /** What it calls the peer. */
  #nick = ''

  constructor(options: XmppClientOptions) {
    this.#options = options
  }

  /** It keeps nothing but its user and OTR's files: the account is entered anew each time. */
  async begin(): Promise<void> {
    const { port, account, password, peer } = this.#options
    const folder = this.#home.folder
    this.#home.write(
      'bitlbee.conf',
      `[settings]\nAuthMode = Open\nConfigDir = ${folder}\nPluginDir = /usr/lib/bitlbee\n`,
    )
    // What a super-server starts speaks both ways over its standard input.
    const command = `exec bitlbee -I -c ${folder}/bitlbee.conf -d ${folder} 0<&3`
    const { line } = this.#home.spawn('sh', ['-c', command])
    this.#irc = line
    createInterface({ input: line })
      .on('line', (text) => this.#readLine(text.trimEnd()))
      .on('error', () => {}) // It closed the link: whoever waits for an answer will say so.
    this.#write(`NICK ${USER}`)
    this.#write(`USER ${USER} 0 * :${USER}`)
    await this.#expect(/JOIN :&bitlbee/, 0)
    // OTR's files belong to somebody who has registered.
    if (this.#hasRegistered) await this.#ask('identify secret', /Password accepted/)
    else await this.#ask('register secret', /Account successfully created/)
    this.#hasRegistered = true
    await this.#ask('set save_on_quit false', /save_on_quit = /)
    await this.#ask('set otr_policy manual', /otr_policy = /)
    await this.#ask(`account add jabber ${account} "${password}"`, /Account successfully added/)
    for (const setting of ['server 127.0.0.1', `port ${port}`, 'tls false']) {
      await this.#ask(`account jabber set ${setting}`, /= `/)
    }
    await this.#ask('account jabber on', /Logging in: Logged in/)
    await this.#ask(`add jabber ${peer}`, /Adding `|already/)
    this.#nick = await this.#nickOf(peer)
    if (!FINGERPRINT.test((await this.#answers('otr info')).join('\n'))) {
      await this.#ask('otr keygen jabber', /otr keygen for .* complete/)
    }
  }

  async startOtr(): Promise<void> {
    this.#root(`otr connect ${this.#nick}`)
  }

  async say(text: string): Promise<void> {
    this.#write(`PRIVMSG ${this.#nick} :${text}`)
  }

  async type(): Promise<void> {
    await this.say('\x01TYPING 1\x01')
  }

  async verify(secret: string): Promise<void> {
    this.#root(`otr smp ${this.#nick} "${secret}"`)
  }

  async ask(question: string, answer: string): Promise<void> {
    this.#root(`otr smpq ${this.#nick} "${question}" "${answer}"`)
  }

  answer(secret: string): Promise<void> {
    return this.verify(secret)
  }

  async abortSmp(): Promise<void> {
    await this.#ask('otr abort', /Unknown|subcommand/i)
  }

  async endOtr(): Promise<void> {
    this.#root(`otr disconnect ${this.#nick}`)
  }

  async fingerprint(): Promise<string> {
    const [, digits] = FINGERPRINT.exec((await this.#answers('otr info')).join('\n'))!
    return digits!.replaceAll(' ', '').toLowerCase()
  }

  async peerFingerprint(): Promise<string> {
    const { key } = await this.#target()
    const [digits] = /(?:[0-9A-F]{8} ?){5}/.exec(key)!
    return digits.replaceAll(' ', '').toLowerCase()
  }

  async state(): Promise<ClientState> {
    const { connection, key } = await this.#target()
    if (connection.includes('encrypted')) {
      return key.includes('(untrusted)') ? 'encrypted' : 'verified'
    }
    return connection.includes('shut down') ? 'ended' : 'plaintext'
  }

  /** A peer has a context for each instance, and one above them for version 2. */
  async #target(): Promise<{ readonly connection: string; readonly key: string }> {
    const answers = await this.#answers(`otr info ${this.#nick}`)
    const target = answers.slice(answers.findIndex((text) => text.includes('(target)')))
    const at = target.findIndex((text) => text.includes('connection state: '))
    return { connection: target[at] ?? '', key: target[at - 1] ?? '' }
  }

  async setOpportunistic(on: boolean): Promise<void> {
    await this.#ask(`set otr_policy ${on ? 'opportunistic' : 'manual'}`, /otr_policy = /)
  }

  async restart(key: 'same' | 'new'): Promise<void> {
    await this.#home.end()
    if (key === 'new') this.#home.remove(`${USER}.otr_keys`)
    await this.begin()
  }

  async stop(): Promise<void> {
    await this.#home.end()
    this.#home.delete()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  log(): string {
    return `${this.#lines.join('\n')}\n${this.#home.log}`
  }

  /** Tells `root`, its user interface, to do something. */
  #root(command: string): void {
    this.#write(`PRIVMSG &bitlbee :${command}`)
  }

  /** What is written in one breath leaves in one piece, as what somebody pastes. */
  #write(line: string): void {
    this.#lines.push(`-> ${line}`)
    const irc = this.#irc
    irc?.cork()
    irc?.write(`${line}\r\n`)
    process.nextTick(() => irc?.uncork())
  }

  async #ask(command: string, answer: RegExp): Promise<void> {
    const from = this.#lines.length
    this.#root(command)
    await this.#expect(answer, from)
  }

  /** All that `root` says to a command. */
  async #answers(command: string): Promise<string[]> {
    const from = this.#lines.length
    this.#root(command)
    await this.#ask('set charset', /charset = /)
    return this.#lines.slice(from).flatMap((line) => ROOT.exec(line)?.[1] ?? [])
  }

  async #nickOf(peer: string): Promise<string> {
    for (;;) {
      for (const text of await this.#answers('blist all')) {
        // Other lines may come between, which name the peer as well.
        const [, nick, handle] = /^\W*(\S+)\s+(\S+)/.exec(text) ?? []
        if (handle === peer) return nick!
      }
      await setTimeout(50)
    }
  }

  async #expect(line: RegExp, from: number): Promise<void> {
    await until(
      () => this.#lines.slice(from).some((text) => text.startsWith('<-') && line.test(text)),
      `line ${line}`,
      () => this.log(),
    )
  }

  #readLine(line: string): void {
    this.#lines.push(`<- ${line}`)
    const event = readLine(line, this.#nick)
    if (event !== null) this.events.add(event)
  }
}

const ROOT = /^<- :root!\S+ PRIVMSG &bitlbee :(.*)$/
const FINGERPRINT = /private keys:[\s\S]*?((?:[0-9A-F]{8} ?){5})/

const NOTICES: readonly [RegExp, ClientEvent][] = [
  [/conversation is now off the record|connection has been refreshed/, { type: 'encrypted' }],
  [/conversation is now in cleartext|other end has disconnected OTR/, { type: 'ended' }],
  [/smp: initiated by \S+ - respond/, { type: 'smpAsked', question: null }],
  [/secrets proved equal|correct answer, you are trusted/, { type: 'smpSucceeded' }],
  [/secrets did not match|wrong answer/, { type: 'smpFailed' }],
  [/smp: received abort/, { type: 'smpAborted' }],
]

function readLine(line: string, nick: string): ClientEvent | null {
  const [, question] = /smp: initiated by \S+ with question: .*?"(.*)"/.exec(line) ?? []
  if (question !== undefined) return { type: 'smpAsked', question }
  const notice = NOTICES.find(([pattern]) => pattern.test(line))
  if (notice !== undefined) return notice[1]
  const [, from, said] = /^:(\S+)!\S+ PRIVMSG user :(.*)$/.exec(line) ?? []
  if (from !== nick || said === undefined) return null
  // Its colour says that it was encrypted: a control character and two digits before the text, and
  // perhaps one more control character after it.
  const encrypted = said.startsWith('\u0003')
  return { type: 'text', text: encrypted ? said.slice(3).replace('\u000f', '') : said, encrypted }
}
