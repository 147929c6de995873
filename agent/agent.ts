import {
  type Address,
  type ChatAccount,
  type ChatClient,
  type ChatEvent,
  parseAddress,
} from '../chat/index.ts'
import { type AgentCommand, CommandError, parseCommand } from './commands.ts'
import type { FileStore } from './file-store.ts'
import { fileToSend } from './file-to-send.ts'
import { headlessClient } from './headless.ts'
import { type AgentLine, describeMessage, LineWriter } from './lines.ts'
import { ReceivedFiles } from './received-files.ts'
import { watchSleep } from './sleep-watch.ts'

export interface AgentSetup {
  readonly account: Omit<ChatAccount, 'instanceId'>
  readonly store: FileStore
  /** PEM of an extra authority, or `null`. */
  readonly ca: string | null
  /** A folder for received files; made when the first one comes. */
  readonly filesFolder: string
  /** Takes the output, one object a line. */
  readonly write: (line: AgentLine) => void
}

/** A client that is driven by lines: commands in, events out. See `docs/agent.md`. */
export class Agent {
  readonly #client: ChatClient
  readonly #files: ReceivedFiles
  readonly #writer: LineWriter
  readonly #write: (line: AgentLine) => void
  readonly #address: Address
  readonly #said = new Map<string, ChatEvent>()
  readonly #stopWatching: () => void

  constructor(setup: AgentSetup) {
    this.#write = setup.write
    this.#address = setup.account.address
    this.#files = new ReceivedFiles(setup.filesFolder)
    this.#writer = new LineWriter((id) => this.#files.pathOf(id))
    this.#client = headlessClient({
      files: this.#files,
      account: setup.account,
      store: setup.store,
      trust: setup.ca === null ? {} : { ca: setup.ca },
      sink: (event) => this.#tell(event),
    })
    this.#client.signIn()
    this.#stopWatching = watchSleep(() => this.#client.probe())
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
    this.#stopWatching()
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
    const client = this.#client
    if (command.do === 'state') return this.#writeState()
    if (command.do === 'receipts') return client.setReceipts(command.on)
    if (command.do === 'search') return this.#search(command.text, command.in)
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
      case 'file-send':
        this.#writer.expect(peer)
        client.sendFile(peer, fileToSend(command.path, command.contentType))
        return
      case 'file-accept':
        return client.acceptFile(peer, command.id)
      case 'file-cancel':
        return client.cancelFile(peer, command.id)
      case 'file-approve':
        return client.approveUnencrypted(peer, command.id)
      case 'file-resume':
        return client.resumeFile(peer, command.id)
      case 'nickname':
        return client.setNickname(peer, command.nickname)
      case 'private':
        client.sendPrivately(peer, this.#memberAddress(command.member), command.text)
        return
      case 'invite':
        return client.inviteToRoom(peer, parseAddress(command.who, this.#address))
      case 'displayed':
        return client.displayed(peer, command.id)
      case 'delete':
        return client.deleteMessage(peer, command.id)
      case 'resend':
        return client.askResend(peer, command.gap, command.text ?? undefined)
      case 'history':
        return client.setHistory(peer, command.keep)
      case 'mute':
        return client.setMuted(peer, command.on)
      case 'earlier':
        return client.loadEarlier(peer)
      case 'clear':
        return client.clearHistory(peer)
      case 'export':
        return this.#export(peer)
    }
  }

  /** A name without a host is one of our domain; what else the room calls its members stays. */
  #memberAddress(member: string): string {
    return member.includes('@') ? member : parseAddress(member, this.#address)
  }

  #search(text: string, peer: string | null): void {
    const where = peer === null ? null : parseAddress(peer, this.#address)
    void this.#client.searchHistory(text, where).then((messages) => {
      this.#write({ event: 'found', text, peer: where, messages: messages.map(describeMessage) })
    })
  }

  #export(peer: Address): void {
    void this.#client.exportHistory(peer).then((history) => {
      const messages = history?.messages.map(describeMessage) ?? []
      this.#write({ event: 'history-export', peer, text: history?.text ?? '', messages })
    })
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
