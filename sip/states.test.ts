import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { REGISTRATION } from './registration-table.ts'
import { ROSTER_WATCH } from './roster-table.ts'

type Table = Readonly<Record<string, Readonly<Record<string, readonly [string, string]>>>>

function draw(table: Table, first: string): string[] {
  const edges = Object.entries(table).flatMap(([state, row]) =>
    Object.entries(row)
      .filter(([, [action]]) => action !== 'nothing')
      .map(([input, [action, next]]) => `  ${state} --> ${next}: ${input} / ${action}`),
  )
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${first}`, ...edges, '```', '']
}

test('docs/sip-states.md is drawn from the tables', () => {
  const file = new URL('../docs/sip-states.md', import.meta.url)
  const drawn = [
    '# States of a SIP registration',
    '',
    'Drawn from `sip/registration-table.ts` by a test; `UPDATE_DOCS=1 npx vitest run --project unit',
    'sip/states` draws it again. An input that is not shown does nothing in that state.',
    '',
    ...draw(REGISTRATION, 'idle'),
    '# States of a roster subscription',
    '',
    'Drawn from `sip/roster-table.ts` in the same way.',
    '',
    ...draw(ROSTER_WATCH, 'asking'),
  ].join('\n')
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, drawn)
  expect(readFileSync(file, 'utf8')).toBe(drawn)
})
