import { type EdgeEnv, randomToken } from './env.ts'
import type { SipFlow } from './flow.ts'
import { MAX_FORWARDS, SIP_TRANSACTIONS_MAX } from './limits.ts'
import { answer } from './sip-fields.ts'
import { Fork, type Target } from './sip-fork.ts'
import {
  header,
  type SipHeader,
  type SipRequest,
  type SipResponse,
  without,
} from './sip-message.ts'
import { ClientTransaction, clientKey, ServerTransaction, serverKey } from './sip-transaction.ts'

export interface ProxyOptions {
  /** Our name in Via. */
  readonly sentBy: string
  /** In Via: RFC 7118 §5.2. */
  readonly transport: 'WS' | 'WSS'
  readonly env: EdgeEnv
}

/** How one request is to be passed on. */
export interface Forwarding {
  readonly targets: readonly (readonly Target[])[]
  /** Our Record-Route towards one target, or `null` for none. */
  readonly recordRoute: (target: Target) => string | null
  /** The answer if every flow is dead. */
  readonly lostStatus: 430 | 480
}

interface Exchange {
  readonly server: ServerTransaction
  readonly fork: Fork
}

/**
 * A stateful proxy (RFC 3261 §16) between flows. It decides nothing: where a request goes, and
 * whether, is its caller's to say.
 */
export class SipProxy {
  readonly #options: ProxyOptions
  readonly #servers = new Map<string, Exchange>()
  readonly #clients = new Map<string, ClientTransaction>()
  /** Server transactions of each flow. */
  readonly #waiting = new Map<SipFlow, number>()

  constructor(options: ProxyOptions) {
    this.#options = options
  }

  /** Requests that wait for an answer. */
  get size(): number {
    return this.#servers.size
  }

  /**
   * Takes a request that belongs to a transaction already there: a repeat, the ACK of a refusal.
   *
   * @returns false if there is none, and the request is a new one
   */
  absorb(request: SipRequest, flow: SipFlow): boolean {
    const exchange = this.#servers.get(serverKey(request, flow))
    // The ACK of a 2xx travels on, even if a client gave it the INVITE's branch.
    if (exchange === undefined) return false
    if (request.method === 'ACK' && exchange.server.state === 'accepted') return false
    exchange.server.receive(request)
    return true
  }

  /** @returns false if there is nothing to cancel (481) */
  cancel(request: SipRequest, flow: SipFlow): boolean {
    const exchange = this.#servers.get(serverKey(request, flow, 'INVITE'))
    exchange?.fork.cancel()
    return exchange !== undefined
  }

  /** Whether `flow` has as many requests waiting as it may. */
  isBusy(flow: SipFlow): boolean {
    return (this.#waiting.get(flow) ?? 0) >= SIP_TRANSACTIONS_MAX
  }

  /** Passes a request on and its answers back. */
  forward(request: SipRequest, flow: SipFlow, how: Forwarding): void {
    const { env } = this.#options
    const key = serverKey(request, flow)
    const server = new ServerTransaction(request, flow, env, () => {
      this.#servers.delete(key)
      this.#count(flow, -1)
    })
    this.#count(flow, 1)
    const fork = new Fork(
      request,
      {
        start: (target, onOutcome) => {
          const recordRoute = how.recordRoute(target)
          const copy = this.#copy(request, target, recordRoute)
          const own = clientKey(copy)
          const client = new ClientTransaction(copy, target.flow, env, onOutcome, () =>
            this.#clients.delete(own),
          )
          this.#clients.set(own, client)
          return client
        },
        pass: (response) => server.respond(withoutTopVia(response)),
        answer: (status) => server.respond(answer(request, status, randomToken(env))),
      },
      how.lostStatus,
    )
    this.#servers.set(key, { server, fork })
    if (request.method === 'INVITE') server.respond(answer(request, 100, ''))
    fork.start(how.targets)
  }

  /** Passes on an ACK, which has no answer. */
  forwardAck(request: SipRequest, target: Target): void {
    target.flow.send(this.#copy(request, target, null))
  }

  /** A response that came over a flow; one that nobody waits for is dropped. */
  receive(response: SipResponse, flow: SipFlow): void {
    const client = this.#clients.get(clientKey(response))
    if (client?.flow === flow) client.receive(response)
  }

  /** The flow has closed: its callers are gone, its callees cannot answer. */
  flowClosed(flow: SipFlow): void {
    for (const client of [...this.#clients.values()]) if (client.flow === flow) client.lost()
    for (const { server, fork } of [...this.#servers.values()]) {
      if (server.flow !== flow) continue
      fork.cancel()
      server.end()
    }
  }

  #copy(request: SipRequest, target: Target, recordRoute: string | null): SipRequest {
    const { sentBy, transport, env } = this.#options
    const branch = `z9hG4bK${randomToken(env)}`
    const hops = Number(header(request, 'max-forwards') ?? MAX_FORWARDS + 1) - 1
    const first: SipHeader[] = [['Via', `SIP/2.0/${transport} ${sentBy};branch=${branch}`]]
    if (recordRoute !== null) first.push(['Record-Route', recordRoute])
    const rest = without(request, 'max-forwards', 'proxy-authorization').headers
    return {
      ...request,
      uri: target.uri,
      headers: [...first, ['Max-Forwards', String(hops)], ...rest],
    }
  }

  #count(flow: SipFlow, by: 1 | -1): void {
    const count = (this.#waiting.get(flow) ?? 0) + by
    if (count === 0) this.#waiting.delete(flow)
    else this.#waiting.set(flow, count)
  }
}

/** Our own Via is always the first: the response came to a transaction of ours. */
function withoutTopVia(response: SipResponse): SipResponse {
  const at = response.headers.findIndex(([name]) => name.toLowerCase() === 'via')
  return { ...response, headers: response.headers.toSpliced(at, 1) }
}
