/**
 * `npm run soak`: two people, ten thousand messages each, and all that can go wrong.
 * @module
 */
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { type SoakOptions, type SoakResult, soak } from './soak.ts'

const USAGE = `Usage: npm run soak -- [--messages N] [--seed N] [--speed N] [--report FILE]
Each of two people says N messages (10000) while everything fails by turns, with timers that run N times
faster (20). Without a seed, one is drawn. The report is Markdown. Ends with 1 if a promise was broken.
`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    messages: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    speed: { type: 'string', default: '20' },
    report: { type: 'string' },
  },
})

if (values.help) process.stdout.write(USAGE)
else {
  const [messages, seed, speed] = [values.messages, values.seed, values.speed].map(Number) as [
    number,
    number,
    number,
  ]
  if (![messages, seed, speed].every((value) => value >= 1)) {
    process.stderr.write(USAGE)
    process.exit(2)
  }
  process.stdout.write(`seed ${seed}\n`)
  const options = { messages, seed, speed }
  const result = await soak({
    ...options,
    onProgress: (line) => void process.stdout.write(`${line}\n`),
  })
  const text = report(options, result)
  process.stdout.write(`\n${text}`)
  if (values.report !== undefined) writeFileSync(values.report, text)
  process.exit(result.broken.length === 0 ? 0 : 1)
}

function report({ messages, seed, speed }: SoakOptions, result: SoakResult): string {
  const { faults, hours, lives, gaps, resent, fates, broken } = result
  const machine = `${cpus().length} × ${cpus()[0]!.model}, ${Math.round(totalmem() / 2 ** 30)} GB`
  const row = ([what, count]: readonly [string, unknown]) => `| ${what} | ${count} |\n`
  return `# Two people, and all that can go wrong

Written by \`npm run soak -- --messages ${messages} --seed ${seed} --speed ${speed}\` on ${new Date().toISOString().slice(0, 10)}
(${machine}, Node ${process.version}). Alice and Bob write to each other over the embedded edge, always
encrypted, while the network between each of them and the edge, their apps, their disks and the edge fail
in the order that the seed gives. Timers run ${speed} times faster than on a wall.

Promised of every message: it is shown once at most, and behind those of the same sender that were said
before it; if it does not arrive, its sender's screen says so; and it is never in clear on the wire.
A message that went again, because a server lost it alone, may come behind later ones; it is labelled.

**${broken.length === 0 ? 'All promises were kept.' : `${broken.length} promises were broken.`}**

| what | how often |
|---|---|
${[
  ['messages said', 2 * messages],
  ['hours, by the apps’ timers', hours.toFixed(1)],
  ['starts of an app', lives],
  ['messages that went again', resent],
  ['gaps shown', gaps],
  ...Object.entries(fates).map(([fate, count]) => [`called *${fate}* at the end`, count] as const),
]
  .map((it) => row(it as [string, unknown]))
  .join('')}
| fault | how often |
|---|---|
${Object.entries(faults).map(row).join('')}${broken.map((line) => `\n- ${line}`).join('')}`
}
