/**
 * The embedded edge against Kamailio as an MSRP relay, each in a process of its own, with the same two
 * clients.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Bench, Side } from '../bench.ts'
import { startKamailio } from './kamailio.ts'
import { RelayedPair } from './relay-bench/relayed-pair.ts'

export const benches: readonly Bench[] = [
  {
    name: 'edge.relay1k',
    unit: 'us',
    peer: 'Kamailio',
    async prepare() {
      const edge = fork(fileURLToPath(new URL('./relay-bench/edge-process.ts', import.meta.url)))
      const [url] = (await once(edge, 'message')) as [string]
      const kamailio = await startKamailio()
      const pairs = [await RelayedPair.meet(url), await RelayedPair.meet(kamailio.url)] as const
      const side = (pair: RelayedPair): Side => ({ time: (count) => timed(() => pair.send(count)) })
      return {
        ours: side(pairs[0]),
        peers: side(pairs[1]),
        async end() {
          for (const pair of pairs) pair.close()
          edge.kill()
          await kamailio[Symbol.asyncDispose]()
        },
      }
    },
  },
]

async function timed(task: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await task()
  return performance.now() - began
}
