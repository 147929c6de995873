import type { ChatFault } from './events.ts'

/** What a tunnel says of itself, in text messages beside the provider's bytes. */
export type TunnelNote =
  /** It leads to the provider: where, and how long the name and then the connection took. */
  | {
      readonly note: 'connected'
      readonly host: string
      readonly lookupMs: number
      readonly dialMs: number
    }
  /** The provider has accepted a registration: how to use the relay of whoever runs the tunnel. */
  | { readonly note: 'relay'; readonly user: string; readonly password: string }
  /** It is closed; the code is of the table below, or any other of WebSocket's. */
  | { readonly note: 'closed'; readonly code: number }

/** Domain and base of a URL that leads through a tunnel to a provider's SIP; `null` for any other. */
export function readTunnel(
  server: string,
): { readonly base: string; readonly domain: string } | null {
  const [, base, domain] = /^(wss?:\/\/[^/]+)\/tunnel\/sips\/([^/?#]+)$/.exec(server) ?? []
  return base === undefined || domain === undefined ? null : { base, domain }
}

/** Listens beside whoever uses the socket. */
export function hearTunnel(
  socket: Pick<WebSocket, 'addEventListener'>,
  sink: (note: TunnelNote) => void,
): void {
  socket.addEventListener('message', ({ data }: MessageEvent) => {
    const note = typeof data === 'string' ? readNote(data) : null
    if (note !== null) sink(note)
  })
  socket.addEventListener('close', ({ code }: CloseEvent) => sink({ note: 'closed', code }))
}

/** Why a tunnel was closed with this code; `null` if that has nothing to do with its end of it. */
export function tunnelFault(code: number): ChatFault | null {
  const known = FAULTS[code as keyof typeof FAULTS]
  return known === undefined ? null : { code: known[0], sentence: known[1] }
}

/** By close code, as the edge has them. */
const FAULTS = {
  4403: [
    'TUNNEL_NOT_ALLOWED',
    'This server does not connect to that provider. Ask whoever runs it to allow the provider.',
  ],
  4404: [
    'TUNNEL_NOT_FOUND',
    'The provider’s name has no such service. Check the part of your address after the @.',
  ],
  4429: [
    'TUNNEL_TOO_MANY',
    'There are too many connections from this network. Close other windows, or wait a minute.',
  ],
  4495: [
    'TUNNEL_CERTIFICATE',
    'The provider’s certificate is not valid for its name, so nothing was sent. Tell the provider.',
  ],
  4502: [
    'TUNNEL_UNREACHABLE',
    'The provider’s server does not take connections now. Try again later.',
  ],
  4503: [
    'TUNNEL_PRIVATE',
    'The provider’s name leads into a private network. Ask whoever runs this server.',
  ],
  4504: ['TUNNEL_TIMEOUT', 'The provider’s server does not answer. Try again later.'],
} as const satisfies Record<number, readonly [code: string, sentence: string]>

function readNote(text: string): TunnelNote | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { note, host, lookupMs, dialMs, user, password } = value as Record<string, unknown>
  if (note === 'connected' && typeof host === 'string') {
    return { note, host, lookupMs: Number(lookupMs), dialMs: Number(dialMs) }
  }
  if (note === 'relay' && typeof user === 'string' && typeof password === 'string') {
    return { note, user, password }
  }
  return null
}
