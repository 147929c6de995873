/**
 * The state machine of the Socialist Millionaires' Protocol (OTRv3, "The SMP state machine").
 * `awaitingSecret` is the specification's EXPECT1 with a verified first message at hand: the person
 * has been asked for the secret and has not answered yet.
 */
export type SmpPhase = 'expect1' | 'awaitingSecret' | 'expect2' | 'expect3' | 'expect4'

export type SmpInput =
  /** The person starts a verification. */
  | 'start'
  /** The person answers the peer's. */
  | 'answer'
  /** The person gives up. */
  | 'giveUp'
  /** TLV 2 or 7. */
  | 'message1'
  | 'message2'
  | 'message3'
  | 'message4'
  /** TLV 6. */
  | 'abort'

export type SmpAction =
  | 'sendMessage1'
  /** A run is in progress: end it with an abort, then start. */
  | 'restart'
  | 'ask'
  | 'sendMessage2'
  | 'sendMessage3'
  | 'sendMessage4'
  | 'finish'
  | 'sendAbort'
  /** The peer ended the run: tell the person. Never answered, so that no loop can form. */
  | 'reset'
  | 'ignore'

/**
 * What to do and where that leads. Where the action verifies a proof and the proof does not hold,
 * an abort goes out and the phase is `expect1`.
 */
export const SMP = {
  expect1: {
    start: ['sendMessage1', 'expect2'],
    answer: ['ignore', 'expect1'],
    giveUp: ['ignore', 'expect1'],
    message1: ['ask', 'awaitingSecret'],
    message2: ['sendAbort', 'expect1'],
    message3: ['sendAbort', 'expect1'],
    message4: ['sendAbort', 'expect1'],
    abort: ['ignore', 'expect1'],
  },
  awaitingSecret: {
    start: ['restart', 'expect2'],
    answer: ['sendMessage2', 'expect3'],
    giveUp: ['sendAbort', 'expect1'],
    message1: ['sendAbort', 'expect1'],
    message2: ['sendAbort', 'expect1'],
    message3: ['sendAbort', 'expect1'],
    message4: ['sendAbort', 'expect1'],
    abort: ['reset', 'expect1'],
  },
  expect2: {
    start: ['restart', 'expect2'],
    answer: ['ignore', 'expect2'],
    giveUp: ['sendAbort', 'expect1'],
    message1: ['sendAbort', 'expect1'],
    message2: ['sendMessage3', 'expect4'],
    message3: ['sendAbort', 'expect1'],
    message4: ['sendAbort', 'expect1'],
    abort: ['reset', 'expect1'],
  },
  expect3: {
    start: ['restart', 'expect2'],
    answer: ['ignore', 'expect3'],
    giveUp: ['sendAbort', 'expect1'],
    message1: ['sendAbort', 'expect1'],
    message2: ['sendAbort', 'expect1'],
    message3: ['sendMessage4', 'expect1'],
    message4: ['sendAbort', 'expect1'],
    abort: ['reset', 'expect1'],
  },
  expect4: {
    start: ['restart', 'expect2'],
    answer: ['ignore', 'expect4'],
    giveUp: ['sendAbort', 'expect1'],
    message1: ['sendAbort', 'expect1'],
    message2: ['sendAbort', 'expect1'],
    message3: ['sendAbort', 'expect1'],
    message4: ['finish', 'expect1'],
    abort: ['reset', 'expect1'],
  },
} as const satisfies Record<SmpPhase, Record<SmpInput, readonly [SmpAction, SmpPhase]>>
