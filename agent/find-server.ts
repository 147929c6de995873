import {
  type Address,
  discover,
  domainOf,
  type FoundServer,
  type PageServer,
} from '../chat/index.ts'
import type { AgentLine } from './lines.ts'
import { nodeEnv } from './node-env.ts'

export interface Search {
  readonly address: Address
  /** `http:` or `https:` address of an edge whose accounts or tunnels may be used; `null` for none. */
  readonly via: string | null
  /** PEM of an extra authority, or `null`. */
  readonly ca: string | null
}

/** How long an edge may take to say what it is: 10 s. */
const PAGE_TIMEOUT_MS = 10_000

/**
 * Where `address` is served, by the same rules as in the window; each place that is looked at is told.
 *
 * @returns `null` if nothing was found
 * @throws RangeError if `via` does not answer as an edge does
 */
export async function findServer(
  { address, via, ca }: Search,
  write: (line: AgentLine) => void,
): Promise<FoundServer | null> {
  const page = via === null ? null : await readPage(new URL(via))
  const clues = { given: null, remembered: null, page }
  const env = nodeEnv(ca === null ? {} : { ca })
  return await discover(domainOf(address), clues, env, ({ kind, url, state, fault }) => {
    if (state !== 'trying') write({ event: 'server', found: kind, url, state, fault })
  })
}

async function readPage(via: URL): Promise<PageServer> {
  const config = await fetchConfig(via)
  const { domain, providers = [] } = (config ?? {}) as Partial<PageServer>
  if (typeof domain !== 'string' || !Array.isArray(providers)) {
    throw new RangeError(`${via.origin} does not answer as an edge does.`)
  }
  return { domain, providers, socket: `${via.origin.replace(/^http/, 'ws')}/ws` }
}

async function fetchConfig(via: URL): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(PAGE_TIMEOUT_MS)
    const response = await fetch(new URL('/config.json', via), { signal })
    return response.ok ? await response.json() : null
  } catch {
    return null
  }
}
