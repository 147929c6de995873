import type { MsrpSessionDoor, MsrpSessionSetup, MsrpSessionStart, Sink } from './doors.ts'
import {
  type MsrpContent,
  MsrpError,
  type MsrpMessage,
  type MsrpReports,
  type MsrpSessionEvent,
} from './events.ts'
import type { MsrpRequest } from './frame.ts'
import { newIdent } from './idents.ts'
import { Incoming } from './incoming.ts'
import { HELD_MAX, KEEP_ALIVE_TICK_MS, TRANSACTION_TIMEOUT_MS } from './limits.ts'
import type { Link, RequestDraft } from './link.ts'
import { Outgoing } from './outgoing.ts'
import {
  SESSION,
  type SessionAction,
  type SessionInput,
  type SessionState,
} from './session-table.ts'
import type { Answer } from './transactions.ts'
import { sessionIdOf } from './uri.ts'

/**
 * One session between two endpoints (RFC 4975 §5). Its states are a table, see `session-table.ts`.
 * Made by {@link MsrpConnection.open}.
 */
export class MsrpSession implements MsrpSessionDoor {
  readonly #setup: MsrpSessionSetup
  readonly #sink: Sink<MsrpSessionEvent>
  readonly #link: Link
  readonly #incoming: Incoming
  readonly #outgoing: Outgoing
  #state: SessionState = 'idle'
  #remotePath: readonly string[] = []
  readonly #held: MsrpRequest[] = []
  /** Something has come from the other end since the last look. */
  #heard = false
  /** A keep-alive is out. */
  #asked = false
  #cancelTimer = () => {}

  constructor(setup: MsrpSessionSetup, sink: Sink<MsrpSessionEvent>, link: Link) {
    this.#setup = setup
    this.#sink = sink
    this.#link = link
    this.#incoming = new Incoming(link.env, setup.acceptTypes ?? ['*'])
    this.#outgoing = new Outgoing(
      (draft, answered) => this.#request(draft, answered),
      (event) => this.#emit(event),
    )
  }

  /** Own URI. */
  get uri(): string {
    return this.#setup.uri
  }

  /** @throws TypeError if called twice @throws RangeError if the peer's path has no session id */
  start({ remotePath, active, maxChunk }: MsrpSessionStart): void {
    checkRemotePath(remotePath)
    if (this.#state === 'idle') {
      this.#remotePath = remotePath
      this.#outgoing.setMaxChunk(maxChunk ?? Number.POSITIVE_INFINITY)
    }
    this.#input(active ? 'startActive' : 'startPassive')
    for (const request of this.#held.splice(0)) this.receive(request)
  }

  /** @throws RangeError if the peer's path has no session id */
  move({ remotePath, active, maxChunk }: MsrpSessionStart): void {
    checkRemotePath(remotePath)
    this.#remotePath = remotePath
    this.#outgoing.setMaxChunk(maxChunk ?? Number.POSITIVE_INFINITY)
    if (active && this.#state === 'bound') this.#ask()
  }

  send(message: MsrpMessage, reports: MsrpReports): void {
    if (this.#state === 'bound') return this.#outgoing.send(message, reports)
    this.#sink({ type: 'failed', id: message.id, status: 481, reason: 'the session is not bound' })
  }

  report(id: string, status: number, content?: MsrpContent): void {
    const draft = this.#incoming.report(id, status)
    if (draft !== null) this.#request({ ...draft, ...content }, null)
  }

  async setNickname(nickname: string, isQuoted = true): Promise<number> {
    const quoted = isQuoted ? `"${nickname.replaceAll(/["\\]/g, '\\$&')}"` : nickname
    const answer = await this.#link.ask({
      ...this.#draft('NICKNAME'),
      headers: [['Use-Nickname', quoted]],
    })
    return answer.status
  }

  close(): void {
    this.#input('close', 'closed here')
  }

  /** For the connection: a request whose To-Path names this session. */
  receive(request: MsrpRequest): void {
    this.#heard = true
    switch (request.method) {
      case 'SEND':
        if (this.#isFromPeer(request)) this.#input('peerSend', '', request)
        else this.#link.respond(request, 481, 'From-Path is not of this session')
        break
      case 'REPORT':
        // Not only the peer reports: relays on the way do, from their own URIs.
        ;(this.#setup.file ?? this.#outgoing).onReport(request)
        break
      default: {
        const answer = this.#setup.onRequest?.(request)
        this.#link.respond(request, answer?.status ?? 501, answer?.comment ?? 'Unknown method')
      }
    }
  }

  /** For the connection: the wire has closed. */
  lost(reason: string): void {
    this.#input('lost', reason)
  }

  /** For the connection: bytes came that are no frame. */
  violated(error: MsrpError): void {
    this.#emit({ type: 'violation', error })
  }

  #input(input: SessionInput, reason = '', request?: MsrpRequest): void {
    const [action, next] = SESSION[this.#state][input]
    this.#state = next
    this.#act(action, reason, request)
  }

  #act(action: SessionAction, reason: string, request?: MsrpRequest): void {
    switch (action) {
      case 'none':
        return
      case 'refuse':
        throw new TypeError('a session starts once')
      case 'hold':
        if (this.#held.length < HELD_MAX) this.#held.push(request!)
        return
      case 'sendBind':
        this.#sendEmpty(({ status, comment, response }) => {
          if (status === 200) this.#input('bindAccepted')
          else this.#input(response === null ? 'lost' : 'bindRefused', `${status} ${comment}`)
        })
        return
      case 'awaitBind':
        this.#cancelTimer = this.#link.env.after(TRANSACTION_TIMEOUT_MS, () =>
          this.#input('deadline', 'the peer did not bind within 30 s'),
        )
        return
      case 'announce':
        return this.#announce()
      case 'announceAndAccept':
        this.#announce()
        return this.#accept(request!)
      case 'accept':
        return this.#accept(request!)
      case 'endLocal':
        return this.#end('local', reason)
      case 'endRemote':
        return this.#end('remote', reason)
      case 'endNetwork':
        return this.#end('network', reason)
    }
  }

  #announce(): void {
    this.#cancelTimer()
    this.#keepAlive()
    this.#sink({ type: 'bound' })
    this.#setup.file?.begin((draft, answered) => this.#request(draft, answered))
  }

  #accept(request: MsrpRequest): void {
    if (this.#setup.file !== undefined && (request.body !== null || request.flag === '#')) {
      const respond = (status: number, comment: string) =>
        this.#link.respond(request, status, comment)
      return this.#setup.file.accept(request, respond)
    }
    const { status, comment, message, repeated } = this.#incoming.accept(request)
    this.#link.respond(request, status, comment)
    if (repeated !== null) this.report(repeated.id, repeated.status)
    if (status === 400) {
      this.#emit({ type: 'violation', error: new MsrpError('MSRP_BAD_HEADER', comment) })
    }
    if (message !== null) this.#emit({ type: 'message', ...message })
  }

  #end(by: 'local' | 'remote' | 'network', reason: string): void {
    this.#cancelTimer()
    this.#incoming.clear()
    this.#outgoing.clear()
    this.#setup.file?.end()
    this.#held.length = 0
    this.#link.leave()
    this.#sink({ type: 'closed', by, reason })
  }

  /**
   * After 25 to 50 s of silence asks with an empty SEND whether the other end is there: mappings in
   * NATs and proxies live 60 s, and a dead connection would not be noticed otherwise.
   */
  #keepAlive(): void {
    this.#cancelTimer = this.#link.env.after(KEEP_ALIVE_TICK_MS, () => {
      if (!this.#heard && !this.#asked) this.#ask()
      this.#heard = false
      this.#keepAlive()
    })
  }

  /** Asks the other end whether it is there, which also binds the connection to it. */
  #ask(): void {
    this.#asked = true
    this.#sendEmpty(({ response }) => {
      this.#asked = false
      if (response === null) this.#input('lost', 'no answer to a keep-alive within 30 s')
    })
  }

  #sendEmpty(answered: (answer: Answer) => void): void {
    const { random } = this.#link.env
    // msrprelay answers 400 to a SEND without either header.
    const headers = [
      ['Message-ID', newIdent(random)],
      ['Byte-Range', '1-0/0'],
    ] as const
    this.#request({ ...this.#draft('SEND'), headers }, answered)
  }

  #draft(method: string): RequestDraft {
    return {
      method,
      toPath: [...this.#setup.usePath, ...this.#remotePath],
      fromPath: [this.uri],
      headers: [],
      contentType: null,
      body: null,
      flag: '$',
    }
  }

  #request(
    draft: Omit<RequestDraft, 'toPath' | 'fromPath'> & Partial<RequestDraft>,
    answered: ((answer: Answer) => void) | null,
  ): void {
    this.#link.request(
      { ...this.#draft(draft.method), ...draft },
      answered &&
        ((answer) => {
          if (answer.response !== null) this.#heard = true
          answered(answer)
          if (answer.status === 481 || answer.status === 506) {
            this.#input('disowned', `${answer.status} ${answer.comment}`)
          }
        }),
    )
  }

  /** An event of a session that has ended would come after its last. */
  #emit(event: MsrpSessionEvent): void {
    if (this.#state !== 'closed') this.#sink(event)
  }

  /** By session id alone, as deployed peers do: see {@link sessionIdOf}. */
  #isFromPeer(request: MsrpRequest): boolean {
    if (this.#state === 'idle') return true // Checked when the start says who the peer is.
    return sessionIdOf(request.fromPath.at(-1)!) === sessionIdOf(this.#remotePath.at(-1)!)
  }
}

function checkRemotePath(path: readonly string[]): void {
  if (sessionIdOf(path.at(-1) ?? '') === null) {
    throw new RangeError('remote path does not end in a session id')
  }
}
