import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BEGIN, cellsThat, END, writeMatrix } from './document.ts'

const README = join(import.meta.dirname, '..', 'README.md')

test('every cell of the matrix was run', () => {
  expect(cellsThat('not run')).toEqual([])
})

test('no cell of the matrix failed', () => {
  expect(cellsThat('failed')).toEqual([])
})

test('the README has the matrix that was found', () => {
  const text = readFileSync(README, 'utf8')
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)]
  expect(from, BEGIN).toBeGreaterThanOrEqual(0)
  expect(to, END).toBeGreaterThan(from)
  const found = `${text.slice(0, from)}${BEGIN}\n\n${writeMatrix()}\n\n${text.slice(to)}`
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(README, found)
  expect(readFileSync(README, 'utf8')).toBe(found)
})
