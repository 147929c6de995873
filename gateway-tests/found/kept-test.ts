import { test } from 'vitest'
import { keepResult, type TestedRow } from './results.ts'

/** One cell of a table: a test that leaves behind how it went. */
export interface KeptCell {
  readonly row: TestedRow
  readonly column: string
  /** Why less is asked than the column says; `null` if nothing less is. */
  readonly limit: string | null
}

export function keptTest(
  title: string,
  { row, column, limit }: KeptCell,
  run: () => Promise<void>,
) {
  test(title, async ({ task, onTestFinished }) => {
    const began = performance.now()
    onTestFinished(() => {
      const ms = Math.round(performance.now() - began)
      keepResult(row, column, { passed: task.result?.state !== 'fail', limit, ms })
    })
    await run()
  })
}
