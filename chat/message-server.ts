import { providerRelayUri, relayUri, type Wire } from '../msrp/index.ts'
import { readTunnel } from './tunnel-notes.ts'

/** Where an account's messages go, and how. */
export interface MessageServer {
  /** Whose relay it is: the SIP server's, the provider's behind a tunnel, or the tunnel's owner's. */
  readonly kind: 'server' | 'provider' | 'edge'
  readonly url: string
  /** What AUTH names the relay. */
  readonly relay: string
  /** The relay carries many sessions on one connection. Providers' own relays carry one. */
  readonly isShared: boolean
  readonly framing: Wire['framing']
}

/**
 * The message server beside a SIP server: the same address with another subprotocol, or for
 * `/tunnel/sips/DOMAIN` the tunnel to the relay of that provider.
 */
export function messageServerOf(server: string): MessageServer {
  const tunnel = readTunnel(server)
  if (tunnel === null) return webSocketRelay('server', server)
  const { base, domain } = tunnel
  return {
    kind: 'provider',
    url: `${base}/tunnel/msrps/${domain}`,
    relay: providerRelayUri(domain),
    isShared: false,
    framing: 'stream',
  }
}

/** The relay beside a tunnel, of whoever runs it; `null` if `server` is no tunnel. */
export function tunnelOwnersRelay(server: string): MessageServer | null {
  const tunnel = readTunnel(server)
  return tunnel === null ? null : webSocketRelay('edge', `${tunnel.base}/ws`)
}

function webSocketRelay(kind: 'server' | 'edge', url: string): MessageServer {
  return { kind, url, relay: relayUri(url), isShared: true, framing: 'message' }
}

/** The same wire, whose messages are pieces of a stream: a tunnel knows no frames. */
export function withFraming(wire: Wire, framing: Wire['framing']): Wire {
  if (wire.framing === framing) return wire
  const other: Wire = {
    framing,
    send: (bytes) => wire.send(bytes),
    close: () => wire.close(),
    onBytes: () => {},
    onClose: () => {},
  }
  wire.onBytes = (bytes) => other.onBytes(bytes)
  wire.onClose = (why) => other.onClose(why)
  return other
}
