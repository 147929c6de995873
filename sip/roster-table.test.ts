import { expect, test } from 'vitest'
import {
  ROSTER_WATCH,
  type RosterAction,
  type RosterInput,
  type RosterPhase,
} from './roster-table.ts'

/** Every cell that does something, with the reason why; all others do nothing. */
const SPEC: readonly [RosterPhase, RosterInput, RosterAction, RosterPhase, string][] = [
  ['asking', 'noticed', 'keep', 'watching', 'RFC 6665 §4.4.1: NOTIFY, not 200, makes it'],
  ['asking', 'gap', 'refreshSoon', 'watching', 'a focus that begins with a part'],
  ['asking', 'deferred', 'wait', 'waiting', 'we may not be in the room yet'],
  ['asking', 'refused', 'leave', 'over', 'a room without roster is no error'],
  ['asking', 'lost', 'abandon', 'stranded', 'the NOTIFY cannot reach us'],
  ['asking', 'stop', 'leave', 'over', 'the call has ended'],
  ['watching', 'noticed', 'keep', 'watching', 'RFC 6665 §4.1.2.4: NOTIFY says how long'],
  ['watching', 'gap', 'refreshSoon', 'watching', 'RFC 4575 §4: refresh for the whole roster'],
  ['watching', 'due', 'refresh', 'watching', 'RFC 6665 §4.1.2.2: before it expires'],
  ['watching', 'deferred', 'wait', 'waiting', 'RFC 6665 §4.1.3: deactivated, timeout'],
  ['watching', 'refused', 'leave', 'over', 'RFC 4575 §4: the conference is deleted'],
  ['watching', 'lost', 'abandon', 'stranded', 'the next NOTIFY cannot reach us'],
  ['watching', 'stop', 'leave', 'over', 'RFC 6665 §4.1.2.3'],
  ['waiting', 'due', 'subscribe', 'asking', 'with a new Call-ID (RFC 6665 §4.1.2.2)'],
  ['waiting', 'lost', 'abandon', 'stranded', 'nothing can be sent'],
  ['waiting', 'stop', 'abandon', 'over', 'nobody knows of us'],
  ['stranded', 'back', 'subscribe', 'asking', 'the old dialog led over the old connection'],
  ['stranded', 'stop', 'abandon', 'over', 'nothing can be sent'],
]

test.each(SPEC)('%s + %s: %s, then %s: %s', (phase, input, action, next) => {
  expect(ROSTER_WATCH[phase][input]).toEqual([action, next])
})

test('everything else does nothing and stays', () => {
  const meant = new Set(SPEC.map(([phase, input]) => `${phase} ${input}`))
  for (const [phase, row] of Object.entries(ROSTER_WATCH)) {
    for (const [input, cell] of Object.entries(row)) {
      if (!meant.has(`${phase} ${input}`))
        expect(cell, `${phase} ${input}`).toEqual(['nothing', phase])
    }
  }
})
