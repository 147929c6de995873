import type { TestedRow } from '../found/results.ts'
import type { ColumnId } from './columns.ts'

/** Two Sottos at two windows, over one server. */
export interface PairRow {
  /** As its test file in `browser/` is called. */
  readonly id: string
  readonly name: string
  /** What it runs in and over, of Debian. */
  readonly packages: readonly string[]
  /** What there is not, each with the evidence. */
  readonly limits: Readonly<Partial<Record<ColumnId, string>>>
}

const NO_TAG =
  'it writes none: Blink leaves the blanks in the text, and a query says the same (`chat/policy.ts`)'

export const PAIR_ROWS = [
  {
    id: 'pair-edge',
    name: 'Sotto, embedded edge',
    packages: ['chromium'],
    limits: { whitespaceTag: NO_TAG },
  },
  {
    id: 'pair-kamailio',
    name: 'Sotto, Kamailio',
    packages: ['chromium', 'kamailio'],
    limits: {
      whitespaceTag: NO_TAG,
      roomLink: 'Kamailio has no rooms, and says that nobody is there (`docs/operations/kamailio`)',
    },
  },
] as const satisfies readonly PairRow[]

export type PairRowId = (typeof PAIR_ROWS)[number]['id']

/** The row as its results are kept. */
export function testedPair({ id, name, packages }: PairRow): TestedRow {
  return { id: `matrix/${id}`, head: name, packages }
}
