import type { Accounts } from './accounts.ts'
import { DialogTokens } from './dialog-token.ts'
import { DigestVerifier } from './digest.ts'
import { type EdgeEnv, randomToken } from './env.ts'
import type { SipFlow } from './flow.ts'
import { WRONG_PASSWORD_BURST, WRONG_PASSWORD_PER_S } from './limits.ts'
import type { Log } from './log.ts'
import { type Forwarding, SipProxy } from './proxy.ts'
import { RateLimit } from './rate-limit.ts'
import { Registrar } from './registrar.ts'
import {
  addressIn,
  answer,
  parseNameAddr,
  parseUri,
  parseVia,
  type SipUri,
  tagIn,
} from './sip-fields.ts'
import type { Target } from './sip-fork.ts'
import {
  header,
  headers,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  tokens,
  without,
} from './sip-message.ts'

export interface SipDomainOptions {
  /** Host part of its addresses, and realm of its passwords. */
  readonly domain: string
  readonly accounts: Pick<Accounts, 'has' | 'ha1'>
  readonly env: EdgeEnv
  readonly log: Log
  /** Whether its flows are TLS. */
  readonly secure: boolean
  /** See `EdgeOptions.trunks`. */
  readonly trunks?: ReadonlyMap<string, string>
}

/** Something inside the edge that answers for a host of its own: the conference focus. */
export interface InsideAgent {
  /** Requests to `sip:*@host`, and answers to its own. */
  receive(message: SipMessage): void
}

interface FlowState {
  /** Who has shown a password over this flow; one flow is one user's. */
  user: string | null
  /** Its names in dialog tokens: the first is its own, a later one its browser's. */
  ends: readonly string[]
  /** The host it speaks for, if it is inside the edge. */
  readonly host: string | null
}

/**
 * The local domain: which request may go where. It registers its users, lets them call each other
 * and nobody else, and carries what they say without looking into it.
 */
export class SipDomain {
  readonly #options: SipDomainOptions
  readonly #registrar: Registrar
  readonly #proxy: SipProxy
  readonly #digest: DigestVerifier
  readonly #dialogs: DialogTokens
  readonly #wrongPasswords: RateLimit
  readonly #flows = new Map<SipFlow, FlowState>()
  /** Open flows by the ends they are, the one to use last. */
  readonly #flowsOfEnd = new Map<string, readonly SipFlow[]>()
  readonly #inside = new Map<string, SipFlow>()

  constructor(options: SipDomainOptions) {
    const { domain, accounts, env, secure } = options
    this.#options = options
    this.#registrar = new Registrar(env)
    this.#proxy = new SipProxy({ sentBy: domain, transport: secure ? 'WSS' : 'WS', env })
    const ha1 = accounts.ha1.bind(accounts)
    this.#digest = new DigestVerifier({ realm: domain, ha1, env })
    this.#dialogs = new DialogTokens(env.random(32))
    this.#wrongPasswords = new RateLimit(WRONG_PASSWORD_BURST, WRONG_PASSWORD_PER_S, env)
  }

  /** Figures for the operator. */
  get counts(): { readonly flows: number; readonly registered: number; readonly waiting: number } {
    return {
      flows: this.#flows.size - this.#inside.size,
      registered: this.#registrar.size,
      waiting: this.#proxy.size,
    }
  }

  /** A flow has opened; it may {@link receive} until {@link flowClosed}. */
  flowOpened(flow: SipFlow): void {
    this.#open(flow, null)
  }

  flowClosed(flow: SipFlow): void {
    for (const user of this.#registrar.dropFlow(flow)) {
      this.#options.log({ event: 'sip/gone', user, flow: flow.id })
    }
    for (const end of this.#flows.get(flow)?.ends ?? []) {
      const left = this.#flowsOfEnd.get(end)?.filter((other) => other !== flow) ?? []
      if (left.length === 0) this.#flowsOfEnd.delete(end)
      else this.#flowsOfEnd.set(end, left)
    }
    this.#flows.delete(flow)
    this.#proxy.flowClosed(flow)
  }

  /**
   * Lets `agent` answer for a host (`conference.<domain>`). It is trusted to speak for that host.
   *
   * @returns how it sends
   */
  attach(host: string, agent: InsideAgent): (message: SipMessage) => void {
    const flow: SipFlow = {
      id: `inside ${host}`,
      remoteAddress: '',
      // Not at once: whoever sends must not be answered before the call returns.
      send: (message) => queueMicrotask(() => this.#hand(message, agent, host)),
    }
    this.#open(flow, host)
    this.#inside.set(host, flow)
    return (message) => queueMicrotask(() => this.receive(message, flow))
  }

  /** One message that came over an open flow. */
  receive(message: SipMessage, flow: SipFlow): void {
    const state = this.#flows.get(flow)
    if (state === undefined) return
    if (message.kind === 'response') this.#proxy.receive(message, flow)
    else this.#receiveRequest(message, flow, state)
  }

  /** A fault inside the edge must not end it. */
  #hand(message: SipMessage, agent: InsideAgent, host: string): void {
    try {
      agent.receive(message)
    } catch (error) {
      this.#options.log({ event: 'sip/bug', error: error instanceof Error ? error.name : '', host })
    }
  }

  #open(flow: SipFlow, host: string | null): void {
    const end = randomToken(this.#options.env)
    this.#flows.set(flow, { user: null, ends: [end], host })
    this.#flowsOfEnd.set(end, [flow])
  }

  #receiveRequest(request: SipRequest, flow: SipFlow, state: FlowState): void {
    const via = parseVia(header(request, 'via')!)
    // Without the magic cookie a branch names nothing (RFC 3261 §8.1.1.7).
    if (via === null || !via.branch.startsWith('z9hG4bK')) {
      this.#answer(request, flow, 400)
    } else if (request.method === 'CANCEL') {
      this.#answer(request, flow, this.#proxy.cancel(request, flow) ? 200 : 481)
    } else if (!this.#proxy.absorb(request, flow)) {
      const refusal = refusalOf(request)
      if (refusal !== null) this.#answer(request, flow, ...refusal)
      else if (request.method === 'REGISTER') this.#register(request, flow, state)
      else this.#route(request, flow, state)
    }
  }

  #register(request: SipRequest, flow: SipFlow, state: FlowState): void {
    const { domain, log } = this.#options
    const to = addressIn(request, 'to')
    if (parseUri(request.uri)?.host !== domain || to?.host !== domain) {
      this.#answer(request, flow, 404)
      return
    }
    if (!this.#isAuthenticated(request, flow, state, 'www')) return
    const user = state.user
    if (user === null || to.user !== user) {
      this.#answer(request, flow, 403)
      return
    }
    const result = this.#registrar.register(request, user, flow)
    if (result.status === 200) this.#rememberBrowser(request, flow, state, user)
    log({ event: 'sip/register', user, status: result.status, flow: flow.id })
    this.#answer(request, flow, result.status, result.headers)
  }

  /** From now on the flow is found under the name of its browser too. */
  #rememberBrowser(request: SipRequest, flow: SipFlow, state: FlowState, user: string): void {
    const instance = parseNameAddr(header(request, 'contact') ?? '')?.params.get('+sip.instance')
    if (!instance) return
    const end = this.#dialogs.endOf(user, instance)
    const [own, browser = end] = state.ends
    if (browser !== end) return // A flow is one browser's; what else it calls itself is not kept.
    state.ends = [own!, end]
    const others = this.#flowsOfEnd.get(end)?.filter((other) => other !== flow) ?? []
    this.#flowsOfEnd.set(end, [...others, flow])
  }

  #route(request: SipRequest, flow: SipFlow, state: FlowState): void {
    const { domain } = this.#options
    const uri = parseUri(request.uri)!
    if (request.method === 'OPTIONS' && uri.host === domain && uri.user === null) {
      this.#answer(request, flow, 200, [
        ['Allow', METHODS],
        ['Supported', 'outbound, path'],
      ])
      return
    }
    if (!this.#isAuthenticated(request, flow, state, 'proxy')) return
    const { request: stripped, token } = this.#stripRoutes(request)
    if (token !== null) this.#routeInDialog(stripped, flow, state, token)
    // An ACK that belongs to nothing is not answered; neither may it travel (RFC 3261 §17.2.6).
    else if (request.method !== 'ACK') this.#routeInitial(stripped, uri, flow, state)
  }

  #routeInDialog(request: SipRequest, flow: SipFlow, state: FlowState, token: string): void {
    const ends = this.#dialogs.read(token)
    const here = ends?.findIndex((end) => state.ends.includes(end)) ?? -1
    if (ends === null || here < 0) {
      this.#answer(request, flow, 403)
      return
    }
    const other = this.#flowsOfEnd.get(ends[here === 0 ? 1 : 0])?.at(-1)
    if (other === undefined) this.#answer(request, flow, 430)
    else if (request.method === 'ACK') {
      this.#proxy.forwardAck(request, { flow: other, uri: request.uri })
    } else {
      const targets = [[{ flow: other, uri: request.uri }]]
      this.#forward(request, flow, { targets, recordRoute: () => null, lostStatus: 430 })
    }
  }

  #routeInitial(request: SipRequest, uri: SipUri, flow: SipFlow, state: FlowState): void {
    const targets = this.#locate(uri)
    if (typeof targets === 'number') this.#answer(request, flow, targets)
    else if (tagIn(request, 'to') !== null) {
      // In a dialog, but without our Record-Route: we never saw its beginning.
      this.#answer(request, flow, 481)
    } else {
      const recordRoute = DIALOG_FORMING.has(request.method)
        ? (target: Target) => this.#recordRoute(state, target.flow)
        : () => null
      this.#forward(request, flow, { targets, recordRoute, lostStatus: 480 })
    }
  }

  #locate(uri: SipUri): readonly (readonly Target[])[] | 404 | 480 | 484 {
    const inside = this.#inside.get(uri.host)
    if (inside !== undefined) {
      return uri.user === null ? 484 : [[{ flow: inside, uri: `sip:${uri.user}@${uri.host}` }]]
    }
    const gateway = this.#options.trunks?.get(uri.host)
    if (uri.user === null && (gateway !== undefined || uri.host === this.#options.domain))
      return 484
    if (gateway !== undefined) return this.#through(gateway, uri)
    if (uri.host !== this.#options.domain || uri.user === null) return 404 // Nobody else's users.
    const user = uri.user.toLowerCase()
    const targets = this.#registrar.lookup(user)
    if (targets.length > 0) return targets
    return this.#options.accounts.has(user) ? 480 : 404
  }

  /** A gateway is asked for the user behind it, not for itself. */
  #through(gateway: string, { user, host }: SipUri): readonly (readonly Target[])[] | 480 {
    const uri = `sip:${encodeURIComponent(user!)}@${host}`
    const bindings = this.#registrar.lookup(gateway)
    if (bindings.length === 0) return 480
    return bindings.map((instance) => instance.map(({ flow }) => ({ flow, uri })))
  }

  #recordRoute(caller: FlowState, callee: SipFlow): string | null {
    const ends = this.#flows.get(callee)?.ends
    if (ends === undefined) return null
    const token = this.#dialogs.issue(caller.ends.at(-1)!, ends.at(-1)!)
    return `<sip:${token}@${this.#options.domain};transport=ws;lr>`
  }

  /** Takes our own Route values off (RFC 3261 §16.4); the first with a user part is a token. */
  #stripRoutes(request: SipRequest): { request: SipRequest; token: string | null } {
    const routes = headers(request, 'route')
    let token: string | null = null
    while (routes.length > 0) {
      const route = parseUri(parseNameAddr(routes[0]!)?.uri ?? '')
      if (route === null || route.host !== this.#options.domain) break
      token ??= route.user
      routes.shift()
    }
    const left = routes.map((route): SipHeader => ['Route', route])
    const rest = without(request, 'route')
    return { request: { ...rest, headers: [...left, ...rest.headers] }, token }
  }

  #forward(request: SipRequest, flow: SipFlow, how: Forwarding): void {
    const outside = this.#flows.get(flow)?.host === null // A room has many to tell at once.
    if (outside && this.#proxy.isBusy(flow))
      this.#answer(request, flow, 503, [['Retry-After', '5']])
    else this.#proxy.forward(request, flow, how)
  }

  /** Whether the sender is who From says. If not, it has been answered. */
  #isAuthenticated(
    request: SipRequest,
    flow: SipFlow,
    state: FlowState,
    as: 'www' | 'proxy',
  ): boolean {
    const from = addressIn(request, 'from')
    if (state.host !== null) return from?.host === state.host
    if (state.user === null && request.method !== 'ACK') {
      if (!this.#authenticate(request, flow, state, as)) return false
    }
    if (from?.host === this.#options.domain && from.user === state.user) return true
    const gateway = this.#options.trunks?.get(from?.host ?? '')
    if (gateway !== undefined && gateway === state.user) return true
    this.#answer(request, flow, 403)
    return false
  }

  #authenticate(
    request: SipRequest,
    flow: SipFlow,
    state: FlowState,
    as: 'www' | 'proxy',
  ): boolean {
    const name = as === 'www' ? 'authorization' : 'proxy-authorization'
    const result = this.#digest.verify(headers(request, name), request.method, flow.id)
    if ('user' in result) {
      // Whoever guesses does not learn whether the last guess was right.
      const guesser = `${flow.remoteAddress} ${result.user}`
      if (!this.#wrongPasswords.allows(guesser)) {
        this.#answer(request, flow, 403, [['Retry-After', '60']])
        return false
      }
      if (result.is === 'ok') {
        state.user = result.user
        return true
      }
      this.#wrongPasswords.take(guesser)
      this.#options.log({ event: 'sip/wrong-password', address: flow.remoteAddress })
    }
    const [status, field] =
      as === 'www' ? ([401, 'WWW-Authenticate'] as const) : ([407, 'Proxy-Authenticate'] as const)
    const challenges = this.#digest.challenges(flow.id, result.is === 'stale')
    this.#answer(
      request,
      flow,
      status,
      challenges.map((value) => [field, value] as const),
    )
    return false
  }

  /**
   * Answers without a transaction (RFC 3261 §8.2.7): nothing is lost on the way, so nobody asks
   * twice, and the ACK that may follow belongs to nothing and is dropped.
   */
  #answer(
    request: SipRequest,
    flow: SipFlow,
    status: number,
    more: readonly SipHeader[] = [],
  ): void {
    if (request.method !== 'ACK') {
      flow.send(answer(request, status, randomToken(this.#options.env), more))
    }
  }
}

const METHODS =
  'ACK, BYE, CANCEL, INFO, INVITE, MESSAGE, NOTIFY, OPTIONS, REFER, REGISTER, SUBSCRIBE'

/** RFC 3261 §12.1, RFC 6665 §4, RFC 3515 §2. */
const DIALOG_FORMING = new Set(['INVITE', 'SUBSCRIBE', 'REFER'])

/** What is wrong with a request before anybody asks who sent it; `null` if nothing is. */
function refusalOf(request: SipRequest): [status: number, headers?: readonly SipHeader[]] | null {
  if (!/^sips?:/i.test(request.uri)) return [416]
  if (parseUri(request.uri) === null) return [400]
  if (addressIn(request, 'from') === null || tagIn(request, 'from') === null) return [400]
  const hops = header(request, 'max-forwards') ?? '70'
  if (!/^\d{1,3}$/.test(hops) || Number(hops) > 255) return [400]
  if (hops === '0' && request.method !== 'REGISTER') return [483]
  const required = tokens(request, 'proxy-require')
  return required.length > 0 ? [420, [['Unsupported', required.join(', ')]]] : null
}
