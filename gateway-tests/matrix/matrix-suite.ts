import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, onTestFailed, test } from 'vitest'
import { COLUMNS, type Column, type ColumnId } from './columns.ts'
import { Meeting } from './meeting.ts'
import { limitOf, type MatrixRow, nameOf, ROWS, type RowId } from './rows.ts'

/** Where each run leaves what it found: one file a row. */
export const RESULTS = join(
  import.meta.dirname,
  ...['..', '..', 'node_modules', '.cache', 'sotto', 'matrix'],
)

/** How one cell went, as it is in a file of {@link RESULTS}. */
export interface CellResult {
  readonly passed: boolean
  /** Why less was asked of the client than the column says; `null` if nothing less was. */
  readonly limit: string | null
  readonly ms: number
}

/** Every column with one client. */
export function testRow(id: RowId): void {
  const row: MatrixRow = ROWS.find((row) => row.id === id)!
  const results: Partial<Record<ColumnId, CellResult>> = {}
  let meeting: Meeting

  beforeAll(async () => {
    meeting = await Meeting.start(row.kind, row.server, row.sip)
  })
  afterAll(async () => {
    await meeting?.[Symbol.asyncDispose]()
    mkdirSync(RESULTS, { recursive: true })
    writeFileSync(join(RESULTS, `${id}.json`), `${JSON.stringify(results, null, 2)}\n`)
  })

  describe(nameOf(row), () => {
    for (const columnId of Object.keys(COLUMNS) as ColumnId[]) {
      const column: Column = COLUMNS[columnId]
      const limit = limitOf(row, column)
      const title = limit === null ? column.title : `${column.title} (${limit})`
      describe(columnId, () => {
        afterEach(({ task }) => {
          const { state, startTime = 0 } = task.result ?? {}
          const ms = Math.round(performance.timeOrigin + performance.now() - startTime)
          results[columnId] = { passed: state !== 'fail', limit, ms }
        })
        test(title, async () => {
          onTestFailed(() => void process.stderr.write(`${meeting.log()}\n`))
          const run = limit === null ? column.run : (column.instead ?? column.run)
          await run(meeting)
        })
      })
    }
  })
}
