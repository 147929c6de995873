import { providerRelayUri, relayUri, type Wire } from '../msrp/index.ts'

/** Where an account's messages go, and how. */
export interface MessageServer {
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
  const tunnel = /^(wss?:\/\/[^/]+\/tunnel)\/sips\/([^/?#]+)$/.exec(server)
  if (tunnel === null) {
    return { url: server, relay: relayUri(server), isShared: true, framing: 'message' }
  }
  const [, base, domain] = tunnel
  return {
    url: `${base}/msrps/${domain}`,
    relay: providerRelayUri(domain!),
    isShared: false,
    framing: 'stream',
  }
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
