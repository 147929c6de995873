import { expect, test } from 'vitest'
import { SMP, type SmpAction, type SmpInput, type SmpPhase } from './smp-table.ts'

const NOT_NOW = 'In any other state, send an SMP abort and set smpstate to EXPECT1.'
const RESTART = 'If smpstate is not EXPECT1, the current run is aborted first.'
const ABORT = 'If the user aborts, send TLV 6 and set smpstate to EXPECT1.'
const PEER_ABORT = 'On TLV 6, set smpstate to EXPECT1.'
const NO_QUESTION = 'Ours: nobody has asked, or not any more.'
const TWICE = 'Ours: a second question while the first is open is out of order.'

/** Every cell, and on the right what the specification says about it. */
const SPEC: readonly [SmpPhase, SmpInput, SmpAction, SmpPhase, string][] = [
  ['expect1', 'start', 'sendMessage1', 'expect2', 'Send TLV 2 or 7 and set smpstate to EXPECT2.'],
  ['expect1', 'answer', 'ignore', 'expect1', NO_QUESTION],
  ['expect1', 'giveUp', 'ignore', 'expect1', 'Ours: nothing runs, nothing is sent.'],
  ['expect1', 'message1', 'ask', 'awaitingSecret', 'Verify the proofs, and ask the user.'],
  ['expect1', 'message2', 'sendAbort', 'expect1', NOT_NOW],
  ['expect1', 'message3', 'sendAbort', 'expect1', NOT_NOW],
  ['expect1', 'message4', 'sendAbort', 'expect1', NOT_NOW],
  ['expect1', 'abort', 'ignore', 'expect1', PEER_ABORT],

  ['awaitingSecret', 'start', 'restart', 'expect2', RESTART],
  ['awaitingSecret', 'answer', 'sendMessage2', 'expect3', 'Send TLV 3, set smpstate to EXPECT3.'],
  ['awaitingSecret', 'giveUp', 'sendAbort', 'expect1', ABORT],
  ['awaitingSecret', 'message1', 'sendAbort', 'expect1', TWICE],
  ['awaitingSecret', 'message2', 'sendAbort', 'expect1', NOT_NOW],
  ['awaitingSecret', 'message3', 'sendAbort', 'expect1', NOT_NOW],
  ['awaitingSecret', 'message4', 'sendAbort', 'expect1', NOT_NOW],
  ['awaitingSecret', 'abort', 'reset', 'expect1', PEER_ABORT],

  ['expect2', 'start', 'restart', 'expect2', RESTART],
  ['expect2', 'answer', 'ignore', 'expect2', NO_QUESTION],
  ['expect2', 'giveUp', 'sendAbort', 'expect1', ABORT],
  ['expect2', 'message1', 'sendAbort', 'expect1', NOT_NOW],
  ['expect2', 'message2', 'sendMessage3', 'expect4', 'Send TLV 4 and set smpstate to EXPECT4.'],
  ['expect2', 'message3', 'sendAbort', 'expect1', NOT_NOW],
  ['expect2', 'message4', 'sendAbort', 'expect1', NOT_NOW],
  ['expect2', 'abort', 'reset', 'expect1', PEER_ABORT],

  ['expect3', 'start', 'restart', 'expect2', RESTART],
  ['expect3', 'answer', 'ignore', 'expect3', NO_QUESTION],
  ['expect3', 'giveUp', 'sendAbort', 'expect1', ABORT],
  ['expect3', 'message1', 'sendAbort', 'expect1', NOT_NOW],
  ['expect3', 'message2', 'sendAbort', 'expect1', NOT_NOW],
  ['expect3', 'message3', 'sendMessage4', 'expect1', 'Send TLV 5 and set smpstate to EXPECT1.'],
  ['expect3', 'message4', 'sendAbort', 'expect1', NOT_NOW],
  ['expect3', 'abort', 'reset', 'expect1', PEER_ABORT],

  ['expect4', 'start', 'restart', 'expect2', RESTART],
  ['expect4', 'answer', 'ignore', 'expect4', NO_QUESTION],
  ['expect4', 'giveUp', 'sendAbort', 'expect1', ABORT],
  ['expect4', 'message1', 'sendAbort', 'expect1', NOT_NOW],
  ['expect4', 'message2', 'sendAbort', 'expect1', NOT_NOW],
  ['expect4', 'message3', 'sendAbort', 'expect1', NOT_NOW],
  ['expect4', 'message4', 'finish', 'expect1', 'Verify, and set smpstate to EXPECT1.'],
  ['expect4', 'abort', 'reset', 'expect1', PEER_ABORT],
]

test.each(SPEC)('%s + %s -> %s, %s: %s', (phase, input, action, next) => {
  expect(SMP[phase][input]).toEqual([action, next])
})

test('no cell is left out', () => {
  const cells = Object.values(SMP).flatMap((row) => Object.keys(row))
  expect(new Set(SPEC.map(([phase, input]) => `${phase} ${input}`)).size).toBe(cells.length)
})
