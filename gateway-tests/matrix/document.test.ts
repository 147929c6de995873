import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BEGIN, END, writeMatrix } from './document.ts'
import { ROWS } from './rows.ts'
import { SOTTO_ROWS, type SottoCell } from './sotto-rows.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const README = join(ROOT, 'gateway-tests', 'README.md')

test('the README has the matrix that the suites assert', () => {
  const text = readFileSync(README, 'utf8')
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  expect(from, BEGIN).toBeGreaterThanOrEqual(0)
  expect(to, END).toBeGreaterThan(from)
  const wanted = `${text.slice(0, from)}${BEGIN}\n\n${writeMatrix()}\n\n${text.slice(to)}`
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(README, wanted)
  expect(readFileSync(README, 'utf8')).toBe(wanted)
})

test.each(ROWS.map(({ id }) => id))('row %s is run by a file of its own', (id) => {
  const file = readFileSync(join(import.meta.dirname, `${id}.test.ts`), 'utf8')
  expect(file).toContain(`testRow('${id}')`)
})

test.each(Object.entries(SOTTO_ROWS))(
  'column %s: its tests with two Sottos are there',
  (_, cells) => {
    for (const cell of Object.values<SottoCell>(cells)) {
      if ('none' in cell) continue
      const file = readFileSync(join(ROOT, cell.file), 'utf8')
      expect(file, cell.file).toContain(`test('${cell.test}`)
    }
  },
)
