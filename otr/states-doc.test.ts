import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { AKE } from './ake-table.ts'
import { MESSAGE } from './message-table.ts'
import { SMP } from './smp-table.ts'

type Table = Record<string, Record<string, readonly [string, string]>>

/** Cells that a comment in the table calls unreachable; they are in the table, not in the picture. */
const UNREACHABLE = new Set([
  ...['none', 'awaitingReveal'].map((phase) => `${phase} startAgain`),
  ...['none', 'awaitingReveal', 'awaitingSignature'].map((phase) => `${phase} commitOutranked`),
  ...['none', 'awaitingKey', 'awaitingReveal'].map((phase) => `${phase} keyRepeated`),
  'plaintext disconnected',
  'finished disconnected',
])

test('docs/otr-states.md draws these tables; UPDATE_DOCS=1 redraws it', () => {
  const path = new URL('../docs/otr-states.md', import.meta.url)
  const drawn = [
    '# States of OTR',
    '',
    'Drawn from the tables in `otr/` by their test; `UPDATE_DOCS=1 npm run test:unit` draws it anew. An',
    'arrow says *what happened / what is done*; what is ignored is not drawn, and in the tables a dash.',
    'In brackets: cannot happen.',
    '',
    ...section('The handshake', '`otr/ake-table.ts`: one for each device of the peer.', AKE),
    ...section('Messages', '`otr/message-table.ts`: what text may do.', MESSAGE),
    ...section('Verification', '`otr/smp-table.ts`: the Socialist Millionaires’ Protocol.', SMP),
  ].join('\n')
  if (process.env['UPDATE_DOCS']) writeFileSync(path, drawn)
  expect(readFileSync(path, 'utf8')).toBe(drawn)
})

function section(title: string, about: string, table: Table): string[] {
  const states = Object.keys(table)
  const inputs = Object.keys(table[states[0]!]!)
  const cells = states.flatMap((from) =>
    inputs.map((input) => {
      const [action, to] = table[from]![input]!
      return { from, input, action, to, reachable: !UNREACHABLE.has(`${from} ${input}`) }
    }),
  )
  const arrows = new Map<string, string[]>()
  for (const { from, input, action, to, reachable } of cells) {
    if (action === 'ignore' || !reachable) continue
    const arrow = JSON.stringify({ from, to, action })
    arrows.set(arrow, [...(arrows.get(arrow) ?? []), input])
  }
  const cell = (from: string, input: string) => {
    const { action, to, reachable } = cells.find((c) => c.from === from && c.input === input)!
    if (action === 'ignore') return reachable ? '–' : '(–)'
    const words = from === to ? action : `${action} → ${to}`
    return reachable ? words : `(${words})`
  }
  const row = (parts: readonly string[]) => `| ${parts.join(' | ')} |`
  return [
    `## ${title}`,
    '',
    about,
    '',
    '```mermaid',
    'stateDiagram-v2',
    `    [*] --> ${states[0]}`,
    ...[...arrows].map(([arrow, causes]) => {
      const { from, to, action } = JSON.parse(arrow) as Record<'from' | 'to' | 'action', string>
      return `    ${from} --> ${to}: ${causes.join(', ')} / ${action}`
    }),
    '```',
    '',
    row(['', ...states.map((state) => `**${state}**`)]),
    row(['---', ...states.map(() => '---')]),
    ...inputs.map((input) => row([`**${input}**`, ...states.map((state) => cell(state, input))])),
    '',
  ]
}
