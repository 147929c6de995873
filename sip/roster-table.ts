/**
 * The life of a roster subscription, RFC 6665 §4.1 and RFC 4575.
 *
 * - `asking`: SUBSCRIBE is under way. `watching`: rosters come.
 * - `waiting`: refused for now; the back-off runs. `stranded`: the account has no connection.
 * - `over`.
 */
export type RosterPhase = 'asking' | 'watching' | 'waiting' | 'stranded' | 'over'

/**
 * - `noticed`: a NOTIFY of a subscription that goes on. `gap`: it shows that one was missed.
 * - `deferred`, `refused`: the subscription failed or ended; it may be asked for again, or not.
 * - `due`: the timer of the phase.
 * - `lost`, `back`: the account's connection. `stop`: the call has ended.
 */
export type RosterInput =
  | 'noticed'
  | 'gap'
  | 'deferred'
  | 'refused'
  | 'due'
  | 'lost'
  | 'back'
  | 'stop'

export type RosterAction =
  | 'nothing'
  | 'subscribe'
  | 'keep'
  | 'refresh'
  | 'refreshSoon'
  | 'wait'
  | 'abandon'
  | 'leave'

type Cell = readonly [RosterAction, RosterPhase]

/** What to do on each input in each phase, and the phase after it. Total: no cell is missing. */
export const ROSTER_WATCH = {
  asking: {
    noticed: ['keep', 'watching'],
    gap: ['refreshSoon', 'watching'],
    deferred: ['wait', 'waiting'],
    refused: ['leave', 'over'],
    due: ['nothing', 'asking'],
    lost: ['abandon', 'stranded'],
    back: ['nothing', 'asking'],
    stop: ['leave', 'over'],
  },
  watching: {
    noticed: ['keep', 'watching'],
    gap: ['refreshSoon', 'watching'],
    deferred: ['wait', 'waiting'],
    refused: ['leave', 'over'],
    due: ['refresh', 'watching'],
    lost: ['abandon', 'stranded'],
    back: ['nothing', 'watching'],
    stop: ['leave', 'over'],
  },
  waiting: {
    noticed: ['nothing', 'waiting'],
    gap: ['nothing', 'waiting'],
    deferred: ['nothing', 'waiting'],
    refused: ['nothing', 'waiting'],
    due: ['subscribe', 'asking'],
    lost: ['abandon', 'stranded'],
    back: ['nothing', 'waiting'],
    stop: ['abandon', 'over'],
  },
  stranded: {
    noticed: ['nothing', 'stranded'],
    gap: ['nothing', 'stranded'],
    deferred: ['nothing', 'stranded'],
    refused: ['nothing', 'stranded'],
    due: ['nothing', 'stranded'],
    lost: ['nothing', 'stranded'],
    back: ['subscribe', 'asking'], // The old dialog leads over a connection that is gone.
    stop: ['abandon', 'over'],
  },
  over: {
    noticed: ['nothing', 'over'],
    gap: ['nothing', 'over'],
    deferred: ['nothing', 'over'],
    refused: ['nothing', 'over'],
    due: ['nothing', 'over'],
    lost: ['nothing', 'over'],
    back: ['nothing', 'over'],
    stop: ['nothing', 'over'],
  },
} as const satisfies Record<RosterPhase, Record<RosterInput, Cell>>
