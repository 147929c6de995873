import { expect, test } from 'vitest'
import { AKE, type AkeAction, type AkeInput, type AkePhase } from './ake-table.ts'

const NONE = 'Reply with a D-H Key Message, and transition to AWAITING_REVEALSIG.'
const START = 'Send a D-H Commit Message, and transition to AWAITING_DHKEY.'
const IGNORE = 'Ignore the message.'
const NO_HASH = 'Cannot happen: there is no hash of ours to compare. As `commit`.'
const NO_KEY = 'Cannot happen: there is no key to compare. As `key`.'
const NO_COMMIT = 'Cannot happen: no commit is on its way. As `start`.'

/** Every cell, and on the right what the specification says about it. */
const SPEC: readonly [AkePhase, AkeInput, AkeAction, AkePhase, string][] = [
  ['none', 'start', 'sendCommit', 'awaitingKey', START],
  ['none', 'startAgain', 'sendCommit', 'awaitingKey', NO_COMMIT],
  ['none', 'commit', 'sendKey', 'awaitingReveal', NONE],
  ['none', 'commitOutranked', 'sendKey', 'awaitingReveal', NO_HASH],
  ['none', 'key', 'ignore', 'none', IGNORE],
  ['none', 'keyRepeated', 'ignore', 'none', NO_KEY],
  ['none', 'reveal', 'ignore', 'none', IGNORE],
  ['none', 'signature', 'ignore', 'none', IGNORE],

  ['awaitingKey', 'start', 'sendCommit', 'awaitingKey', START],
  [
    'awaitingKey',
    'startAgain',
    'resendCommit',
    'awaitingKey',
    'Ours: the specification would have a new commit for each query.',
  ],
  [
    'awaitingKey',
    'commit',
    'sendKey',
    'awaitingReveal',
    'Otherwise: Forget your old gx value that you sent earlier, and pretend you are in NONE.',
  ],
  [
    'awaitingKey',
    'commitOutranked',
    'resendCommit',
    'awaitingKey',
    'Ignore the incoming D-H Commit message, but resend your D-H Commit message.',
  ],
  [
    'awaitingKey',
    'key',
    'sendReveal',
    'awaitingSignature',
    'Reply with a Reveal Signature Message and transition to AWAITING_SIG.',
  ],
  ['awaitingKey', 'keyRepeated', 'sendReveal', 'awaitingSignature', NO_KEY],
  ['awaitingKey', 'reveal', 'ignore', 'awaitingKey', IGNORE],
  ['awaitingKey', 'signature', 'ignore', 'awaitingKey', IGNORE],

  ['awaitingReveal', 'start', 'sendCommit', 'awaitingKey', START],
  ['awaitingReveal', 'startAgain', 'sendCommit', 'awaitingKey', NO_COMMIT],
  [
    'awaitingReveal',
    'commit',
    'resendKey',
    'awaitingReveal',
    'Retransmit your D-H Key Message. Forget the old D-H Commit message, and use this new one.',
  ],
  ['awaitingReveal', 'commitOutranked', 'resendKey', 'awaitingReveal', NO_HASH],
  ['awaitingReveal', 'key', 'ignore', 'awaitingReveal', IGNORE],
  ['awaitingReveal', 'keyRepeated', 'ignore', 'awaitingReveal', NO_KEY],
  [
    'awaitingReveal',
    'reveal',
    'sendSignature',
    'none',
    'If everything checks out: Reply with a Signature Message. Transition to NONE.',
  ],
  ['awaitingReveal', 'signature', 'ignore', 'awaitingReveal', IGNORE],

  ['awaitingSignature', 'start', 'sendCommit', 'awaitingKey', START],
  [
    'awaitingSignature',
    'startAgain',
    'resendReveal',
    'awaitingSignature',
    'Ours: the specification would have a new commit for each query.',
  ],
  [
    'awaitingSignature',
    'commit',
    'sendKey',
    'awaitingReveal',
    'Reply with a new D-H Key message, and transition to AWAITING_REVEALSIG.',
  ],
  ['awaitingSignature', 'commitOutranked', 'sendKey', 'awaitingReveal', NO_HASH],
  ['awaitingSignature', 'key', 'ignore', 'awaitingSignature', 'Otherwise: Ignore the message.'],
  [
    'awaitingSignature',
    'keyRepeated',
    'resendReveal',
    'awaitingSignature',
    'Retransmit your Reveal Signature Message.',
  ],
  ['awaitingSignature', 'reveal', 'ignore', 'awaitingSignature', IGNORE],
  [
    'awaitingSignature',
    'signature',
    'finish',
    'none',
    'If everything checks out: Transition authstate to NONE, msgstate to ENCRYPTED.',
  ],
]

test.each(SPEC)('%s + %s -> %s, %s: %s', (phase, input, action, next) => {
  expect(AKE[phase][input]).toEqual([action, next])
})

test('no cell is left out', () => {
  const cells = Object.values(AKE).flatMap((row) => Object.keys(row))
  expect(new Set(SPEC.map(([phase, input]) => `${phase} ${input}`)).size).toBe(cells.length)
})
