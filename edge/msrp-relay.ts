import { isIPv6 } from 'node:net'
import type { WebSocket } from 'ws'
import {
  header,
  MsrpError,
  type MsrpFrame,
  type MsrpRequest,
  type MsrpResponse,
  parseFrame,
  parseUri,
  type Wire,
} from '../msrp/index.ts'
import { countedBy } from './client-address.ts'
import type { EdgeEnv } from './env.ts'
import { MSRP_FRAME_MAX, WRONG_PASSWORD_BURST, WRONG_PASSWORD_PER_S } from './limits.ts'
import { responseTo } from './msrp-relay-answers.ts'
import { Challenges, type Ha1 } from './msrp-relay-auth.ts'
import { Forwarder } from './msrp-relay-forward.ts'
import { type Grant, Grants } from './msrp-relay-grants.ts'
import { Hop } from './msrp-relay-hop.ts'
import { InsideWire } from './msrp-relay-inside.ts'
import {
  EXPIRES_DEFAULT_S,
  EXPIRES_MAX_S,
  EXPIRES_MIN_S,
  INSIDE_EXPIRES_S,
  PROBATION_MS,
} from './msrp-relay-limits.ts'
import { Links, type OutgoingOptions } from './msrp-relay-links.ts'
import type { MsrpPort } from './msrp-relay-port.ts'
import { type StreamSink, streamHop } from './msrp-relay-stream.ts'
import { webSocketHop } from './msrp-relay-websocket.ts'
import { RateLimit } from './rate-limit.ts'

export interface MsrpRelayOptions {
  /**
   * Host and port of Use-Path. Our clients are connected already: these are for the peers of theirs
   * that have to dial, over TCP or TLS. A name or an address.
   */
  readonly host: string
  /** Other names by which clients may call it, e.g. that of the proxy before it. */
  readonly aliases?: readonly string[]
  readonly port: number
  /** `msrps` in Use-Path: TLS ends here, or at the proxy before us. */
  readonly secure: boolean
  /** Where peers without WebSocket come in; absent: they do not. The relay closes it. */
  readonly streams?: MsrpPort | undefined
  /** Realm of the digest. */
  readonly domain: string
  readonly ha1: Ha1
  /** Opens connections to peers that are not connected to us; absent or `null`: it does not. */
  readonly outgoing?: OutgoingOptions | null
  /** Sees all that arrives, e.g. to prove that nothing in it can be read. */
  readonly tap?: (bytes: Uint8Array) => void
  readonly env: EdgeEnv
}

/** What has happened since the start; `connections` and `grants` say what is now. */
export interface RelayCounters {
  readonly connections: number
  readonly grants: number
  readonly forwarded: number
  /** Of bodies. */
  readonly bytes: number
  /** By status. */
  readonly refused: Readonly<Record<number, number>>
  readonly reports: number
  readonly malformed: number
}

/**
 * An MSRP relay (RFC 4976) whose clients come over WebSocket (RFC 7977). It carries what its
 * authenticated clients send and what is sent to them, looks at no body, and keeps nothing.
 */
export class MsrpRelay {
  readonly #options: MsrpRelayOptions
  readonly #env: EdgeEnv
  readonly #names: ReadonlySet<string>
  readonly #grants: Grants
  readonly #links: Links
  readonly #forwarder: Forwarder
  readonly #hops = new Map<Hop, Challenges>()
  readonly #wrongPasswords: RateLimit
  #portClosed: Promise<void> | null = null
  #malformed = 0

  constructor(options: MsrpRelayOptions) {
    const { port, secure, domain, aliases = [], env } = options
    const host = (isIPv6(options.host) ? `[${options.host}]` : options.host).toLowerCase()
    this.#options = options
    this.#env = env
    this.#names = new Set([host, domain, ...aliases, ...(LOOPBACK.has(host) ? LOOPBACK : [])])
    this.#wrongPasswords = new RateLimit(WRONG_PASSWORD_BURST, WRONG_PASSWORD_PER_S, env)
    const base = `${secure ? 'msrps' : 'msrp'}://${host}:${port}`
    this.#grants = new Grants(base, env, (grant) => this.#links.closeAllOf(grant))
    this.#links = new Links(options.outgoing ?? null, env, (hop) => this.#enterStream(hop))
    this.#forwarder = new Forwarder(this.#grants, this.#links, env)
    options.streams?.serve((socket) => {
      const address = countedBy(socket.remoteAddress ?? '')
      streamHop(Promise.resolve(socket), env, (hop) => this.#enterStream(hop), address)
    })
  }

  get counters(): RelayCounters {
    return {
      connections: this.#hops.size,
      grants: this.#grants.size,
      malformed: this.#malformed,
      ...this.#forwarder.counters,
    }
  }

  /**
   * Serves one client. Every WebSocket message is one frame, text or binary.
   *
   * @param remoteAddress - whom wrong passwords are counted for
   */
  accept(socket: WebSocket, remoteAddress: string): void {
    const hop = webSocketHop(socket, this.#env, remoteAddress)
    socket.on('message', (data: Buffer) => this.#receive(data, hop))
    socket.on('close', () => this.#leave(hop))
    this.#enter(hop)
  }

  /**
   * Lets an endpoint inside the edge speak as if it were a client that has authenticated.
   *
   * @param client - its own URI
   * @returns `null` if the relay is full, or about to stop
   */
  attach(client: string): { readonly wire: Wire; readonly uri: string } | null {
    const inside = new InsideWire(
      (bytes) => this.#receive(bytes, hop),
      () => this.#leave(hop),
    )
    if (this.#forwarder.isDraining) return null
    const hop = new Hop('websocket', inside.socket, this.#env)
    const grant = this.#grants.issue(client, hop, [client], INSIDE_EXPIRES_S)
    if (grant === null) return null
    this.#enter(hop)
    hop.admit('granted')
    return { wire: inside, uri: grant.uri }
  }

  /**
   * Grants nothing more, takes no message and waits for those it has acknowledged to arrive, up to
   * {@link DRAIN_MAX_MS}.
   *
   * @returns how many did not: closing reports them to their senders
   */
  drain(): Promise<number> {
    this.#portClosed ??= this.#options.streams?.close() ?? Promise.resolve()
    return this.#forwarder.drain()
  }

  /** Ends every connection, after what is on its way there. */
  async close(): Promise<void> {
    this.#portClosed ??= this.#options.streams?.close() ?? Promise.resolve()
    const hops = [...this.#hops.keys()]
    // All of them before the first one closes: its sender is still there to be told.
    for (const hop of hops) hop.giveUp()
    for (const hop of hops) {
      hop.close('stopping')
      this.#leave(hop)
    }
    await this.#portClosed
  }

  #enter(hop: Hop): void {
    this.#hops.set(hop, new Challenges(this.#options.domain, this.#options.ha1, this.#env))
    this.#env.after(PROBATION_MS, () => hop.admit('late'))
  }

  #enterStream(hop: Hop): StreamSink {
    this.#enter(hop)
    return {
      onBytes: (bytes) => this.#options.tap?.(bytes),
      onFrame: (frame) => this.#handle(frame, hop),
      onSend: (head) => (hop.isOpen ? this.#forwarder.begin(head, hop) : null),
      onMalformed: () => this.#malformed++,
      onGone: () => this.#leave(hop),
    }
  }

  #leave(hop: Hop): void {
    if (!this.#hops.delete(hop)) return
    this.#grants.endAllOf(hop)
    hop.lost()
  }

  #receive(bytes: Uint8Array, from: Hop): void {
    this.#options.tap?.(bytes)
    if (bytes.length > MSRP_FRAME_MAX) return from.close('tooLarge')
    const frame = this.#parse(bytes)
    if (frame === null) from.close('malformed')
    else this.#handle(frame, from)
  }

  #parse(bytes: Uint8Array): MsrpFrame | null {
    try {
      return parseFrame(bytes)
    } catch (error) {
      if (!(error instanceof MsrpError)) throw error
      this.#malformed++
      return null
    }
  }

  #handle(frame: MsrpFrame, from: Hop): void {
    if (!from.isOpen) return
    if (frame.kind === 'response') {
      from.answered(frame) // An answer nobody waits for is late or made up: nothing to do.
    } else if (frame.method === 'AUTH' && frame.toPath.length === 1) {
      this.#authenticate(frame, from)
    } else {
      this.#forwarder.forward(frame, from)
    }
  }

  #authenticate(request: MsrpRequest, from: Hop): void {
    if (this.#forwarder.isDraining) return // Whoever loses the connection asks again elsewhere.
    const [uri] = request.toPath as [string]
    const challenges = this.#hops.get(from)!
    // The digest is about our name; one made for another's is not ours to accept.
    if (!this.#isOurName(uri)) return this.#forwarder.refuse(request, from, 403, 'Not this relay')
    const authorization = header(request, 'Authorization')
    if (authorization === null) return this.#challenge(request, from, challenges, false)
    const verdict = challenges.check(authorization, uri)
    const guesser = `${from.remoteAddress} ${verdict.user}`
    // Whoever guesses does not learn whether the last guess was right.
    if (!this.#wrongPasswords.allows(guesser)) {
      return this.#forwarder.refuse(request, from, 403, 'Too many wrong passwords')
    }
    if (verdict.kind === 'wrong') this.#wrongPasswords.take(guesser)
    if (verdict.kind === 'accepted') return this.#grant(request, from, verdict.user, verdict.info)
    this.#challenge(request, from, challenges, verdict.kind === 'stale')
    if (verdict.kind === 'wrong') from.admit('wrongPassword')
  }

  #challenge(request: MsrpRequest, from: Hop, challenges: Challenges, stale: boolean): void {
    this.#respond(request, from, 401, 'Unauthorized', [
      ['WWW-Authenticate', challenges.challenge(stale)],
    ])
  }

  #grant(request: MsrpRequest, from: Hop, user: string, info: string): void {
    const wanted = header(request, 'Expires')
    const seconds = wanted === null ? EXPIRES_DEFAULT_S : Number(wanted)
    if (!Number.isSafeInteger(seconds) || seconds < EXPIRES_MIN_S || seconds > EXPIRES_MAX_S) {
      const bound = seconds > EXPIRES_MAX_S ? MAX_EXPIRES : MIN_EXPIRES
      return this.#respond(request, from, 423, 'Interval Out-of-Bounds', [bound])
    }
    const grant = this.#grants.issue(user, from, request.fromPath, seconds)
    if (grant === null) return this.#forwarder.refuse(request, from, 403, 'Too many sessions')
    from.admit('granted')
    this.#respond(request, from, 200, 'OK', [
      ['Use-Path', usePath(request.fromPath, grant).join(' ')],
      ['Expires', String(seconds)],
      ['Authentication-Info', info],
    ])
  }

  #isOurName(uri: string): boolean {
    try {
      const { host, sessionId } = parseUri(uri)
      return sessionId === null && this.#names.has(host.toLowerCase())
    } catch {
      return false
    }
  }

  #respond(
    request: MsrpRequest,
    from: Hop,
    status: number,
    comment: string,
    headers: MsrpResponse['headers'],
  ): void {
    const response = responseTo(request, status, comment, headers)
    if (response !== null) from.send(response, from)
  }
}

const MIN_EXPIRES = ['Min-Expires', String(EXPIRES_MIN_S)] as const
const MAX_EXPIRES = ['Max-Expires', String(EXPIRES_MAX_S)] as const

/** The relays between the client and us, the nearest to the client first, then us. */
function usePath(fromPath: readonly string[], grant: Grant): readonly string[] {
  return [...fromPath.slice(0, -1).toReversed(), grant.uri]
}

/** Names that all mean this machine, to whoever is on it. */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
