import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { PrivacyState } from './events.ts'
import { otrPolicy, protectionOf } from './policy.ts'
import { COMPOSER, isEncrypted, PRIVACY, type PrivacyInput } from './privacy-table.ts'

const STATES = Object.keys(PRIVACY) as PrivacyState[]
const INPUTS = Object.keys(PRIVACY.none) as PrivacyInput[]
const CELLS = STATES.flatMap((from) =>
  INPUTS.map((input) => ({ from, input, to: PRIVACY[from][input] as PrivacyState })),
)

/** What a person does, or has done before. */
const CHOICES: readonly PrivacyInput[] = ['endedByUs', 'unansweredAllowed']

describe('over all states and inputs', () => {
  test.each(CELLS)('$from + $input -> $to', ({ from, input, to }) => {
    // Clear text takes a person's choice, or a room, which says so.
    if (to === 'plaintext' && from !== 'plaintext') expect(CHOICES).toContain(input)
    if (to === 'room' && from !== 'room') expect(input).toBe('openRoom')
    // From encryption, silence, offers and a new query lead nowhere.
    const idle = ['connect', 'offered', 'start', 'unanswered', 'unansweredAllowed']
    if (isEncrypted(from) && idle.includes(input)) expect(to).toBe(from)
    // A changed key is left by a judgement, or with the session.
    if (from === 'keyChanged' && COMPOSER[to] === 'sends' && to !== 'room') {
      expect(['keyVerified', 'keyUnverified']).toContain(input)
    }
    // What is encrypted is what a key was judged for.
    if (to === 'verified' && from !== 'verified') expect(input).toBe('keyVerified')
    if (to === 'unverified' && from !== 'unverified') expect(input).toBe('keyUnverified')
    // Without a session nothing is protected, and nothing goes.
    if (input === 'closed') expect(to).toBe('none')
    // A room stays one while its session lasts.
    if (from === 'room' && !['closed', 'openPrivate'].includes(input)) expect(to).toBe('room')
  })
})

test('the OTR session itself refuses clear text in every state but the chosen one', () => {
  for (const state of STATES) {
    expect(otrPolicy(state).requireEncryption, state).toBe(state !== 'plaintext')
  }
})

test('only what is encrypted is marked as protected', () => {
  for (const state of STATES) {
    const isProtected = protectionOf(state) !== 'none'
    expect(isProtected, state).toBe(isEncrypted(state) && COMPOSER[state] === 'sends')
  }
})

test('docs/chat-states.md draws this table; UPDATE_DOCS=1 redraws it', () => {
  const path = new URL('../docs/chat-states.md', import.meta.url)
  const drawn = draw()
  if (process.env['UPDATE_DOCS']) writeFileSync(path, drawn)
  expect(readFileSync(path, 'utf8')).toBe(drawn)
})

function draw(): string {
  const arrows = new Map<string, PrivacyInput[]>()
  for (const { from, input, to } of CELLS) {
    if (from === to || to === 'none') continue // Every state ends with its session.
    const key = `${from} --> ${to}`
    arrows.set(key, [...(arrows.get(key) ?? []), input])
  }
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    '# The privacy of a conversation',
    '',
    'Drawn from `chat/privacy-table.ts` by its test; do not edit by hand. A dash leaves the state as',
    'it is. `closed` leads to `none` from everywhere and is left out of the picture.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> none',
    ...[...arrows].map(([arrow, inputs]) => `  ${arrow}: ${inputs.join(', ')}`),
    '```',
    '',
    row(['state', 'text', ...INPUTS]),
    row(['---', '---', ...INPUTS.map(() => '---')]),
    ...STATES.map((from) =>
      row([
        `**${from}**`,
        COMPOSER[from],
        ...INPUTS.map((input) => (PRIVACY[from][input] === from ? '–' : PRIVACY[from][input])),
      ]),
    ),
    '',
  ].join('\n')
}
