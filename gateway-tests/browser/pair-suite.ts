import { afterAll, beforeAll, describe } from 'vitest'
import type { ColumnId } from '../matrix/columns.ts'
import { testCells, testOf } from '../matrix/matrix-suite.ts'
import { PAIR_ROWS, type PairRow, type PairRowId, testedPair } from '../matrix/pair-rows.ts'
import { Pair, type PairColumn } from './pair.ts'
import { PAIR_COLUMNS } from './pair-columns.ts'
import { edgePlace, kamailioPlace, type PairPlace } from './pair-place.ts'

const PLACES: Readonly<Record<PairRowId, () => Promise<PairPlace>>> = {
  'pair-edge': edgePlace,
  'pair-kamailio': kamailioPlace,
}

/** Every column of the matrix with two windows. */
export function testPair(id: PairRowId): void {
  const row: PairRow = PAIR_ROWS.find((row) => row.id === id)!
  let pair: Pair

  beforeAll(async () => {
    pair = await Pair.meet(PLACES[id])
  })
  afterAll(async () => {
    await pair?.[Symbol.asyncDispose]()
  })

  describe(`two windows: ${row.name}`, () => {
    testCells(testedPair(row), Object.keys(PAIR_COLUMNS) as ColumnId[], (columnId) => {
      const column: PairColumn = PAIR_COLUMNS[columnId]
      const limit = row.limits[columnId] ?? null
      const run = testOf(column, limit)
      return { limit, run: () => run(pair), explain: () => pair.log() }
    })
  })
}
