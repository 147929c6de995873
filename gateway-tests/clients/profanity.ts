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

export const PROFANITY: XmppClientKind = {
  name: 'profanity 0.13.1',
  packages: ['profanity', 'tmux'],
  drivenBy: 'what a person types and sees, in tmux',
  limits: {
    version3: 'its query is `?OTR?v2?`, and a query for version 3 alone goes unanswered',
    changesVersion: 'it speaks one version',
    crossesHandshakes:
      'its libotr gives way to a commit of version 2 that crosses its own, even if its own is the higher one; the next query mends that',
    abortsSmp: '/otr has no command for it: secret, question and answer are all',
    holdsAfterEnd: 'it goes back to plain text by itself, and sends the next text in the clear',
  },
  async start(options) {
    needsPackage('profanity', '/usr/bin/profanity')
    return await begun(new Profanity(options))
  },
}

class Profanity extends TerminalClient implements XmppClient {
  constructor(options: XmppClientOptions) {
    super('profanity', options)
  }

  protected get program() {
    const [config, data] = [this.home.path('config'), this.home.path('data')]
    const env = { XDG_CONFIG_HOME: config, XDG_DATA_HOME: data }
    return { command: '/usr/bin/profanity -l DEBUG', env }
  }

  protected get keys(): string {
    return 'data/profanity/otr'
  }

  protected async logIn(terminal: Terminal): Promise<void> {
    const { port, account, password, peer } = this.options
    const [user, domain] = account.split('@')
    await terminal.expect(/Type '\/help' to show complete help/)
    for (const setting of SETTINGS) terminal.type(setting)
    terminal.type(`/connect ${user}@${domain} server 127.0.0.1 port ${port} tls disable`)
    await terminal.expect(/Enter password:/)
    terminal.type(password)
    await terminal.expect(/logged in successfully/)
    terminal.type(`/otr gen`)
    await terminal.expect(/Private key generation complete|already generated/)
    terminal.type(`/msg ${peer}`)
    await terminal.expect(new RegExp(`^ ${peer} .*\\[unencrypted\\]`))
  }

  async startOtr(): Promise<void> {
    this.terminal.type('/otr start')
  }

  async say(text: string): Promise<void> {
    this.terminal.type(text)
  }

  async verify(secret: string): Promise<void> {
    this.terminal.type(`/otr secret "${secret}"`)
  }

  async ask(question: string, answer: string): Promise<void> {
    this.terminal.type(`/otr question "${question}" "${answer}"`)
  }

  async answer(secret: string): Promise<void> {
    const { question } = this.events.of('smpAsked').at(-1)!
    this.terminal.type(`/otr ${question === null ? 'secret' : 'answer'} "${secret}"`)
  }

  async abortSmp(): Promise<void> {
    this.terminal.type('/otr abort')
    await this.terminal.expect(/Invalid usage, see '\/help otr'/)
  }

  async endOtr(): Promise<void> {
    this.terminal.type('/otr end')
  }

  async fingerprint(): Promise<string> {
    this.terminal.type('/otr myfp')
    const [, digits] = await this.terminal.expect(new RegExp(`${FINGERPRINT}: ([0-9A-F ]{44})`))
    return digits!.replaceAll(' ', '').toLowerCase()
  }

  /** Again and again if need be: what it said before stays on the screen. */
  async peerFingerprint(): Promise<string> {
    const line = new RegExp(`${this.options.peer}'s OTR fingerprint: ([0-9A-F ]{44})`)
    const shown = () => this.terminal.screen.flatMap((text) => line.exec(text)?.[1] ?? [])
    const before = shown().length
    this.terminal.type('/otr theirfp')
    return await until(
      () => shown()[before]?.replaceAll(' ', '').toLowerCase(),
      'fingerprint of the peer',
      () => this.log(),
    )
  }

  async state(): Promise<ClientState> {
    const title = this.terminal.screen[0] ?? ''
    if (!title.includes('[OTR]')) return 'plaintext'
    return title.includes('[trusted]') ? 'verified' : 'encrypted'
  }

  async setOpportunistic(on: boolean): Promise<void> {
    this.terminal.type(`/otr policy ${on ? 'opportunistic' : 'manual'} ${this.options.peer}`)
    const shown = () => this.terminal.screen.filter((line) => line.includes(FINGERPRINT)).length
    const before = shown()
    this.terminal.type('/otr myfp') // It says nothing here about a policy: its next answer comes after it.
    await until(
      () => shown() !== before,
      'answer of profanity',
      () => this.log(),
    )
  }

  log(): string {
    return `${this.home.log}\n${this.screen}`
  }

  /** Below the title come the lines of the conversation, and never change. */
  protected linesOf(screen: readonly string[]): readonly string[] {
    return screen.slice(1, -2)
  }

  protected readLine(line: string, [next = '']: readonly string[]): ClientEvent | null {
    return readLine(line, next)
  }
}

/** It tells that its user types only if it is told to. */
const SETTINGS = ['/autoping set 0', '/history off', '/chlog off', '/otr log on', '/outtype on']
const FINGERPRINT = 'Your OTR fingerprint'

const NOTICES: readonly [RegExp, ClientEvent][] = [
  [/^OTR session started/, { type: 'encrypted' }],
  [/^OTR session ended/, { type: 'ended' }],
  [/use '\/otr secret <secret>'/, { type: 'smpAsked', question: null }],
  [/^Authentication successful|successfully authenticated you/, { type: 'smpSucceeded' }],
  [/^Authentication failed|failed to authenticate you/, { type: 'smpFailed' }],
  [/^SMP session aborted/, { type: 'smpAborted' }],
]

/** What one line of the conversation says; a question is in the line after it. */
function readLine(line: string, next: string): ClientEvent | null {
  const [, mark, text = ''] = /^\d\d:\d\d:\d\d ([-~!]) (.*)$/.exec(line) ?? []
  if (mark === '!') {
    if (text.endsWith('with the following question:')) {
      return { type: 'smpAsked', question: next.slice('00:00:00 !   '.length) }
    }
    return NOTICES.find(([pattern]) => pattern.test(text))?.[1] ?? null
  }
  const [, said] = /^(?!me: )\S+@\S+: (.*)$/.exec(text) ?? []
  return said === undefined ? null : { type: 'text', text: said, encrypted: mark === '~' }
}
