// What `npm test` does: prepares, then runs every lane of tests, also after one that failed, and says
// at the end how each went. With names, only these: `node scripts/test.mjs build gateway matrix`.
import { spawnSync } from 'node:child_process'

const VITEST = ['node_modules/vitest/vitest.mjs', 'run']
const PAIRS = 'gateway-tests/browser/pair-'

/** Without one of these there is nothing to test. */
const STEPS = {
  setup: ['scripts/setup.mjs'],
  style: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'],
  types: ['node_modules/typescript/bin/tsc'],
  build: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
}

/** Minutes that each may take, about twice what it does on two cores, and what it runs. */
const LANES = {
  unit: [8, '--project', 'unit'],
  gateway: [20, '--project', 'gateway', '--project', 'gateway-alone'],
  pairs: [8, '--project', 'browser', PAIRS],
  browser: [30, '--project', 'browser', '--exclude', `${PAIRS}*`],
  firefox: [8, '--project', 'firefox'],
  matrix: [1, '--project', 'matrix'],
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in STEPS) && !(name in LANES))
if (unknown.length > 0) throw new RangeError(`no such lane: ${unknown.join(', ')}`)
const isAsked = ([name]) => asked.length === 0 || asked.includes(name)

process.env.SOTTO_RUN_BEGAN = new Date().toISOString() // The matrix is to be of this run.
for (const [name, args] of Object.entries(STEPS).filter(isAsked)) {
  if (!run(args)) fail(`${name} failed: nothing was tested`)
}
const lines = []
for (const [name, [minutes, ...args]] of Object.entries(LANES).filter(isAsked)) {
  const began = Date.now()
  const passed = run([...VITEST, ...args], minutes * 60_000)
  const seconds = Math.round((Date.now() - began) / 1000)
  const late = seconds >= minutes * 60 ? `, ended after ${minutes} min` : ''
  lines.push(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(8)} ${seconds} s${late}`)
}
process.stdout.write(`\n${lines.join('\n')}\n`)
if (lines.some((line) => line.startsWith('FAILED'))) process.exit(1)

function run(args, timeout) {
  return spawnSync(process.execPath, args, { stdio: 'inherit', timeout }).status === 0
}

function fail(why) {
  process.stderr.write(`\n${why}\n`)
  process.exit(1)
}
