import type { EdgeEnv } from './env.ts'
import type { SipFlow } from './flow.ts'
import { RINGING_TIMEOUT_MS, TRANSACTION_TIMEOUT_MS } from './limits.ts'
import { cseqMethod, cseqOf, parseVia, tagIn } from './sip-fields.ts'
import {
  header,
  headers,
  type SipHeader,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts'

/*
 * The transactions of a stateful proxy (RFC 3261 §17, amended by RFC 6026) over a transport that
 * loses nothing. So nothing is repeated (timers A, E, G never run) and the states that only wait
 * for repetitions are passed through at once (timers D, I, J, K are 0): Completed of clients and of
 * non-INVITE servers, and Confirmed, are all `terminated` here.
 */

export type ServerState = 'trying' | 'accepted' | 'completed' | 'terminated'
export type ServerInput = 'provisional' | 'success' | 'failure' | 'ack' | 'repeat' | 'timeout'
export type ServerAction = 'send' | 'sendAgain' | 'ignore'

/** INVITE, answering side: RFC 3261 figure 7 and RFC 6026 figure 5. */
export const INVITE_SERVER = {
  trying: {
    provisional: ['send', 'trying'],
    success: ['send', 'accepted'],
    failure: ['send', 'completed'],
    ack: ['ignore', 'trying'],
    repeat: ['sendAgain', 'trying'],
    timeout: ['ignore', 'trying'],
  },
  accepted: {
    provisional: ['ignore', 'accepted'],
    success: ['send', 'accepted'], // A second callee answered before our CANCEL came to it.
    failure: ['ignore', 'accepted'],
    ack: ['ignore', 'accepted'], // Of a 2xx: end to end, with a branch of its own. Not this one.
    repeat: ['ignore', 'accepted'],
    timeout: ['ignore', 'terminated'], // Timer L.
  },
  completed: {
    provisional: ['ignore', 'completed'],
    success: ['ignore', 'completed'],
    failure: ['ignore', 'completed'],
    ack: ['ignore', 'terminated'],
    repeat: ['sendAgain', 'completed'],
    timeout: ['ignore', 'terminated'], // Timer H.
  },
  terminated: {
    provisional: ['ignore', 'terminated'],
    success: ['ignore', 'terminated'],
    failure: ['ignore', 'terminated'],
    ack: ['ignore', 'terminated'],
    repeat: ['ignore', 'terminated'],
    timeout: ['ignore', 'terminated'],
  },
} as const satisfies ServerTable

/** Anything but INVITE, answering side: RFC 3261 figure 8. */
export const OTHER_SERVER = {
  trying: {
    provisional: ['send', 'trying'],
    success: ['send', 'terminated'],
    failure: ['send', 'terminated'],
    ack: ['ignore', 'trying'],
    repeat: ['sendAgain', 'trying'],
    timeout: ['ignore', 'terminated'], // Nobody answered: say nothing (RFC 4320 §4.2).
  },
  accepted: INVITE_SERVER.terminated,
  completed: INVITE_SERVER.terminated,
  terminated: INVITE_SERVER.terminated,
} as const satisfies ServerTable

export type ClientState = 'calling' | 'proceeding' | 'accepted' | 'terminated'
export type ClientInput = 'provisional' | 'success' | 'failure' | 'timeout' | 'lost'
export type ClientAction = 'pass' | 'acknowledge' | 'giveUp' | 'ignore'

/** INVITE, asking side: RFC 3261 figure 5 and RFC 6026 figure 4. */
export const INVITE_CLIENT = {
  calling: {
    provisional: ['pass', 'proceeding'],
    success: ['pass', 'accepted'],
    failure: ['acknowledge', 'terminated'],
    timeout: ['giveUp', 'terminated'], // Timer B.
    lost: ['giveUp', 'terminated'],
  },
  proceeding: {
    provisional: ['pass', 'proceeding'],
    success: ['pass', 'accepted'],
    failure: ['acknowledge', 'terminated'],
    timeout: ['giveUp', 'terminated'], // Timer C (RFC 3261 §16.8).
    lost: ['giveUp', 'terminated'],
  },
  accepted: {
    provisional: ['ignore', 'accepted'],
    success: ['pass', 'accepted'],
    failure: ['ignore', 'accepted'],
    timeout: ['ignore', 'terminated'], // Timer M.
    lost: ['ignore', 'terminated'],
  },
  terminated: {
    provisional: ['ignore', 'terminated'],
    success: ['ignore', 'terminated'],
    failure: ['ignore', 'terminated'],
    timeout: ['ignore', 'terminated'],
    lost: ['ignore', 'terminated'],
  },
} as const satisfies ClientTable

/** Anything but INVITE, asking side: RFC 3261 figure 6. */
export const OTHER_CLIENT = {
  calling: {
    provisional: ['pass', 'proceeding'],
    success: ['pass', 'terminated'],
    failure: ['pass', 'terminated'],
    timeout: ['giveUp', 'terminated'], // Timer F.
    lost: ['giveUp', 'terminated'],
  },
  proceeding: {
    provisional: ['pass', 'proceeding'],
    success: ['pass', 'terminated'],
    failure: ['pass', 'terminated'],
    timeout: ['giveUp', 'terminated'], // Timer F.
    lost: ['giveUp', 'terminated'],
  },
  accepted: INVITE_CLIENT.terminated,
  terminated: INVITE_CLIENT.terminated,
} as const satisfies ClientTable

type ServerTable = Record<ServerState, Record<ServerInput, readonly [ServerAction, ServerState]>>
type ClientTable = Record<ClientState, Record<ClientInput, readonly [ClientAction, ClientState]>>

/** A request that came over a flow and waits for its answer. */
export class ServerTransaction {
  readonly request: SipRequest
  readonly flow: SipFlow
  readonly #table: ServerTable
  readonly #env: EdgeEnv
  readonly #onEnd: () => void
  #state: ServerState = 'trying'
  #last: SipResponse | null = null
  #stopTimer: () => void

  /** @param onEnd - called once, when it is over and may be forgotten */
  constructor(request: SipRequest, flow: SipFlow, env: EdgeEnv, onEnd: () => void) {
    this.request = request
    this.flow = flow
    this.#env = env
    this.#onEnd = onEnd
    this.#table = request.method === 'INVITE' ? INVITE_SERVER : OTHER_SERVER
    this.#stopTimer = this.#startTimer()
  }

  get state(): ServerState {
    return this.#state
  }

  /** Sends a response if this is still the time for it. */
  respond(response: SipResponse): void {
    this.#step(classify(response), response)
  }

  /** The same request once more, or the ACK of a refusal. */
  receive(request: SipRequest): void {
    this.#step(request.method === 'ACK' ? 'ack' : 'repeat')
  }

  /** Nobody can be answered any more. */
  end(): void {
    if (this.#state !== 'terminated') this.#enter('terminated')
  }

  #step(input: ServerInput, response: SipResponse | null = null): void {
    const [action, next] = this.#table[this.#state][input]
    if (action === 'send' && response !== null) {
      this.#last = response
      this.flow.send(response)
    } else if (action === 'sendAgain' && this.#last !== null) this.flow.send(this.#last)
    if (next !== this.#state) this.#enter(next)
  }

  #enter(state: ServerState): void {
    this.#state = state
    this.#stopTimer()
    if (state === 'terminated') this.#onEnd()
    else this.#stopTimer = this.#startTimer()
  }

  #startTimer(): () => void {
    return this.#env.after(TRANSACTION_TIMEOUT_MS, () => this.#step('timeout'))
  }
}

/** What a client transaction tells: a response that travels on, or that none will come. */
export type ClientOutcome = SipResponse | 'timeout' | 'lost'

/** A request that we passed on, over one flow, and whose answer we wait for. */
export class ClientTransaction {
  readonly request: SipRequest
  readonly flow: SipFlow
  readonly #table: ClientTable
  readonly #env: EdgeEnv
  readonly #onOutcome: (outcome: ClientOutcome) => void
  readonly #onEnd: () => void
  #state: ClientState = 'calling'
  #cancel: 'no' | 'wanted' | 'sent' = 'no'
  #stopTimer: () => void = () => {}

  /**
   * Sends `request`, whose top Via is ours.
   *
   * @param onEnd - called once, when it is over and may be forgotten
   */
  constructor(
    request: SipRequest,
    flow: SipFlow,
    env: EdgeEnv,
    onOutcome: (outcome: ClientOutcome) => void,
    onEnd: () => void,
  ) {
    this.request = request
    this.flow = flow
    this.#env = env
    this.#onOutcome = onOutcome
    this.#onEnd = onEnd
    this.#table = request.method === 'INVITE' ? INVITE_CLIENT : OTHER_CLIENT
    this.#await(TRANSACTION_TIMEOUT_MS)
    flow.send(request)
  }

  get state(): ClientState {
    return this.#state
  }

  receive(response: SipResponse): void {
    this.#step(classify(response), response)
  }

  /** The flow has closed. */
  lost(): void {
    this.#step('lost')
  }

  /** Gives an INVITE up. Its final response, 487 as a rule, still comes (RFC 3261 §9.1). */
  cancel(): void {
    if (this.request.method !== 'INVITE' || this.#cancel !== 'no') return
    if (this.#state === 'calling')
      this.#cancel = 'wanted' // Not before a provisional response.
    else if (this.#state === 'proceeding') this.#sendCancel()
  }

  #step(input: ClientInput, response: SipResponse | null = null): void {
    const [action, next] = this.#table[this.#state][input]
    if (action === 'acknowledge' && response !== null) this.flow.send(this.#acknowledge(response))
    if (next !== this.#state) this.#enter(next)
    else if (input === 'provisional' && this.#isRinging()) this.#await(RINGING_TIMEOUT_MS)
    if (action === 'giveUp') this.#onOutcome(input === 'lost' ? 'lost' : 'timeout')
    else if (action !== 'ignore' && response !== null) this.#onOutcome(response)
  }

  #enter(state: ClientState): void {
    this.#state = state
    if (state === 'terminated') {
      this.#stopTimer()
      this.#onEnd()
    } else if (state === 'accepted') this.#await(TRANSACTION_TIMEOUT_MS)
    else if (this.#cancel === 'wanted') this.#sendCancel()
    else if (this.#isRinging()) this.#await(RINGING_TIMEOUT_MS)
  }

  /** Timer C runs, and starts anew with each sign of life. */
  #isRinging(): boolean {
    const { method } = this.request
    return this.#state === 'proceeding' && method === 'INVITE' && this.#cancel === 'no'
  }

  #await(ms: number): void {
    this.#stopTimer()
    this.#stopTimer = this.#env.after(ms, () => {
      if (this.#isRinging())
        this.cancel() // And 64*T1 more for the answer to that.
      else this.#step('timeout')
    })
  }

  #sendCancel(): void {
    this.#cancel = 'sent'
    this.flow.send(this.#hopByHop('CANCEL', header(this.request, 'to')!))
    this.#await(TRANSACTION_TIMEOUT_MS)
  }

  /** ACK of a refusal: hop by hop, with the INVITE's branch (RFC 3261 §17.1.1.3). */
  #acknowledge(response: SipResponse): SipRequest {
    return this.#hopByHop('ACK', header(response, 'to')!)
  }

  #hopByHop(method: 'ACK' | 'CANCEL', to: string): SipRequest {
    const { request } = this
    const routes = headers(request, 'route').map((route): SipHeader => ['Route', route])
    return {
      kind: 'request',
      method,
      uri: request.uri,
      headers: [
        ['Via', header(request, 'via')!],
        ...routes,
        ['Max-Forwards', '70'],
        ['From', header(request, 'from')!],
        ['To', to],
        ['Call-ID', header(request, 'call-id')!],
        ['CSeq', `${cseqOf(request)} ${method}`],
      ],
      body: new Uint8Array(),
    }
  }
}

/** What makes a server transaction the same: RFC 3261 §17.2.3. ACK and INVITE share it. */
export function serverKey(request: SipRequest, flow: SipFlow, method = request.method): string {
  const via = parseVia(header(request, 'via')!)
  const of = method === 'ACK' ? 'INVITE' : method
  return `${flow.id} ${via?.sentBy} ${via?.branch} ${of} ${tagIn(request, 'from')}`
}

/** What joins a response to its client transaction: RFC 3261 §17.1.3. */
export function clientKey(message: SipRequest | SipResponse): string {
  return `${parseVia(header(message, 'via')!)?.branch} ${cseqMethod(message)}`
}

function classify(response: SipResponse): 'provisional' | 'success' | 'failure' {
  if (response.status < 200) return 'provisional'
  return response.status < 300 ? 'success' : 'failure'
}
