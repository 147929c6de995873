import {
  type Address,
  type ChatAccount,
  type ChatClient,
  type ChatEvent,
  parseAddress,
} from '../chat/index.ts'
import { type AgentCommand, CommandError, parseCommand } from './commands.ts'
import type { FileStore } from './file-store.ts'
import { headlessClient } from './headless.ts'
import { type AgentLine, LineWriter } from './lines.ts'

export interface AgentSetup {
  readonly account: Omit<ChatAccount, 'instanceId'>
  readonly store: FileStore
  /** PEM of an extra authority, or `null`. */
  readonly ca: string | null
  /** Takes the output, one object a line. */
  readonly write: (line: AgentLine) => void
}

/** A client that is driven by lines: commands in, events out. See `docs/agent.md`. */
export class Agent {
  readonly #client: ChatClient
  readonly #writer = new LineWriter()
  readonly #write: (line: AgentLine) => void
  readonly #address: Address
  readonly #said = new Map<string, ChatEvent>()

  constructor(setup: AgentSetup) {
    this.#write = setup.write
    this.#address = setup.account.address
    this.#client = headlessClient({
      account: setup.account,
      store: setup.store,
      trust: setup.ca === null ? {} : { ca: setup.ca },
      sink: (event) => this.#tell(event),
    })
    this.#client.signIn()
  }

  /** Runs one line of input. @returns false if it was `quit` */
  run(line: string): boolean {
    try {
      const command = parseCommand(line)
      if (command.do === 'quit') return false
      this.#obey(command)
    } catch (error) {
      this.#write(errorLine(error))
    }
    return true
  }

  /** Ends conversations and unregisters. */
  stop(): Promise<void> {
    return this.#client.signOut()
  }

  #tell(event: ChatEvent): void {
    this.#remember(event)
    for (const line of this.#writer.lines(event)) this.#write(line)
  }

  /** Keeps the newest of each kind for `state`. */
  #remember(event: ChatEvent): void {
    if (event.type === 'account') this.#said.set('account', event)
    if (event.type === 'identity') this.#said.set('identity', event)
    if (event.type === 'privacy') this.#said.set(`privacy ${event.peer}`, event)
  }

  #obey(command: Exclude<AgentCommand, { do: 'quit' }>): void {
    if (!('peer' in command)) return this.#writeState()
    const client = this.#client
    const peer = parseAddress(command.peer, this.#address)
    switch (command.do) {
      case 'open':
        this.#writer.expect(peer)
        return client.open(peer)
      case 'accept':
        return client.accept(peer)
      case 'decline':
        return client.decline(peer)
      case 'close':
        return client.close(peer)
      case 'send':
        this.#writer.expect(peer)
        client.send(peer, command.text)
        return
      case 'otr':
        return command.set === 'start' ? client.startOtr(peer) : client.stopOtr(peer)
      case 'contact':
        client.addContact(peer, null)
        return client.setAlwaysOtr(peer, command.alwaysOtr)
      case 'verify':
        return client.verify(peer, command.secret, command.question)
      case 'answer':
        return client.answer(peer, command.secret)
      case 'abort':
        return client.abortVerification(peer)
      case 'trust':
        return client.trust(peer, command.fingerprint, 'verified')
      case 'composing':
        return client.setComposing(peer, command.active)
    }
  }

  #writeState(): void {
    const events = [...this.#said.values()]
    const account = events.find((event) => event.type === 'account')
    const identity = events.find((event) => event.type === 'identity')
    this.#write({
      event: 'state',
      account: this.#address,
      state: account?.account.state ?? 'signedOut',
      fingerprint: identity?.fingerprint ?? null,
      conversations: events
        .filter((event) => event.type === 'privacy')
        .map(({ peer, privacy }) => ({
          peer,
          privacy: privacy.state,
          composer: privacy.composer,
          peerFingerprint: privacy.peerFingerprint,
          verified: privacy.verified?.method ?? null,
        })),
    })
  }
}

/** An `error` line; the input had no effect. */
export function errorLine(error: unknown): AgentLine {
  if (error instanceof CommandError) {
    return { event: 'error', code: error.code, sentence: error.message }
  }
  if (error instanceof TypeError || error instanceof RangeError) {
    return { event: 'error', code: 'AGENT_BAD_FIELD', sentence: error.message }
  }
  throw error
}
