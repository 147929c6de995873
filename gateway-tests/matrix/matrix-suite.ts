import { afterAll, beforeAll, describe, onTestFailed } from 'vitest'
import { keptTest } from '../found/kept-test.ts'
import type { TestedRow } from '../found/results.ts'
import { COLUMNS, type Column, type ColumnId } from './columns.ts'
import { Meeting } from './meeting.ts'
import { limitOf, type MatrixRow, nameOf, ROWS, type RowId, testedRow } from './rows.ts'

/** Every column with one client. */
export function testRow(id: RowId): void {
  const row: MatrixRow = ROWS.find((row) => row.id === id)!
  let meeting: Meeting

  beforeAll(async () => {
    meeting = await Meeting.start(row.kind, row.server, row.sip)
  })
  afterAll(async () => {
    await meeting?.[Symbol.asyncDispose]()
  })

  describe(nameOf(row), () => {
    testCells(testedRow(row), Object.keys(COLUMNS) as ColumnId[], (columnId) => {
      const column: Column = COLUMNS[columnId]
      const limit = limitOf(row, column)
      const run = testOf(column, limit)
      return { limit, run: () => run(meeting), explain: () => meeting.log() }
    })
  })
}

/**
 * What is asked in a column: all of it, or with a limit what happens instead.
 *
 * @throws RangeError if it has no such test
 */
export function testOf<Run>(
  { run, instead }: { readonly run?: Run; readonly instead?: Run },
  limit: string | null,
): Run {
  const asked = limit === null ? run : instead
  if (asked === undefined)
    throw new RangeError(`no test ${limit === null ? 'of' : 'instead of'} it`)
  return asked
}

/** One row's test of a column. */
export interface Cell {
  readonly limit: string | null
  run(): Promise<void>
  /** Everything that could explain a failure. */
  explain(): string
}

/** A test for each column, which leaves behind how it went. */
export function testCells(
  row: TestedRow,
  columns: readonly ColumnId[],
  cellOf: (column: ColumnId) => Cell,
): void {
  for (const columnId of columns) {
    const { limit, run, explain } = cellOf(columnId)
    const { title } = COLUMNS[columnId]
    describe(columnId, () => {
      const called = limit === null ? title : `${title} (${limit})`
      keptTest(called, { row, column: columnId, limit }, async () => {
        onTestFailed(() => void process.stderr.write(`${explain()}\n`))
        await run()
      })
    })
  }
}
