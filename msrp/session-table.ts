/** How far the binding of a session to its connection has come (RFC 4975 §5.4). */
export type SessionState =
  /** Opened; the peer's path is not known yet. */
  | 'idle'
  /** We are active: our empty SEND is out. */
  | 'binding'
  /** We are passive: the peer's first SEND is awaited. */
  | 'waiting'
  /** Messages may go. */
  | 'bound'
  | 'closed'

export type SessionInput =
  | 'startActive'
  | 'startPassive'
  /** Our empty SEND was answered 200. */
  | 'bindAccepted'
  /** It was answered otherwise, or not at all. */
  | 'bindRefused'
  /** A SEND that names this session and comes from its peer. */
  | 'peerSend'
  /** 30 s have passed since the start. */
  | 'deadline'
  /** The other end says 481 or 506: it does not know the session any more. */
  | 'disowned'
  /** A keep-alive was not answered, or the wire has closed. */
  | 'lost'
  | 'close'

export type SessionAction =
  | 'none'
  | 'sendBind'
  | 'awaitBind'
  /** Keep the SEND until the start says who may send it. */
  | 'hold'
  /** Tell that messages may go. */
  | 'announce'
  /** Answer the SEND and pass on its message. */
  | 'accept'
  | 'announceAndAccept'
  /** The caller's mistake: a session starts once. */
  | 'refuse'
  | 'endRemote'
  | 'endNetwork'
  | 'endLocal'

type Cell = readonly [SessionAction, SessionState]

/** What happens, and what comes after, for each input in each state. */
export const SESSION = {
  idle: {
    startActive: ['sendBind', 'binding'],
    startPassive: ['awaitBind', 'waiting'],
    bindAccepted: ['none', 'idle'],
    bindRefused: ['none', 'idle'],
    peerSend: ['hold', 'idle'],
    deadline: ['none', 'idle'],
    disowned: ['none', 'idle'],
    lost: ['endNetwork', 'closed'],
    close: ['endLocal', 'closed'],
  },
  binding: {
    startActive: ['refuse', 'binding'],
    startPassive: ['refuse', 'binding'],
    bindAccepted: ['announce', 'bound'],
    bindRefused: ['endRemote', 'closed'],
    peerSend: ['accept', 'binding'], // Deployed peers may both be active: each answers the other.
    deadline: ['none', 'binding'], // The bind has its own: a transaction of 30 s.
    disowned: ['endRemote', 'closed'],
    lost: ['endNetwork', 'closed'],
    close: ['endLocal', 'closed'],
  },
  waiting: {
    startActive: ['refuse', 'waiting'],
    startPassive: ['refuse', 'waiting'],
    bindAccepted: ['none', 'waiting'],
    bindRefused: ['none', 'waiting'],
    peerSend: ['announceAndAccept', 'bound'],
    deadline: ['endRemote', 'closed'],
    disowned: ['endRemote', 'closed'],
    lost: ['endNetwork', 'closed'],
    close: ['endLocal', 'closed'],
  },
  bound: {
    startActive: ['refuse', 'bound'],
    startPassive: ['refuse', 'bound'],
    bindAccepted: ['none', 'bound'],
    bindRefused: ['none', 'bound'],
    peerSend: ['accept', 'bound'],
    deadline: ['none', 'bound'],
    disowned: ['endRemote', 'closed'],
    lost: ['endNetwork', 'closed'],
    close: ['endLocal', 'closed'],
  },
  closed: {
    startActive: ['none', 'closed'], // The network may be faster than the caller.
    startPassive: ['none', 'closed'],
    bindAccepted: ['none', 'closed'],
    bindRefused: ['none', 'closed'],
    peerSend: ['none', 'closed'],
    deadline: ['none', 'closed'],
    disowned: ['none', 'closed'],
    lost: ['none', 'closed'],
    close: ['none', 'closed'],
  },
} as const satisfies Record<SessionState, Record<SessionInput, Cell>>
