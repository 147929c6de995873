import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { fingerprint, readPrivateKeys } from '../../otr/index.ts'
import { begun, ClientHome, needsPackage, until } from './client-home.ts'
import { EventLog } from './event-log.ts'
import type {
  ClientEvent,
  ClientState,
  XmppClient,
  XmppClientKind,
  XmppClientOptions,
} from './xmpp-client.ts'

export const PIDGIN: XmppClientKind = {
  name: 'pidgin 2.14.12 with pidgin-otr 4.0.2',
  packages: ['pidgin', 'pidgin-otr', 'xvfb', 'dbus', 'python3-dbus', 'python3-gi'].concat([
    'at-spi2-core',
    'libatk-adaptor',
    'gir1.2-atspi-2.0',
  ]),
  drivenBy: 'its D-Bus interface, and its menus and dialogs by AT-SPI, on a screen of Xvfb',
  limits: {
    showsAbort: 'its dialog stays as it was, until its user closes it',
    literalText: 'it takes decrypted text for HTML: tags are not shown, and `&lt;` is `<`',
    sendsLiteralText: 'its texts are HTML: it sends `&lt;` for `<`, and `&amp;` for `&`',
  },
  shownMarkup: { sent: '<b>bold</b> <xyz>and</xyz> &lt;i&gt;', shown: 'bold and <i>' },
  async start(options) {
    needsPackage('pidgin', '/usr/bin/pidgin')
    needsPackage('pidgin-otr', '/usr/lib/pidgin/pidgin-otr.so')
    return await begun(new Pidgin(options))
  },
}

const DRIVER = join(import.meta.dirname, 'pidgin-driver.py')
const END_MS = 3_000

type Line =
  | { readonly ev: 'done'; readonly value?: unknown; readonly error?: string }
  | { readonly ev: 'shown'; readonly system: boolean; readonly html: string; readonly text: string }
  | { readonly ev: 'dialogs'; readonly dialogs: readonly (readonly string[])[] }

class Pidgin implements XmppClient {
  readonly events = new EventLog<ClientEvent>(() => this.log())
  readonly #options: XmppClientOptions
  readonly #home = new ClientHome('pidgin')
  readonly #lines: string[] = []
  #stdin: Writable | null = null
  #done: (Line & { ev: 'done' })[] = []
  #isEncrypted = false
  #dialogs: readonly (readonly string[])[] = []

  constructor(options: XmppClientOptions) {
    this.#options = options
  }

  async begin(): Promise<void> {
    if (!existsSync(this.#home.path('accounts.xml'))) {
      this.#home.write('accounts.xml', accounts(this.#options))
      this.#home.write('prefs.xml', PREFERENCES)
    }
    const { folder } = this.#home
    this.#home.write('bus.conf', busIn(folder))
    const bus = `--config-file=${this.#home.path('bus.conf')}`
    const args = [bus, '--', '/usr/bin/python3', '-B', DRIVER, folder, this.#options.peer]
    const { stdin, stdout } = this.#home.spawn('dbus-run-session', args, {
      XDG_RUNTIME_DIR: folder,
    })
    this.#stdin = stdin
    this.#isEncrypted = false
    createInterface({ input: stdout }).on('line', (line) => this.#readLine(line))
    await this.#answer()
  }

  async startOtr(): Promise<void> {
    await this.#run({ op: 'menu', item: '(Start|Refresh) private conversation' })
  }

  async say(text: string): Promise<void> {
    await this.#run({ op: 'say', text })
  }

  async type(): Promise<void> {
    await this.#run({ op: 'type' })
  }

  async verify(secret: string): Promise<void> {
    await this.#openDialog()
    const method = 'Shared secret'
    await this.#run({ op: 'dialog', method, fields: [secret], button: 'Authenticate' })
  }

  async ask(question: string, answer: string): Promise<void> {
    await this.#openDialog()
    await this.#run({ op: 'dialog', fields: [question, answer], button: 'Authenticate' })
  }

  async answer(secret: string): Promise<void> {
    await this.#run({ op: 'dialog', fields: [secret], button: 'Authenticate' })
  }

  async abortSmp(): Promise<void> {
    await this.#run({ op: 'dialog', button: 'Cancel' })
  }

  async endOtr(): Promise<void> {
    await this.#run({ op: 'menu', item: 'End private conversation' })
  }

  /** It shows its key nowhere before a conversation is encrypted; its file has it, once there is one. */
  async fingerprint(): Promise<string> {
    const file = this.#home.path('otr.private_key')
    await until(
      () => existsSync(file),
      'key of Pidgin',
      () => this.log(),
    )
    await setTimeout(100) // It is written in one piece, but after it is created.
    const [account] = readPrivateKeys(readFileSync(file))
    return fingerprint(account!.key)
  }

  /** Below the third way to authenticate; nobody is asked anything there. */
  async peerFingerprint(): Promise<string> {
    await this.#openDialog()
    const method = 'Manual fingerprint verification'
    const says = await this.#run({ op: 'compare', method })
    const [, digits] = /Purported fingerprint for .*:\s+([0-9A-F ]{44})/.exec(String(says))!
    return digits!.replaceAll(' ', '').toLowerCase()
  }

  async state(): Promise<ClientState> {
    const shown = await this.#run({ op: 'state' })
    const state = STATES[String(shown)]
    if (state === undefined) throw new Error(`Pidgin says ${shown}`)
    return state
  }

  async setOpportunistic(on: boolean): Promise<void> {
    await this.#run({ op: 'automatic', on })
  }

  async restart(key: 'same' | 'new'): Promise<void> {
    await this.#end()
    if (key === 'new') this.#home.remove('otr.private_key')
    await this.begin()
  }

  async stop(): Promise<void> {
    await this.#end()
    this.#home.delete()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  log(): string {
    return `${this.#home.log.slice(-20_000)}\n${this.#lines.join('\n')}`
  }

  async #end(): Promise<void> {
    await Promise.race([this.#home.end(), setTimeout(END_MS)])
  }

  async #openDialog(): Promise<void> {
    await this.#run({ op: 'menu', item: '(Rea|A)uthenticate buddy' })
    await until(
      () => this.#dialogs.some((labels) => labels.join().includes('How would you like')),
      'dialog',
      () => this.log(),
    )
  }

  async #run(command: object): Promise<unknown> {
    this.#lines.push(JSON.stringify(command))
    this.#stdin?.write(`${JSON.stringify(command)}\n`)
    return await this.#answer()
  }

  async #answer(): Promise<unknown> {
    const line = await until(
      () => this.#done.shift(),
      'answer of the driver',
      () => this.log(),
      30_000,
    )
    if (line.error !== undefined) throw new Error(`${line.error}\n${this.log()}`)
    return line.value
  }

  #readLine(text: string): void {
    this.#lines.push(text)
    if (!text.startsWith('{')) return // What the bus starts has the same output.
    const line = JSON.parse(text) as Line
    if (line.ev === 'done') this.#done.push(line)
    else if (line.ev === 'dialogs') this.#readDialogs(line.dialogs)
    else if (line.system) this.#readNotice(line.text)
    else this.events.add({ type: 'text', text: line.text, encrypted: this.#isEncrypted })
  }

  #readNotice(text: string): void {
    const notice = NOTICES.find(([pattern]) => pattern.test(text))?.[1]
    if (notice === undefined) return
    this.#isEncrypted = notice.type === 'encrypted'
    this.events.add(notice)
  }

  #readDialogs(dialogs: readonly (readonly string[])[]): void {
    const before = this.#dialogs.map((labels) => labels.join('\n'))
    this.#dialogs = dialogs
    for (const labels of dialogs) {
      if (before.includes(labels.join('\n'))) continue
      const event = readDialog(labels)
      if (event !== null) this.events.add(event)
    }
  }
}

const STATES: Readonly<Record<string, ClientState>> = {
  'Not private': 'plaintext',
  Unverified: 'encrypted',
  Private: 'verified',
  Finished: 'ended',
}

const NOTICES: readonly [RegExp, ClientEvent][] = [
  [/^(Unverified|Private|Not private) conversation with \S+ started/, { type: 'encrypted' }],
  [/^Successfully refreshed the/, { type: 'encrypted' }],
  [/^Private conversation with \S+ lost|has ended (his\/her|their) private/, { type: 'ended' }],
]

const RESULTS: readonly [string, ClientEvent][] = [
  ['Authentication successful.', { type: 'smpSucceeded' }],
  ['Your buddy has successfully authenticated you.', { type: 'smpSucceeded' }],
  ['Authentication failed.', { type: 'smpFailed' }],
  ['An error occurred during authentication.', { type: 'smpAborted' }],
]

function readDialog(labels: readonly string[]): ClientEvent | null {
  const result = RESULTS.find(([text]) => labels.some((label) => label.startsWith(text)))
  if (result !== undefined) return result[1]
  const asked = labels.findIndex((label) => label.startsWith('This is the question asked'))
  if (asked >= 0) return { type: 'smpAsked', question: labels[asked + 1]! }
  // The same words are in the dialog that its user opened, below a choice of how to verify.
  const isOurChoice = labels.some((label) => label.includes('How would you like'))
  const wantsSecret = labels.includes('Enter secret here:') && !isOurChoice
  return wantsSecret ? { type: 'smpAsked', question: null } : null
}

function accounts({ port, account, password }: XmppClientOptions): string {
  return `<?xml version='1.0' encoding='UTF-8' ?>
<account version='1.0'>
 <account>
  <protocol>prpl-jabber</protocol>
  <name>${account}/pidgin</name>
  <password>${password}</password>
  <settings>
   <setting name='connect_server' type='string'>127.0.0.1</setting>
   <setting name='port' type='int'>${port}</setting>
   <setting name='connection_security' type='string'>opportunistic_tls</setting>
   <setting name='auth_plain_in_clear' type='bool'>1</setting>
  </settings>
  <settings ui='gtk-gaim'>
   <setting name='auto-login' type='bool'>1</setting>
  </settings>
 </account>
</account>
`
}

/** D-Bus's own configuration but for the socket, which it leaves in /tmp. */
function busIn(folder: string): string {
  return `<!DOCTYPE busconfig PUBLIC '-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN'
 'http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd'>
<busconfig>
 <type>session</type>
 <listen>unix:dir=${folder}</listen>
 <standard_session_servicedirs/>
 <policy context='default'>
  <allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/>
 </policy>
</busconfig>
`
}

const PREFERENCES = `<?xml version='1.0' encoding='UTF-8' ?>
<pref version='1' name='/'>
 <pref name='pidgin'>
  <pref name='plugins'><pref name='loaded' type='pathlist'>
   <item value='/usr/lib/pidgin/pidgin-otr.so'/>
  </pref></pref>
 </pref>
 <pref name='OTR'>
  <pref name='enabled' type='bool' value='1'/>
  <pref name='automatic' type='bool' value='0'/>
  <pref name='onlyprivate' type='bool' value='0'/>
 </pref>
</pref>
`
