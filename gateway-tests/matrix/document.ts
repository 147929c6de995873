import { type TestedRow, type Verdict, verdictOf } from '../found/results.ts'
import { COLUMNS, type ColumnId } from './columns.ts'
import { PAIR_ROWS, type PairRow, testedPair } from './pair-rows.ts'
import { limitOf, ROWS, testedRow } from './rows.ts'

export const BEGIN = '<!-- Written by matrix/document.test.ts, UPDATE_DOCS=1. -->'
export const END = '<!-- Until here. -->'

const IDS = Object.keys(COLUMNS) as ColumnId[]

/** A row as the README shows it. */
interface Shown extends TestedRow {
  /** Who has its limits. */
  readonly who: string
  /** What there is not; `null` where all of a column is asked. */
  limit(column: ColumnId): string | null
}

const CLIENTS: readonly Shown[] = ROWS.map((row) => ({
  ...testedRow(row),
  who: row.kind.name,
  limit: (column) => limitOf(row, COLUMNS[column]),
}))

const PAIRS: readonly Shown[] = PAIR_ROWS.map((row: PairRow) => ({
  ...testedPair(row),
  who: row.name,
  limit: (column) => row.limits[column] ?? null,
}))

const SHOWN = [...PAIRS, ...CLIENTS]

/** The cells that were found to be otherwise than the matrix may say, each with its row and column. */
export function cellsThat(verdict: Exclude<Verdict, 'passed'>): readonly string[] {
  return SHOWN.flatMap((row) =>
    IDS.filter((id) => verdictOf(row, id, row.limit(id)) === verdict).map(
      (id) => `${row.head}: ${COLUMNS[id].title}`,
    ),
  )
}

/** The matrix as the README shows it: what the last runs found, and nothing else. */
export function writeMatrix(): string {
  const limits = new Map<string, Set<string>>()
  const cells = table(
    ['', ...SHOWN.map(({ head }) => head)],
    IDS.map((id) => [COLUMNS[id].title, ...SHOWN.map((row) => cell(row, id, limits))]),
  )
  const list = [...limits].map(([limit, who], at) => `${at + 1}. ${[...who].join(', ')}: ${limit}.`)
  return [cells, 'The limits:', list.join('\n')].join('\n\n')
}

/** @param limits - those that were met so far, each with who has it; more are added */
function cell(row: Shown, column: ColumnId, limits: Map<string, Set<string>>): string {
  const limit = row.limit(column)
  const verdict = verdictOf(row, column, limit)
  if (verdict !== 'passed') return `**${verdict}**`
  if (limit === null) return 'pass'
  limits.set(limit, (limits.get(limit) ?? new Set()).add(row.who))
  return `limit ${[...limits.keys()].indexOf(limit) + 1}`
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rows = [head, ...body].map((cells) => cells.map((text) => text.replaceAll('|', '\\|')))
  const widths = head.map((_, at) => Math.max(3, ...rows.map((cells) => cells[at]!.length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, at) => text.padEnd(widths[at]!)).join(' | ')} |`
  const [first, ...rest] = rows.map(line)
  return [first, line(widths.map((width) => '-'.repeat(width))), ...rest].join('\n')
}
