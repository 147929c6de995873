import { expect, test } from 'vitest'
import { locate, type SrvRecord, type SrvResolver } from './dial.ts'

function serving(records: readonly SrvRecord[]): SrvResolver {
  return { srv: async () => records, addresses: async () => [] }
}

const record = (name: string, priority: number, weight: number): SrvRecord => {
  return { name, priority, weight, port: 5061 }
}

async function order(records: readonly SrvRecord[], draw: (below: number) => number) {
  const hosts = await locate('_sips._tcp', 'example.test', 5061, serving(records), draw)
  return hosts.map(({ host }) => host)
}

const ZONE = [record('backup', 20, 0), record('heavy', 10, 60), record('light', 10, 20)]

test('takes the lowest priority first, and draws by weight within it (RFC 2782)', async () => {
  // Running sums within priority 10: light 20, heavy 80. The first sum >= the draw wins.
  expect(await order(ZONE, () => 0)).toEqual(['light', 'heavy', 'backup'])
  expect(await order(ZONE, (below) => Math.min(20, below - 1))).toEqual([
    'light',
    'heavy',
    'backup',
  ])
  expect(await order(ZONE, (below) => Math.min(21, below - 1))).toEqual([
    'heavy',
    'light',
    'backup',
  ])
  const asked: number[] = []
  await order(ZONE, (below) => asked.push(below) * 0)
  expect(asked).toEqual([81, 61, 1]) // The range is the sum of weights, both ends included.
})

test('a lone "." says that there is no such service; no SRV means the domain itself', async () => {
  expect(await order([record('', 0, 0)], () => 0)).toEqual([])
  expect(await order([record('.', 0, 0)], () => 0)).toEqual([])
  expect(await locate('_msrps._tcp', 'example.test', 2855, serving([]))).toEqual([
    { host: 'example.test', port: 2855 },
  ])
})

test('a zone with hundreds of records costs eight tries', async () => {
  const zone = Array.from({ length: 500 }, (_, index) => record(`h${index}`, index, 0))
  expect(await order(zone, () => 0)).toHaveLength(8)
})
