import {
  type Address,
  type Clues,
  type DiscoveryStep,
  domainOf,
  type FoundServer,
} from '../chat/index.ts'
import type { World } from './world.ts'

/**
 * Where `address` is served: by what the person says, what worked in this browser before, what the
 * page's own server offers, and what is at its domain.
 *
 * @param given - what the person says; `null` for nothing
 */
export async function findServer(
  world: Pick<World, 'accounts' | 'fetchConfig' | 'ownSocket' | 'discover'>,
  address: Address,
  given: string | null,
  sink: (step: DiscoveryStep) => void,
): Promise<FoundServer | null> {
  const [known, config] = await Promise.all([
    world.accounts.list().catch(() => []),
    world.fetchConfig(),
  ])
  const before = known.find((account) => account.address === address)
  const clues: Clues = {
    given,
    remembered: before?.found === undefined ? null : { kind: before.found, url: before.server },
    page: config === null ? null : { ...config, socket: world.ownSocket },
  }
  return await world.discover(domainOf(address), clues, sink)
}

/** The search as it is shown: of each place the latest that is known. */
export function withStep(
  steps: readonly DiscoveryStep[],
  step: DiscoveryStep,
): readonly DiscoveryStep[] {
  return [...steps.filter(({ url }) => url !== step.url), step]
}
