import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installedVersion } from './installed.ts'

/** Who was tested: which file the results are in, how the table calls it, what is installed for it. */
export interface TestedRow {
  /** Such as `matrix/mcabber`. */
  readonly id: string
  readonly head: string
  /** Of Debian. */
  readonly packages: readonly string[]
}

/** How one cell went when it was last run. */
export interface Result {
  readonly passed: boolean
  /** Why less was asked than the column says; `null` if nothing less was. */
  readonly limit: string | null
  readonly ms: number
  /** When it ended (ISO 8601). */
  readonly date: string
  /** The packages of the row, as they were installed. */
  readonly versions: Versions
}

type Versions = Readonly<Record<string, string | null>>

/** What was found with one row so far, by the column's id. */
interface RowResults {
  readonly head: string
  readonly cells: Readonly<Record<string, Result>>
}

const FOLDER = join(import.meta.dirname, ...['..', '..', 'node_modules', '.cache', 'sotto'])

/**
 * Keeps how one cell went, beside the other cells of its row: a run of one test replaces that one
 * alone. What was found with somebody else under the same id is dropped.
 */
export function keepResult(
  row: TestedRow,
  column: string,
  found: Pick<Result, 'passed' | 'limit' | 'ms'>,
): void {
  const file = fileOf(row)
  const result: Result = { ...found, date: new Date().toISOString(), versions: versionsOf(row) }
  const kept: RowResults = { head: row.head, cells: { ...cellsOf(row), [column]: result } }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(kept, null, 2)}\n`)
  renameSync(`${file}.new`, file) // Whole or not at all, whenever the run is ended.
}

export type Verdict = 'passed' | 'failed' | 'not run'

/**
 * What is known of a cell. It was run if what was tested is what would be tested now: the same
 * versions, the same limit; and in a run of all lanes, if it was in that run.
 *
 * @param limit - as the row has it now
 */
export function verdictOf(row: TestedRow, column: string, limit: string | null): Verdict {
  const found = cellsOf(row)[column]
  const beganAt = process.env['SOTTO_RUN_BEGAN'] ?? '' // ISO 8601, from `scripts/test.mjs`.
  if (found === undefined || found.date < beganAt || found.limit !== limit) return 'not run'
  const versions = versionsOf(row)
  if (row.packages.some((name) => found.versions[name] !== versions[name])) return 'not run'
  return found.passed ? 'passed' : 'failed'
}

/** As if the row had never been run. */
export function forget(row: TestedRow): void {
  rmSync(fileOf(row), { force: true })
}

function cellsOf(row: TestedRow): Readonly<Record<string, Result>> {
  const file = fileOf(row)
  if (!existsSync(file)) return {} // As in a clean clone.
  const kept = JSON.parse(readFileSync(file, 'utf8')) as RowResults
  return kept.head === row.head ? kept.cells : {}
}

function fileOf({ id }: TestedRow): string {
  return join(FOLDER, `${id}.json`)
}

const installed = new Map<string, string | null>()

function versionsOf({ packages }: TestedRow): Versions {
  return Object.fromEntries(
    packages.map((name) => {
      if (!installed.has(name)) installed.set(name, installedVersion(name))
      return [name, installed.get(name)!]
    }),
  )
}
