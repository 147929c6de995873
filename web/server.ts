import type { ChatFault } from '../chat/index.ts'
import { SERVER_TIMEOUT_MS } from './limits.ts'

/** What the page's own server says of itself at `/config.json`. */
export interface ServerConfig {
  /** The domain of its accounts. */
  readonly domain: string
  /** Whether anyone may create an account here. */
  readonly enrolment: boolean
  /** Domains of providers that its tunnels lead to. */
  readonly providers: readonly string[]
}

/** @returns `null` if the server does not answer with one */
export async function fetchConfig(fetcher: typeof fetch): Promise<ServerConfig | null> {
  try {
    const response = await fetcher('/config.json', { signal: patience() })
    return response.ok ? readConfig(await response.json()) : null
  } catch {
    return null
  }
}

export function readConfig(value: unknown): ServerConfig | null {
  if (typeof value !== 'object' || value === null) return null
  const { domain, enrolment, providers } = value as Record<string, unknown>
  if (typeof domain !== 'string' || domain === '') return null
  const isName = (name: unknown) => typeof name === 'string'
  return {
    domain,
    enrolment: enrolment === true,
    providers: Array.isArray(providers) ? providers.filter(isName) : [],
  }
}

export type Enrolment =
  | { readonly ok: true; readonly address: string }
  /** `null` if the server gave no reason or was not reached. The code is the contract. */
  | { readonly ok: false; readonly refusal: ChatFault | null }

/** Creates an account at the page's own server. */
export async function enrol(
  fetcher: typeof fetch,
  name: string,
  password: string,
): Promise<Enrolment> {
  try {
    const response = await fetcher('/accounts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name, password }),
      signal: patience(),
    })
    const body: unknown = await response.json()
    const { address, code, sentence } = (body ?? {}) as Record<string, unknown>
    if (response.status === 201 && typeof address === 'string') return { ok: true, address }
    const isReason = typeof code === 'string' && typeof sentence === 'string'
    return { ok: false, refusal: isReason ? { code, sentence } : null }
  } catch {
    return { ok: false, refusal: null }
  }
}

/** The WebSocket of the page's own server, which carries SIP and MSRP. */
export function ownSocket(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`
}

function patience(): AbortSignal {
  return AbortSignal.timeout(SERVER_TIMEOUT_MS)
}
