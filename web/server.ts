import { SERVER_TIMEOUT_MS } from './limits.ts'

/** What the page's own server says of itself at `/config.json`. */
export interface ServerConfig {
  /** The domain of its accounts. */
  readonly domain: string
  /** Whether anyone may create an account here. */
  readonly enrolment: boolean
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
  const { domain, enrolment } = value as Record<string, unknown>
  if (typeof domain !== 'string' || domain === '') return null
  return { domain, enrolment: enrolment === true }
}

export type Enrolment =
  | { readonly ok: true; readonly address: string }
  /** `sentence` is for people; `null` if the server gave none or was not reached. */
  | { readonly ok: false; readonly sentence: string | null }

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
    const { address, sentence } = (body ?? {}) as Record<string, unknown>
    if (response.status === 201 && typeof address === 'string') return { ok: true, address }
    return { ok: false, sentence: typeof sentence === 'string' ? sentence : null }
  } catch {
    return { ok: false, sentence: null }
  }
}

/** The WebSocket of the page's own server, which carries SIP and MSRP. */
export function ownSocket(location: Pick<Location, 'protocol' | 'host'>): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`
}

function patience(): AbortSignal {
  return AbortSignal.timeout(SERVER_TIMEOUT_MS)
}
