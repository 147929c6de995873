import { afterAll, afterEach } from 'vitest'
import { failureLog, forgetEnded } from './failure-log.ts'

/** Whatever a failing test, or a failing preparation, had to do with says what it saw. */
afterEach(({ task }) => {
  if (task.result?.state === 'fail') process.stderr.write(failureLog())
  forgetEnded()
})

// biome-ignore lint/correctness/noEmptyPattern: Vitest reads off it that we use no fixtures.
afterAll(({}, file) => {
  const suites = [file, ...file.tasks.filter(({ type }) => type === 'suite')]
  if (suites.some(({ result }) => result?.errors?.length)) process.stderr.write(failureLog())
})
