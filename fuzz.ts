/**
 * What `npm run fuzz` runs: one target of the `*.fuzz.ts` for as long as wanted. `fuzz.test.ts` runs each
 * for a moment.
 * @module
 */
import { createHash, randomInt } from 'node:crypto'
import { inspect, parseArgs } from 'node:util'
import { readCorpus, targets, writeCorpus, writeFixture } from './fuzz-corpus.ts'
import { type FuzzReport, type FuzzTarget, fails, fuzz, smallest } from './fuzz-engine.ts'

const USAGE = `Usage: npm run fuzz -- TARGET [--seconds N] [--seed N] [--keep]
Tries changed inputs on TARGET for N seconds, 60 unless said. What breaks it is written as a
fixture beside its corpus, made as small as possible: give the file the name of the fault, and mend
the fault. With --keep, inputs that reached new code join the corpus.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
  },
})

const all = await targets()
const target = all.find(({ name }) => name === positionals[0])
if (target === undefined || values.help) {
  process.stdout.write(`${USAGE}\nTargets:\n${all.map(({ name }) => `  ${name}\n`).join('')}`)
  process.exitCode = values.help ? 0 : 2
} else {
  run(target, Number(values.seconds), Number(values.seed ?? randomInt(2 ** 32)))
}

function run(target: FuzzTarget, seconds: number, seed: number): void {
  process.stdout.write(`${target.name}, seed ${seed}\n`)
  const corpus = readCorpus(target.name)
  const end = performance.now() + 1000 * seconds
  const report = fuzz(target, { seed, corpus, until: () => performance.now() > end })
  for (const [outcome, count] of [...report.outcomes].sort(([, a], [, b]) => b - a).slice(0, 40)) {
    process.stdout.write(`${String(count).padStart(10)}  ${outcome}\n`)
  }
  process.stdout.write(`${report.runs} mutants, ${report.found.length} reached something new\n`)
  if (values.keep && report.found.length > 0) writeCorpus(target.name, [...corpus, ...report.found])
  if (report.failure !== null) keepFailure(target, report.failure)
}

function keepFailure(
  target: FuzzTarget,
  { input, error }: NonNullable<FuzzReport['failure']>,
): void {
  // Too much work shows in the count alone, which a single run does not make.
  const small = fails(target, input) ? smallest(target, input) : input
  const digest = createHash('sha256').update(small).digest('hex').slice(0, 12)
  const path = writeFixture(target.name, `${digest}.bin`, small)
  process.stdout.write(`${inspect(error)}\n${path}\n`)
  process.exitCode = 1
}
