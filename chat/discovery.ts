import type { ChatEnv } from './client-door.ts'
import type { ChatFault } from './events.ts'
import { PROBE_MS } from './limits.ts'
import { hearTunnel, readTunnel, tunnelFault } from './tunnel-notes.ts'

/**
 * How a server was found: named by the person; the page's own; a provider's, through a tunnel of the
 * page's server; a WebSocket at the address's domain.
 */
export type ServerKind = 'given' | 'own' | 'tunnel' | 'native'

export interface FoundServer {
  readonly kind: ServerKind
  /** For `ChatAccount.server`. */
  readonly url: string
}

/** What the server that the page came from says of itself. */
export interface PageServer {
  /** The domain of its accounts. */
  readonly domain: string
  /** Domains that its tunnels lead to. */
  readonly providers: readonly string[]
  /** Its WebSocket, e.g. `wss://host/ws`. */
  readonly socket: string
}

/** What is known before anything is tried. */
export interface Clues {
  /** What the person named; `null` if they named nothing. */
  readonly given: string | null
  /** What worked for this account before. */
  readonly remembered: FoundServer | null
  readonly page: PageServer | null
}

/** One place that was looked at. Of one candidate `trying` comes first, and then one of the others. */
export interface DiscoveryStep extends FoundServer {
  readonly state: 'trying' | 'found' | 'failed'
  /** Why it failed, where that is known. */
  readonly fault: ChatFault | null
}

export interface Candidate extends FoundServer {
  /** Nothing is left to find out: it is taken without a try, and what is wrong shows on signing in. */
  readonly isCertain: boolean
}

/**
 * Where an account of `domain` may be served, best first. What the person named counts alone, and
 * what they named last time comes first; else whatever the page's own server is good for, since it
 * is there; and only then what may or may not be at the domain.
 */
export function candidates(
  domain: string,
  { given, remembered, page }: Clues,
): readonly Candidate[] {
  if (given !== null) return [{ kind: 'given', url: given, isCertain: true }]
  const known = remembered === null ? [] : [{ ...remembered, isCertain: false }]
  const named = known.filter(({ kind }) => kind === 'given')
  if (page?.domain === domain) return [...named, { kind: 'own', url: page.socket, isCertain: true }]
  const tunnels: Candidate[] = page?.providers.includes(domain)
    ? [{ kind: 'tunnel', url: tunnelOf(page.socket, domain), isCertain: false }]
    : []
  const atDomain = [
    ...known.filter(({ kind }) => kind === 'native').map(({ url }) => url),
    // No DNS record in use says where a domain's WebSocket is, and a page could not ask for it; these
    // two are what servers have by default. A browser takes a name's certificate or nothing.
    `wss://${domain}/ws`,
    `wss://sip.${domain}/ws`,
  ]
  const natives = [...new Set(atDomain)].map((url): Candidate => {
    return { kind: 'native', url, isCertain: false }
  })
  return [...named, ...tunnels, ...natives]
}

/**
 * Finds out where to sign in. Connections are opened and closed again; no word of the account goes
 * over them.
 *
 * @param domain - of the address, in lower case
 * @returns `null` if nothing was found
 */
export async function discover(
  domain: string,
  clues: Clues,
  env: Pick<ChatEnv, 'connect' | 'after'>,
  sink: (step: DiscoveryStep) => void,
): Promise<FoundServer | null> {
  const list = candidates(domain, clues)
  let natives: Map<Candidate, Promise<Outcome>> | null = null
  for (const candidate of list) {
    const { kind, url, isCertain } = candidate
    sink({ kind, url, state: 'trying', fault: null })
    if (kind === 'native') {
      // Guesses, so all at once: a silent host costs the time of one.
      natives ??= new Map(
        list.filter((one) => one.kind === kind).map((one) => [one, look(one, env)] as const),
      )
    }
    const outcome = isCertain ? FOUND : await (natives?.get(candidate) ?? look(candidate, env))
    sink({ kind, url, ...outcome })
    if (outcome.state === 'found') return { kind, url }
  }
  return null
}

type Outcome = Pick<DiscoveryStep, 'fault'> & { readonly state: 'found' | 'failed' }

const FOUND: Outcome = { state: 'found', fault: null }
const FAILED: Outcome = { state: 'failed', fault: null }

type Probing = Pick<ChatEnv, 'connect' | 'after'>

async function look({ url }: FoundServer, env: Probing): Promise<Outcome> {
  if (readTunnel(url) !== null) return lookThrough(url, env)
  // A server that takes SIP and no MSRP is of no use: it cannot carry a message.
  const both = await Promise.all([speaks(url, 'sip', env), speaks(url, 'msrp', env)])
  return both.every(Boolean) ? FOUND : FAILED
}

/** Whether a WebSocket with this subprotocol opens in time. */
async function speaks(url: string, protocol: 'sip' | 'msrp', env: Probing): Promise<boolean> {
  const socket = open(url, protocol, env)
  if (socket === null) return false
  const isOpen = await inTime<boolean>(env, (settle) => {
    socket.onopen = () => settle(socket.protocol === protocol)
    socket.onclose = () => settle(false)
  })
  close(socket)
  return isOpen ?? false
}

/** Where a tunnel leads, its own end of it tells. */
async function lookThrough(url: string, env: Probing): Promise<Outcome> {
  const socket = open(url, 'sip', env)
  if (socket === null) return FAILED
  const outcome = await inTime<Outcome>(env, (settle) => {
    hearTunnel(socket, (note) => {
      if (note.note === 'connected') settle(FOUND)
      if (note.note === 'closed') settle({ state: 'failed', fault: tunnelFault(note.code) })
    })
  })
  close(socket)
  return outcome ?? { state: 'failed', fault: tunnelFault(4504) }
}

/** @returns `null` for a URL that cannot be used here, such as `ws:` from a secure page */
function open(url: string, protocol: 'sip' | 'msrp', env: Probing): WebSocket | null {
  try {
    const socket = env.connect(url, protocol)
    socket.onerror = () => {} // A close event follows.
    return socket
  } catch {
    return null
  }
}

function close(socket: WebSocket): void {
  socket.onopen = socket.onclose = null
  socket.close()
}

function inTime<Value>(
  env: Probing,
  start: (settle: (value: Value) => void) => void,
): Promise<Value | null> {
  return new Promise((resolve) => {
    const cancel = env.after(PROBE_MS, () => resolve(null))
    start((value) => {
      cancel()
      resolve(value)
    })
  })
}

function tunnelOf(socket: string, domain: string): string {
  return `${new URL(socket).origin}/tunnel/sips/${domain}`
}
