import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { begun, needsPackage, until } from './client-home.ts'
import type { Terminal } from './terminal.ts'
import { TerminalClient } from './terminal-client.ts'
import type {
  ClientEvent,
  ClientState,
  XmppClient,
  XmppClientKind,
  XmppClientOptions,
} from './xmpp-client.ts'

export const MCABBER: XmppClientKind = {
  name: 'mcabber 1.1.2',
  packages: ['mcabber', 'tmux'],
  drivenBy: 'commands through its FIFO, and what a person sees, in tmux',
  limits: {
    asksQuestion: '/otr smpq takes a secret and no question',
    literalText: 'it decodes the entities of HTML in decrypted text, and leaves the tags',
    holdsAfterEnd: 'it goes back to plain text by itself, and sends the next text in the clear',
  },
  shownMarkup: { sent: '<b>bold</b> &lt;i&gt;', shown: '<b>bold</b> <i>' },
  async start(options) {
    needsPackage('mcabber', '/usr/bin/mcabber')
    return await begun(new Mcabber(options))
  },
}

class Mcabber extends TerminalClient implements XmppClient {
  constructor(options: XmppClientOptions) {
    super('mcabber', options)
  }

  protected get program() {
    return { command: `/usr/bin/mcabber -f ${this.home.path('mcabberrc')}` }
  }

  protected get keys(): string {
    return `otr/${this.options.account}.key`
  }

  override async begin(): Promise<void> {
    this.home.write('mcabberrc', settings(this.options, this.home.folder))
    this.home.makeFolder('otr')
    this.home.write('trace', '')
    this.home.remove('fifo')
    await super.begin()
  }

  protected async logIn(terminal: Terminal): Promise<void> {
    const { peer } = this.options
    await this.#expectTrace(/Your status has been set/)
    this.#command(`add ${peer}`)
    await this.#expectTrace(/Sent presence notification request|already in your buddylist/i)
    this.#command('roster hide')
    await this.#select(peer)
    terminal.press('Enter')
    await terminal.expect(new RegExp(`^~.*Buddy: ${peer}`))
  }

  async startOtr(): Promise<void> {
    this.#command(`otr start ${this.options.peer}`)
  }

  async say(text: string): Promise<void> {
    this.#command(`say_to ${this.options.peer} ${text}`)
  }

  async verify(secret: string): Promise<void> {
    this.#command(`otr smpq ${this.options.peer} ${secret}`)
  }

  async ask(_question: string, answer: string): Promise<void> {
    await this.verify(answer)
  }

  async answer(secret: string): Promise<void> {
    this.#command(`otr smpr ${this.options.peer} ${secret}`)
  }

  async abortSmp(): Promise<void> {
    this.#command(`otr smpa ${this.options.peer}`)
  }

  async endOtr(): Promise<void> {
    this.#command(`otr stop ${this.options.peer}`)
  }

  async fingerprint(): Promise<string> {
    const [, digits] = await this.#ask('otr key', /: ([0-9A-F ]{44})$/m)
    return digits!.replaceAll(' ', '').toLowerCase()
  }

  async peerFingerprint(): Promise<string> {
    const shown = /\[([0-9A-F ]{44})\]: (?:trusted|untrusted)$/m
    const [, digits] = await this.#ask(`otr fingerprint ${this.options.peer}`, shown)
    return digits!.replaceAll(' ', '').toLowerCase()
  }

  async state(): Promise<ClientState> {
    const { peer } = this.options
    const [, state] = await this.#ask(`otr info ${peer}`, /: (plaintext|encrypted|finished)\b.*\(/)
    if (state !== 'encrypted') return state === 'finished' ? 'ended' : 'plaintext'
    // It may end between the two questions.
    const trusted = /[0-9A-F]\]: (trusted|untrusted)$|No active fingerprint/m
    const [, trust] = await this.#ask(`otr fingerprint ${peer}`, trusted)
    if (trust === undefined) return 'plaintext'
    return trust === 'trusted' ? 'verified' : 'encrypted'
  }

  async setOpportunistic(on: boolean): Promise<void> {
    this.#command(`otrpolicy ${this.options.peer} ${on ? 'opportunistic' : 'manual'}`)
  }

  log(): string {
    return `${this.#trace}\n${this.screen}`
  }

  get #trace(): string {
    return readFileSync(this.home.path('trace'), 'utf8')
  }

  #command(line: string): void {
    // Without a reader this throws at once, where a plain open would wait for ever.
    const fifo = openSync(this.home.path('fifo'), constants.O_WRONLY | constants.O_NONBLOCK)
    writeSync(fifo, `${line}\n`)
    closeSync(fifo)
  }

  /** @returns what the command made it say in its status window */
  #ask(command: string, answer: RegExp): Promise<RegExpExecArray> {
    const from = this.#trace.length
    this.#command(command)
    return this.#expectTrace(answer, from)
  }

  /** Again and again: it knows nobody before its roster has come. */
  async #select(peer: string): Promise<void> {
    for (let tries = 0; !this.screen.includes(`Buddy: ${peer}`); tries++) {
      if (tries > TRIES) throw new Error(`${peer} is not in its roster:\n${this.log()}`)
      this.#command(`roster search ${peer}`)
      await setTimeout(100)
    }
  }

  #expectTrace(line: RegExp, from = 0): Promise<RegExpExecArray> {
    return until(
      () => line.exec(this.#trace.slice(from)),
      `line ${line}`,
      () => this.log(),
    )
  }

  protected linesOf(screen: readonly string[]): readonly string[] {
    const end = screen.findIndex((line) => !isLine(line))
    return end < 0 ? screen : screen.slice(0, end)
  }

  protected readLine(line: string, next: readonly string[]): ClientEvent | null {
    return readLine(line, next)
  }
}

function settings({ port, account, password }: XmppClientOptions, folder: string): string {
  return `set jid = ${account}
set password = ${password}
set server = 127.0.0.1
set port = ${port}
set tls = 0
set ssl_ignore_checks = 1
set pinginterval = 0
set otr = 1
set otr_dir = ${folder}/otr
otrpolicy default manual
set tracelog_level = 1
set tracelog_file = ${folder}/trace
set beep_on_message = 0
set modules_dir = ${modulesFolder()}
set fifo_name = ${folder}/fifo
module load fifo
`
}

function modulesFolder(): string {
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string]
  return `/usr/lib/${machine}-linux-gnu/mcabber`
}

const TRIES = 100
const STAMP = /^\d\d-\d\d \d\d:\d\d /

function isLine(line: string): boolean {
  return STAMP.test(line) || line.startsWith(' '.repeat(16))
}

const SMP = "OTR: Socialist Millionaires' Protocol"
const NOTICES: Readonly<Record<string, ClientEvent>> = {
  'OTR: channel established': { type: 'encrypted' },
  'OTR: channel closed': { type: 'ended' },
  [`${SMP}: Success!`]: { type: 'smpSucceeded' },
  [`${SMP}: Failure.`]: { type: 'smpFailed' },
  [`${SMP}: Aborted.`]: { type: 'smpAborted' },
}

/** What one line of the conversation says; a question is in the second line after it. */
function readLine(line: string, next: readonly string[]): ClientEvent | null {
  const [, mark, text = ''] = /^\S+ \S+ (\*\*\*|<==|<O=) (.*)$/.exec(line) ?? []
  if (mark === undefined) return null
  if (mark !== '***') return { type: 'text', text, encrypted: mark === '<O=' }
  if (text === `${SMP}: Received SMP Initiation.`) {
    const [, question = null] = /^\s+Question: (.*)$/.exec(next[1] ?? '') ?? []
    return { type: 'smpAsked', question }
  }
  return NOTICES[text] ?? null
}
