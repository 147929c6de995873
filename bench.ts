/**
 * What `npm run bench` runs: every `*.bench.ts`, each against its peer in the same run. The two sides
 * take turns, so that a machine with other work slows both; what counts is the ratio.
 * @module
 */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** One figure and what it is held against. Each bench file exports a list of these as `benches`. */
export interface Bench {
  /** Never changes: records of other days go by it. */
  readonly name: string
  readonly unit: 'ms' | 'us'
  readonly peer: string
  /** How often each side has its turn; the median is taken. 25 unless said. */
  readonly rounds?: number
  /** Makes both sides ready. What it does is not measured. */
  prepare(): Contest | Promise<Contest>
}

export interface Contest {
  readonly ours: Side
  readonly peers: Side
  end?(): unknown
}

/** What a side does once; or, if it has a clock of its own, how long it takes to do it `count` times. */
export type Side = { run(): unknown } | { time(count: number): Promise<number> }

/** One line of the file that `--json` writes. */
interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly peer: string
  readonly ratio: number
}

const USAGE = `Usage: npm run bench -- [--json FILE] [NAME...]
A NAME stands for every bench whose name begins with it.
`

/** Long enough for the clock, short enough to be seldom interrupted. */
const TURN_MS = 15
/** What each side does first, for its compiler and caches. */
const WARM_UP_MS = 500
const ROUNDS = 25

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false }, json: { type: 'string' } },
})

if (values.help) process.stdout.write(USAGE)
else await main(positionals)

async function main(names: readonly string[]): Promise<void> {
  const all = await found()
  const chosen = all.filter(
    ({ name }) => names.length === 0 || names.some((begin) => name.startsWith(begin)),
  )
  if (chosen.length === 0) {
    process.stderr.write(`No such bench. There are:\n${all.map(({ name }) => name).join('\n')}\n`)
    process.exitCode = 2
    return
  }
  process.stdout.write(
    'Median of each side. Ratio = our time / the time of the peer: up to 1 we are as fast or faster.\n\n',
  )
  process.stdout.write(row('bench', 'ours', 'peer', 'ratio', 'held against'))
  const figures: Figure[] = []
  for (const bench of chosen) {
    const { ours, peers } = await measure(bench)
    const scale = bench.unit === 'ms' ? 1 : 1000
    const ratio = ours / peers
    const shown = [ours, peers].map((ms) => `${digits(ms * scale)} ${bench.unit}`)
    process.stdout.write(row(bench.name, shown[0]!, shown[1]!, ratio.toFixed(2), bench.peer))
    const { name, unit, peer } = bench
    figures.push({ name, value: ours * scale, unit, peer, ratio })
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`)
  }
}

async function found(): Promise<Bench[]> {
  const benches: Bench[] = []
  for (const room of ['otr', 'msrp', 'gateway-tests']) {
    for (const file of readdirSync(join(import.meta.dirname, room)).sort()) {
      if (!file.endsWith('.bench.ts')) continue
      const module = (await import(`./${room}/${file}`)) as { readonly benches: readonly Bench[] }
      benches.push(...module.benches)
    }
  }
  return benches
}

/** The median of each side, in milliseconds for doing it once. */
async function measure(bench: Bench): Promise<{ ours: number; peers: number }> {
  const contest = await bench.prepare()
  const sides = [contest.ours, contest.peers] as const
  const counts = [await countFor(sides[0]), await countFor(sides[1])] as const
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < (bench.rounds ?? ROUNDS); round++) {
    for (const turn of [0, 1]) {
      const who = (round + turn) % 2 === 0 ? 0 : 1 // Whoever goes first pays for a cold cache.
      times[who].push((await time(sides[who], counts[who])) / counts[who])
    }
  }
  await contest.end?.()
  return { ours: median(times[0]), peers: median(times[1]) }
}

/** How often a side can do it in one turn. Finding out warms it up. */
async function countFor(side: Side): Promise<number> {
  let [count, ms] = [1, 0]
  for (let spent = 0; spent < WARM_UP_MS; spent += ms) {
    if (ms < TURN_MS) count *= 2
    ms = await time(side, count)
  }
  return Math.max(1, Math.round((count * TURN_MS) / ms))
}

async function time(side: Side, count: number): Promise<number> {
  if ('time' in side) return await side.time(count)
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    const result = side.run()
    if (result instanceof Promise) await result
  }
  return performance.now() - start
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!
}

function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function row(name: string, ours: string, peers: string, ratio: string, against: string): string {
  return `${name.padEnd(24)}${ours.padStart(12)}${peers.padStart(12)}${ratio.padStart(8)}   ${against}\n`
}
