import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  SESSION,
  type SessionAction,
  type SessionInput,
  type SessionState,
} from './session-table.ts'

const STATES = Object.keys(SESSION) as SessionState[]
const INPUTS = Object.keys(SESSION.idle) as SessionInput[]

/** The specification's own sentence for each cell that does something. */
const SPEC: readonly [SessionState, SessionInput, SessionAction, SessionState, string][] = [
  [
    'idle',
    'startActive',
    'sendBind',
    'binding',
    'RFC 4975 §5.4: the active endpoint sends at once.',
  ],
  ['idle', 'startPassive', 'awaitBind', 'waiting', '§5.4: the passive one waits for a SEND.'],
  ['idle', 'peerSend', 'hold', 'idle', 'The SDP answer may be slower than the connection.'],
  ['idle', 'lost', 'endNetwork', 'closed', '§5.4: sessions fail with their connection.'],
  ['idle', 'close', 'endLocal', 'closed', ''],
  ['binding', 'bindAccepted', 'announce', 'bound', '§7.3: 200 completes the binding.'],
  ['binding', 'bindRefused', 'endRemote', 'closed', '§10.5: 481, and any other refusal.'],
  ['binding', 'peerSend', 'accept', 'binding', 'Deployed: both active.'],
  ['binding', 'disowned', 'endRemote', 'closed', '§10.5'],
  ['binding', 'lost', 'endNetwork', 'closed', '§5.4'],
  ['binding', 'close', 'endLocal', 'closed', ''],
  ['waiting', 'peerSend', 'announceAndAccept', 'bound', '§7.3: the first request binds.'],
  ['waiting', 'deadline', 'endRemote', 'closed', '§7.1.1: 30 s, as for a transaction.'],
  ['waiting', 'disowned', 'endRemote', 'closed', '§10.5'],
  ['waiting', 'lost', 'endNetwork', 'closed', '§5.4'],
  ['waiting', 'close', 'endLocal', 'closed', ''],
  ['bound', 'peerSend', 'accept', 'bound', '§7.3'],
  ['bound', 'disowned', 'endRemote', 'closed', '§10.5, §10.12: terminate the session.'],
  ['bound', 'lost', 'endNetwork', 'closed', '§5.4'],
  ['bound', 'close', 'endLocal', 'closed', ''],
]

test.each(SPEC)('%s + %s -> %s, %s: %s', (state, input, action, next) => {
  expect(SESSION[state][input]).toEqual([action, next])
})

describe('every other cell', () => {
  const rest = STATES.flatMap((state) => INPUTS.map((input) => [state, input] as const)).filter(
    ([state, input]) => !SPEC.some((row) => row[0] === state && row[1] === input),
  )
  test.each(rest)('%s + %s changes nothing', (state, input) => {
    const isSecondStart = input.startsWith('start') && state !== 'closed'
    expect(SESSION[state][input]).toEqual([isSecondStart ? 'refuse' : 'none', state])
  })
})

test('nothing leads out of closed, and every state leads there', () => {
  expect(INPUTS.every((input) => SESSION.closed[input][1] === 'closed')).toBe(true)
  for (const state of STATES) expect(SESSION[state].close[1]).toBe('closed')
})

/** The diagram is drawn from the table, so that it cannot say anything else. */
function draw(): string {
  const arrows = STATES.flatMap((state) =>
    INPUTS.flatMap((input) => {
      const [action, next] = SESSION[state][input] as readonly [SessionAction, SessionState]
      if (action === 'none' || action === 'refuse') return []
      return [`    ${state} --> ${next}: ${input} / ${action}`]
    }),
  )
  return [
    '# States of an MSRP session',
    '',
    'Drawn from `msrp/session-table.ts` by its test; `UPDATE_DOCS=1 npm run test:unit` draws it anew.',
    'An arrow says *what happened / what is done*. What is not drawn changes nothing, but for a second',
    'start, which is refused.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '    [*] --> idle',
    ...arrows,
    '    closed --> [*]',
    '```',
    '',
  ].join('\n')
}

test('docs/msrp-states.md shows this table', () => {
  const path = join(import.meta.dirname, '..', 'docs', 'msrp-states.md')
  if (process.env['UPDATE_DOCS'] !== undefined) {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, draw())
  }
  expect(readFileSync(path, 'utf8')).toBe(draw())
})
