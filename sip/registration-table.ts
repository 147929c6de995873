/**
 * The life of a registration, RFC 3261 §10 and RFC 5626 §4.
 *
 * - `idle`: not started, or stopped.
 * - `connecting`: a socket is opening. `registering`: the first REGISTER on it is under way.
 * - `registered`. `refreshing`: a REGISTER is under way while the binding still holds.
 * - `pausing`: the server answered that it cannot now; the flow is kept (RFC 5626 §4.2.1).
 * - `waiting`: no flow; the back-off runs.
 * - `refused`: the server does not want this account.
 * - `leaving`: un-REGISTER is under way.
 */
export type RegistrationState =
  | 'idle'
  | 'connecting'
  | 'registering'
  | 'registered'
  | 'refreshing'
  | 'pausing'
  | 'waiting'
  | 'refused'
  | 'leaving'

/**
 * - `start`, `stop`, `probe`: the owner.
 * - `opened`, `lost`: the socket. `doubt`: it is open and may be dead.
 * - `accepted`, `deferred`, `refused`: the answer to the REGISTER under way: 2xx; a failure that may
 *   pass; one that will not. `silence`: none came.
 * - `due`: the timer of the state.
 */
export type RegistrationInput =
  | 'start'
  | 'stop'
  | 'probe'
  | 'opened'
  | 'lost'
  | 'doubt'
  | 'accepted'
  | 'deferred'
  | 'refused'
  | 'silence'
  | 'due'

export type RegistrationAction =
  | 'nothing'
  | 'connect'
  | 'register'
  | 'keep'
  | 'ping'
  | 'pause'
  | 'wait'
  | 'abandon'
  | 'giveUp'
  | 'unregister'
  | 'close'

type Cell = readonly [RegistrationAction, RegistrationState]

/** What to do on each input in each state, and the state after it. Total: no cell is missing. */
export const REGISTRATION = {
  idle: {
    start: ['connect', 'connecting'],
    stop: ['nothing', 'idle'],
    probe: ['nothing', 'idle'],
    opened: ['nothing', 'idle'],
    lost: ['nothing', 'idle'],
    doubt: ['nothing', 'idle'],
    accepted: ['nothing', 'idle'], // Answers to a REGISTER given up long ago.
    deferred: ['nothing', 'idle'],
    refused: ['nothing', 'idle'],
    silence: ['nothing', 'idle'],
    due: ['nothing', 'idle'],
  },
  connecting: {
    start: ['nothing', 'connecting'],
    stop: ['close', 'idle'],
    probe: ['nothing', 'connecting'],
    opened: ['register', 'registering'],
    lost: ['wait', 'waiting'],
    doubt: ['nothing', 'connecting'],
    accepted: ['nothing', 'connecting'],
    deferred: ['nothing', 'connecting'],
    refused: ['nothing', 'connecting'],
    silence: ['nothing', 'connecting'],
    due: ['nothing', 'connecting'],
  },
  registering: {
    start: ['nothing', 'registering'],
    stop: ['unregister', 'leaving'], // The registrar may have bound us already.
    probe: ['ping', 'registering'],
    opened: ['nothing', 'registering'],
    lost: ['wait', 'waiting'],
    doubt: ['nothing', 'registering'], // The answer to the REGISTER will tell.
    accepted: ['keep', 'registered'],
    deferred: ['pause', 'pausing'],
    refused: ['giveUp', 'refused'],
    silence: ['abandon', 'waiting'],
    due: ['nothing', 'registering'],
  },
  registered: {
    start: ['nothing', 'registered'],
    stop: ['unregister', 'leaving'],
    probe: ['ping', 'registered'],
    opened: ['nothing', 'registered'],
    lost: ['wait', 'waiting'],
    doubt: ['register', 'refreshing'], // A request that every server answers.
    accepted: ['nothing', 'registered'],
    deferred: ['nothing', 'registered'],
    refused: ['nothing', 'registered'],
    silence: ['nothing', 'registered'],
    due: ['register', 'refreshing'],
  },
  refreshing: {
    start: ['nothing', 'refreshing'],
    stop: ['unregister', 'leaving'],
    probe: ['ping', 'refreshing'],
    opened: ['nothing', 'refreshing'],
    lost: ['wait', 'waiting'],
    doubt: ['nothing', 'refreshing'],
    accepted: ['keep', 'registered'],
    deferred: ['pause', 'pausing'],
    refused: ['giveUp', 'refused'],
    silence: ['abandon', 'waiting'],
    due: ['nothing', 'refreshing'],
  },
  pausing: {
    start: ['nothing', 'pausing'],
    stop: ['unregister', 'leaving'],
    probe: ['ping', 'pausing'], // Not a REGISTER: the server asked for patience.
    opened: ['nothing', 'pausing'],
    lost: ['wait', 'waiting'],
    doubt: ['nothing', 'pausing'],
    accepted: ['nothing', 'pausing'],
    deferred: ['nothing', 'pausing'],
    refused: ['nothing', 'pausing'],
    silence: ['nothing', 'pausing'],
    due: ['register', 'registering'],
  },
  waiting: {
    start: ['connect', 'connecting'],
    stop: ['close', 'idle'],
    probe: ['connect', 'connecting'],
    opened: ['nothing', 'waiting'],
    lost: ['nothing', 'waiting'],
    doubt: ['nothing', 'waiting'],
    accepted: ['nothing', 'waiting'],
    deferred: ['nothing', 'waiting'],
    refused: ['nothing', 'waiting'],
    silence: ['nothing', 'waiting'],
    due: ['connect', 'connecting'],
  },
  refused: {
    start: ['connect', 'connecting'],
    stop: ['close', 'idle'],
    probe: ['nothing', 'refused'],
    opened: ['nothing', 'refused'],
    lost: ['nothing', 'refused'],
    doubt: ['nothing', 'refused'],
    accepted: ['nothing', 'refused'],
    deferred: ['nothing', 'refused'],
    refused: ['nothing', 'refused'],
    silence: ['nothing', 'refused'],
    due: ['nothing', 'refused'],
  },
  leaving: {
    start: ['nothing', 'leaving'],
    stop: ['nothing', 'leaving'],
    probe: ['nothing', 'leaving'],
    opened: ['nothing', 'leaving'],
    lost: ['close', 'idle'],
    doubt: ['nothing', 'leaving'],
    accepted: ['close', 'idle'],
    deferred: ['close', 'idle'],
    refused: ['close', 'idle'],
    silence: ['close', 'idle'],
    due: ['close', 'idle'],
  },
} as const satisfies Record<RegistrationState, Record<RegistrationInput, Cell>>
