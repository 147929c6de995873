/**
 * The embedded edge against Kamailio as an MSRP relay and as a place to wait at, each in processes of its
 * own, with the same two clients.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Bench, Side } from '../bench.ts'
import { startKamailio } from './kamailio.ts'
import { idleSockets, RelayedPair } from './relay-bench/relayed-pair.ts'

/** A server that is up. */
interface Relay {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

async function edge(): Promise<Relay> {
  const child = fork(fileURLToPath(new URL('./relay-bench/edge-process.ts', import.meta.url)))
  const [url] = (await once(child, 'message')) as [string]
  return {
    url,
    pid: child.pid!,
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function kamailio(): Promise<Relay> {
  const server = await startKamailio()
  return {
    url: server.url,
    pid: server.pid,
    async stop() {
      await server[Symbol.asyncDispose]()
    },
  }
}

function bench(
  name: string,
  unit: Bench['unit'],
  rounds: number,
  side: (relay: Relay) => Promise<Side>,
): Bench {
  return {
    name,
    unit,
    peer: 'Kamailio',
    rounds,
    async prepare() {
      const relays = [await edge(), await kamailio()] as const
      return {
        ours: await side(relays[0]),
        peers: await side(relays[1]),
        end: () => Promise.all(relays.map((relay) => relay.stop())),
      }
    },
  }
}

const IDLE = 2_000

export const benches: readonly Bench[] = [
  bench('edge.relay1k', 'us', 15, async ({ url }) => {
    const pair = await RelayedPair.meet(url)
    return { time: async (count) => (await pair.send(count)).ms }
  }),
  bench('edge.relay1k.p99', 'ms', 15, async ({ url }) => {
    const pair = await RelayedPair.meet(url)
    const sockets = await idleSockets(url, IDLE)
    return {
      async time(count) {
        const { each } = await pair.send(1_000)
        if (sockets.some(({ readyState }) => readyState !== 1))
          throw new Error('idle ones were closed')
        return each[989]! * count
      },
    }
  }),
  bench('edge.idle2000', 'MB', 1, async (relay) => {
    const before = megabytes(relay.pid)
    await idleSockets(relay.url, IDLE)
    return { amount: () => megabytes(relay.pid) - before }
  }),
]

/** Memory of a process and all that it has started, each page that they share counted once. */
function megabytes(pid: number): number {
  const own = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' '),
  )
  const below = children.filter((child) => child !== '').map((child) => megabytes(Number(child)))
  return Number(own) / 1024 + below.reduce((sum, size) => sum + size, 0)
}
