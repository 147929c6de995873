import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PairColumn } from '../browser/pair.ts'
import { PAIR_COLUMNS } from '../browser/pair-columns.ts'
import { COLUMNS, type Column, type ColumnId } from './columns.ts'
import { testOf } from './matrix-suite.ts'
import { PAIR_ROWS, type PairRow } from './pair-rows.ts'
import { limitOf, ROWS } from './rows.ts'

const TESTS = join(import.meta.dirname, '..')
const IDS = Object.keys(COLUMNS) as ColumnId[]

test.each(ROWS)('row $id is run by a file of its own, and has a test for every cell', (row) => {
  const file = readFileSync(join(TESTS, 'matrix', `${row.id}.test.ts`), 'utf8')
  expect(file).toContain(`testRow('${row.id}')`)
  for (const id of IDS) {
    const column: Column = COLUMNS[id]
    expect(() => testOf(column, limitOf(row, column)), id).not.toThrow()
  }
})

test.each<PairRow>(PAIR_ROWS)(
  'row $id is run by a file of its own, and has a test for every cell',
  ({ id, limits }) => {
    const file = readFileSync(join(TESTS, 'browser', `${id}.test.ts`), 'utf8')
    expect(file).toContain(`testPair('${id}')`)
    expect(Object.keys(PAIR_COLUMNS).toSorted()).toEqual(IDS.toSorted())
    for (const columnId of IDS) {
      const column: PairColumn = PAIR_COLUMNS[columnId]
      expect(() => testOf(column, limits[columnId] ?? null), columnId).not.toThrow()
    }
  },
)
