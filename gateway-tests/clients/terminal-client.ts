import { ClientHome } from './client-home.ts'
import { EventLog } from './event-log.ts'
import { Terminal } from './terminal.ts'
import type { ClientEvent, XmppClientOptions } from './xmpp-client.ts'

/** What clients in a terminal have in common: they are born and end alike, and people type. */
export abstract class TerminalClient {
  readonly events = new EventLog<ClientEvent>(() => this.log())
  protected readonly options: XmppClientOptions
  protected readonly home: ClientHome
  #terminal: Terminal | null = null
  /** Lines of the conversation that became events. */
  #read = 0

  constructor(name: string, options: XmppClientOptions) {
    this.options = options
    this.home = new ClientHome(name)
  }

  /** Starts it, logs in and turns to the peer; the screen shows their conversation then. */
  protected abstract logIn(terminal: Terminal): Promise<void>
  /** The command that starts it, with what is to be in its environment. */
  protected abstract get program(): { readonly command: string; readonly env?: NodeJS.ProcessEnv }
  /** Where below its home its OTR keys are. */
  protected abstract get keys(): string
  /** Lines of the conversation, of which the first blank one is the last. */
  protected abstract linesOf(screen: readonly string[]): readonly string[]
  /** @param next - the lines after it */
  protected abstract readLine(line: string, next: readonly string[]): ClientEvent | null
  abstract log(): string

  /** @throws Error if it is not running */
  protected get terminal(): Terminal {
    if (this.#terminal === null) throw new Error(`Not running:\n${this.log()}`)
    return this.#terminal
  }

  async begin(): Promise<void> {
    const { command, env } = this.program
    this.#terminal = new Terminal(this.home, command, env)
    await this.logIn(this.#terminal)
    this.#read = 0
    this.#terminal.onScreen = (screen) => this.#readEvents(screen)
  }

  /** A key, which is taken back once it is there to see. */
  async type(): Promise<void> {
    this.terminal.press('a')
    await this.terminal.expect(/^a$/)
    this.terminal.press('BSpace')
  }

  async restart(key: 'same' | 'new'): Promise<void> {
    await this.#end()
    if (key === 'new') this.home.remove(this.keys)
    await this.begin()
  }

  async stop(): Promise<void> {
    await this.#end()
    this.home.delete()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  protected get screen(): string {
    return this.#terminal?.text ?? ''
  }

  async #end(): Promise<void> {
    await this.#terminal?.close()
    this.#terminal = null
    await this.home.end()
  }

  #readEvents(screen: readonly string[]): void {
    const lines = this.linesOf(screen)
    for (; lines[this.#read]; this.#read++) {
      const event = this.readLine(lines[this.#read]!, lines.slice(this.#read + 1, this.#read + 3))
      if (event !== null) this.events.add(event)
    }
  }
}
