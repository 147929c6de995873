import { describe, test } from 'vitest'
import { fixturesOf, readCorpus, targets } from './fuzz-corpus.ts'
import { fuzz } from './fuzz-engine.ts'
import { latin1 } from './fuzz-mutations.ts'

/** Said in the name of each test: `FUZZ_SEED=… npx vitest run --project unit fuzz.test.ts` repeats it. */
const SEED = Number(process.env['FUZZ_SEED'] ?? crypto.getRandomValues(new Uint32Array(1))[0])

const all = await targets()

describe.each(all)('$name', (target) => {
  test.each(fixturesOf(target.name))('%s stays repaired', (_, input) => {
    target.run(input)
  })

  test(`bears ${target.shortRuns} mutants of seed ${SEED}`, () => {
    const report = fuzz(target, {
      seed: SEED,
      corpus: readCorpus(target.name),
      until: (runs) => runs >= target.shortRuns,
    })
    const { failure } = report
    if (failure === null) return
    throw new Error(`with input ${JSON.stringify(latin1(failure.input))}`, {
      cause: failure.error,
    })
  }, 60_000)
})
