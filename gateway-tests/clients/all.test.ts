import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { clientMatrix } from './all.ts'

const [START, END] = ['<!-- clients -->', '<!-- /clients -->']

test('gateway-tests/README.md has this table, as the last runs found it; UPDATE_DOCS=1 draws it anew', () => {
  const path = new URL('../README.md', import.meta.url)
  const text = readFileSync(path, 'utf8')
  const [before, after] = [text.slice(0, text.indexOf(START)), text.slice(text.indexOf(END))]
  const drawn = `${before}${START}\n\n${clientMatrix()}\n\n${after}`
  if (process.env['UPDATE_DOCS']) writeFileSync(path, drawn)
  expect(readFileSync(path, 'utf8')).toBe(drawn)
})
