import { COLUMNS, type Column, type ColumnId } from './columns.ts'
import { limitOf, type MatrixRow, nameOf, ROWS } from './rows.ts'
import { SOTTO_ROWS, type SottoCell } from './sotto-rows.ts'

export const BEGIN = '<!-- Written by matrix/document.test.ts, UPDATE_DOCS=1. -->'
export const END = '<!-- Until here. -->'

const IDS = Object.keys(COLUMNS) as ColumnId[]

/** The matrix as the README shows it: what the suites assert, and nothing else. */
export function writeMatrix(): string {
  const limits = new Map<string, Set<string>>()
  const clients = table(
    ['', ...ROWS.map(nameOf)],
    IDS.map((id) => [COLUMNS[id].title, ...ROWS.map((row) => cell(row, COLUMNS[id], limits))]),
  )
  const list = [...limits].map(([limit, who], at) => `${at + 1}. ${[...who].join(', ')}: ${limit}.`)
  const sotto = table(
    ['', 'over the embedded edge', 'over Kamailio'],
    IDS.map((id) => {
      const { edge, kamailio } = SOTTO_ROWS[id]
      return [COLUMNS[id].title, where(edge), where(kamailio)]
    }),
  )
  return [clients, 'The limits:', list.join('\n'), 'Sotto with Sotto:', sotto].join('\n\n')
}

/** @param limits - those that were met so far, each with the clients that have it; more are added */
function cell(row: MatrixRow, column: Column, limits: Map<string, Set<string>>): string {
  const limit = limitOf(row, column)
  if (limit === null) return 'pass'
  limits.set(limit, (limits.get(limit) ?? new Set()).add(row.kind.name))
  return `limit ${[...limits.keys()].indexOf(limit) + 1}`
}

function where(cell: SottoCell): string {
  return 'none' in cell ? `– (${cell.none})` : `\`${cell.file}\`: ${cell.test}…`
}

function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rows = [head, ...body].map((cells) => cells.map((text) => text.replaceAll('|', '\\|')))
  const widths = head.map((_, at) => Math.max(3, ...rows.map((cells) => cells[at]!.length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text, at) => text.padEnd(widths[at]!)).join(' | ')} |`
  const [first, ...rest] = rows.map(line)
  return [first, line(widths.map((width) => '-'.repeat(width))), ...rest].join('\n')
}
