import type { SecureContext } from 'node:tls'
import { dial, type SrvResolver, systemResolver, trusting } from './dial.ts'
import type { EdgeEnv } from './env.ts'
import type { Grant } from './msrp-relay-grants.ts'
import type { Hop } from './msrp-relay-hop.ts'
import { LINKS_PER_GRANT_MAX } from './msrp-relay-limits.ts'
import type { MsrpUri } from './msrp-relay-route.ts'
import { type StreamSink, streamHop } from './msrp-relay-stream.ts'

/** How far the relay goes for its clients. */
export interface OutgoingOptions {
  /** For networks of one's own; off, no client can reach into the network that the edge is in. */
  readonly allowPrivate: boolean
  /** Also peers without TLS (`msrp:`). */
  readonly allowPlain: boolean
  /** PEM of a CA to trust besides Node's own. */
  readonly trustedCa?: string | undefined
  readonly resolver?: SrvResolver
}

/**
 * The connections to peers that are not clients: those that the relay opened for a grant, and those
 * on which a peer came in. A connection that was opened belongs to one grant and ends with it,
 * because deployed peers expect one session on a connection.
 */
export class Links {
  readonly #options: OutgoingOptions | null
  readonly #secureContext: SecureContext | undefined
  readonly #env: EdgeEnv
  readonly #sink: (hop: Hop) => StreamSink
  readonly #links = new Map<Grant, GrantLinks>()

  /** @param options - `null`: none is opened */
  constructor(options: OutgoingOptions | null, env: EdgeEnv, sink: (hop: Hop) => StreamSink) {
    this.#options = options
    this.#secureContext = options?.trustedCa === undefined ? undefined : trusting(options.trustedCa)
    this.#env = env
    this.#sink = sink
  }

  /**
   * Remembers on which connection a peer came to the owner of `grant`: what goes back goes there,
   * as most peers cannot be called (RFC 4975 §5.4). The first connection keeps the name.
   */
  cameIn(peer: string, hop: Hop, grant: Grant): void {
    const { inbound } = this.#of(grant)
    const known = inbound.get(peer)
    if (known?.isOpen || (known === undefined && inbound.size >= LINKS_PER_GRANT_MAX)) return
    inbound.set(peer, hop)
  }

  /**
   * The connection of a grant to the peer that `text` names, opened if need be.
   *
   * @returns `null` if it is not one that the relay may open
   */
  to(text: string, uri: MsrpUri, grant: Grant): Hop | null {
    const links = this.#of(grant)
    const inbound = links.inbound.get(text)
    if (inbound?.isOpen) return inbound
    if (uri.transport !== 'tcp' || uri.port === null || this.#options === null) return null
    if (uri.scheme === 'msrp' && !this.#options.allowPlain) return null
    const key = `${uri.scheme}://${uri.host.toLowerCase()}:${uri.port}`
    const existing = links.opened.get(key)
    if (existing !== undefined) return existing
    if (links.dialled >= LINKS_PER_GRANT_MAX) return null
    links.dialled++
    const hop = this.#open(uri, uri.port, this.#options, () => links.opened.delete(key))
    links.opened.set(key, hop)
    return hop
  }

  closeAllOf(grant: Grant): void {
    for (const hop of this.#links.get(grant)?.opened.values() ?? []) hop.close('unused')
    this.#links.delete(grant)
  }

  #of(grant: Grant): GrantLinks {
    let links = this.#links.get(grant)
    if (links === undefined) {
      links = { dialled: 0, opened: new Map(), inbound: new Map() }
      this.#links.set(grant, links)
    }
    return links
  }

  #open(uri: MsrpUri, port: number, options: OutgoingOptions, onGone: () => void): Hop {
    const host = uri.host.replace(/^\[(.*)\]$/, '$1')
    const { allowPrivate, resolver = systemResolver } = options
    const connecting = dial(
      { host, port, certifiedFor: uri.scheme === 'msrps' ? host : null, allowPrivate },
      { resolver, secureContext: this.#secureContext, signal: AbortSignal.timeout(CONNECT_MAX_MS) },
    )
    const hop = streamHop(connecting, this.#env, (hop) => {
      const sink = this.#sink(hop)
      return {
        ...sink,
        onGone() {
          onGone()
          sink.onGone()
        },
      }
    })
    hop.admit('passed') // We chose to call; it has nothing to prove.
    return hop
  }
}

interface GrantLinks {
  /** Failures count too: a grant is for one conversation, not for looking around. */
  dialled: number
  /** By scheme and authority. */
  readonly opened: Map<string, Hop>
  /** By the URI that the peer has in From-Path. */
  readonly inbound: Map<string, Hop>
}

/** All addresses of a host together get this long: 20 s, less than the sender waits for. */
const CONNECT_MAX_MS = 20_000
