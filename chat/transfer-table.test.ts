import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { isOver, TRANSFER, type TransferInput, type TransferStep } from './transfer-table.ts'

const STEPS = Object.keys(TRANSFER) as TransferStep[]

const leadingTo = (step: TransferStep) =>
  STEPS.flatMap((from) =>
    Object.entries(TRANSFER[from])
      .filter(([, to]) => to === step)
      .map(([input]) => `${from} ${input}`),
  )

test('bytes go only from where a person has agreed, or need not', () => {
  expect(leadingTo('active')).toEqual(['waiting move', 'active move'])
  expect(leadingTo('waiting')).toEqual(['asks agree', 'failed resume'])
})

test('what is over stays over', () => {
  for (const step of STEPS.filter(isOver)) {
    expect(
      Object.values(TRANSFER[step]).every((next) => next === null),
      step,
    ).toBe(true)
  }
})

test.each<TransferInput>(['fail', 'cancel'])('%s ends whatever runs', (input) => {
  for (const step of ['asks', 'waiting', 'active'] as const) {
    expect(TRANSFER[step][input]).toBe(input === 'fail' ? 'failed' : 'cancelled')
  }
})

test('docs/file-states.md draws this table; UPDATE_DOCS=1 redraws it', () => {
  const path = new URL('../docs/file-states.md', import.meta.url)
  const drawn = draw()
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, drawn)
  expect(readFileSync(path, 'utf8')).toBe(drawn)
})

function draw(): string {
  const arrows = STEPS.flatMap((from) => {
    const inputs = Object.entries(TRANSFER[from]).filter(([, to]) => to !== null && to !== from)
    const targets = [...new Set(inputs.map(([, to]) => to))]
    return targets.map((to) => {
      const labels = inputs.filter(([, target]) => target === to).map(([input]) => input)
      return `  ${from} --> ${to}: ${labels.join(', ')}`
    })
  })
  return [
    '# A file on its way',
    '',
    'Drawn from `chat/transfer-table.ts` by its test; do not edit by hand. A file that comes begins with',
    '`asks`, one that goes with `waiting`.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> asks',
    '  [*] --> waiting',
    ...arrows,
    '  done --> [*]',
    '  cancelled --> [*]',
    '```',
    '',
  ].join('\n')
}
