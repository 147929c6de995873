import { authenticate } from './authenticate.ts'
import type { MsrpConnectionDoor, MsrpSessionSetup, RelayGrant, RelayLogin, Sink } from './doors.ts'
import { encodeFrame } from './encode.ts'
import { MsrpError, type MsrpSessionEvent } from './events.ts'
import { header, type MsrpFrame, type MsrpRequest } from './frame.ts'
import { newTransaction } from './idents.ts'
import { VIOLATIONS_MAX } from './limits.ts'
import type { Link, RequestDraft } from './link.ts'
import { parseFrame } from './parse.ts'
import { keepGrant } from './renewal.ts'
import { MsrpSession } from './session.ts'
import { StreamParser } from './stream-parser.ts'
import { type Answer, Transactions } from './transactions.ts'
import { sessionIdOf } from './uri.ts'
import type { MsrpEnv, Wire } from './wire.ts'

/**
 * One connection to a relay or peer, and the sessions on it. It owns the wire's two callbacks.
 *
 * A malformed frame is a `violation` of every session. On a byte stream it ends the connection, since
 * what follows cannot be told apart; with one frame per message, only too many of them do.
 */
export class MsrpConnection implements MsrpConnectionDoor {
  readonly #wire: Wire
  readonly #env: MsrpEnv
  /** Puts what the bytes complete into {@link #frames}. */
  readonly #read: (bytes: Uint8Array) => void
  readonly #frames: MsrpFrame[] = []
  readonly #transactions: Transactions
  readonly #sessions = new Map<string, MsrpSession>()
  #isOpen = true
  #violations = 0
  /** AUTH requests are not pipelined (RFC 4976 §5.1): each waits for the one before. */
  #lastAuth: Promise<unknown> = Promise.resolve()
  /** Promises that a closing wire must not leave unsettled. */
  readonly #unsettled = new Set<(error: MsrpError) => void>()

  constructor(wire: Wire, env: MsrpEnv) {
    this.#wire = wire
    this.#env = env
    this.#transactions = new Transactions(env)
    if (wire.framing === 'stream') {
      const parser = new StreamParser((frame) => this.#frames.push(frame))
      this.#read = (bytes) => parser.push(bytes)
    } else {
      this.#read = (bytes) => this.#frames.push(parseFrame(bytes))
    }
    wire.onBytes = (bytes) => this.#onBytes(bytes)
    wire.onClose = ({ by, error }) => this.#onClose(by, error)
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  authenticate(login: RelayLogin): Promise<RelayGrant> {
    const turn = this.#lastAuth.then(() =>
      authenticate(login, (draft) => this.#ask(draft), this.#env.random),
    )
    this.#lastAuth = turn.catch(() => {})
    return turn
  }

  keep(login: () => RelayLogin, grant: RelayGrant, onLapse: () => void): () => void {
    return keepGrant(grant, () => this.authenticate(login()), this.#env, onLapse)
  }

  /** @throws RangeError if the URI has no session id, or one that is in use on this connection */
  open(setup: MsrpSessionSetup, sink: Sink<MsrpSessionEvent>): MsrpSession {
    const sessionId = sessionIdOf(setup.uri)
    if (sessionId === null || this.#sessions.has(sessionId)) {
      throw new RangeError('URI without a session id of its own')
    }
    const link: Link = {
      env: this.#env,
      request: (draft, answered) => this.#request(draft, answered),
      ask: (draft) => this.#ask(draft),
      respond: (request, status, comment) => this.#respond(request, status, comment),
      leave: () => this.#sessions.delete(sessionId),
    }
    const session = new MsrpSession(setup, sink, link)
    this.#sessions.set(sessionId, session)
    // A session on a closed wire ends as one whose wire closes, but after the caller has it.
    if (!this.#isOpen) this.#env.after(0, () => session.lost('the connection is closed'))
    return session
  }

  close(): void {
    this.#onClose('local', null)
    this.#wire.close()
  }

  #onBytes(bytes: Uint8Array): void {
    if (!this.#isOpen) return
    let fault: MsrpError | null = null
    try {
      this.#read(bytes)
    } catch (error) {
      if (!(error instanceof MsrpError)) throw error
      fault = error
    }
    // Outside of `try`: what a sink throws is not the peer's fault.
    for (const frame of this.#frames.splice(0)) this.#onFrame(frame)
    if (fault !== null) this.#onFault(fault)
  }

  #onFault(error: MsrpError): void {
    for (const session of [...this.#sessions.values()]) session.violated(error)
    this.#violations++
    if (this.#wire.framing === 'message' && this.#violations <= VIOLATIONS_MAX) return
    this.#onClose('remote', 'the peer does not speak MSRP')
    this.#wire.close()
  }

  #onFrame(frame: MsrpFrame): void {
    if (!this.#isOpen) return
    if (frame.kind === 'response') return this.#transactions.answer(frame)
    const session = this.#sessions.get(sessionIdOf(frame.toPath[0]!) ?? '')
    // We relay nothing, so that a path may only lead to us.
    if (session !== undefined && frame.toPath.length === 1) session.receive(frame)
    else this.#respond(frame, 481, 'No such session here')
  }

  #onClose(by: 'local' | 'remote', error: string | null): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#transactions.drop()
    const reason = error ?? 'the connection was closed'
    for (const session of [...this.#sessions.values()]) {
      if (by === 'local') session.close()
      else session.lost(reason)
    }
    const lost = new MsrpError('MSRP_CONNECTION_LOST', reason)
    for (const reject of this.#unsettled) reject(lost)
    this.#unsettled.clear()
  }

  #request(draft: RequestDraft, answered: ((answer: Answer) => void) | null): void {
    if (!this.#isOpen) return
    let transaction = newTransaction(this.#env.random, draft.body)
    while (this.#transactions.has(transaction)) {
      transaction = newTransaction(this.#env.random, draft.body)
    }
    const bytes = encodeFrame({ kind: 'request', transaction, ...draft })
    if (answered !== null) this.#transactions.start(transaction, answered)
    this.#wire.send(bytes)
  }

  #ask(draft: RequestDraft): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) {
        reject(new MsrpError('MSRP_CONNECTION_LOST', 'the connection is closed'))
        return
      }
      this.#unsettled.add(reject)
      this.#request(draft, (answer) => {
        this.#unsettled.delete(reject)
        resolve(answer)
      })
    })
  }

  /** Answers as far as the request wants it (RFC 4975 §7.2); a REPORT never is. */
  #respond(request: MsrpRequest, status: number, comment: string): void {
    const wanted = header(request, 'Failure-Report')
    const unwanted = wanted === 'no' || (wanted === 'partial' && status === 200)
    if (!this.#isOpen || request.method === 'REPORT' || unwanted) return
    // A SEND is answered hop by hop, everything else from end to end.
    const toPath = request.method === 'SEND' ? request.fromPath.slice(0, 1) : request.fromPath
    const fromPath = request.toPath.slice(0, 1)
    const { transaction } = request
    this.#wire.send(
      encodeFrame({
        kind: 'response',
        transaction,
        status,
        comment,
        toPath,
        fromPath,
        headers: [],
        flag: '$',
      }),
    )
  }
}
