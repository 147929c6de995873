/**
 * Off-the-Record messaging, versions 2 and 3: text in, wire text and events out. The core has no
 * I/O, no clock and no randomness of its own. A page runs it in a worker, a program in process.
 * @module
 */
export type {
  KeyRecord,
  KeyStore,
  OtrCommand,
  OtrEngine,
  OtrEnv,
  OtrIdentity,
  OtrSessionSetup,
  PeerProfile,
} from './engine.ts'
export type {
  OtrErrorCode,
  OtrEvent,
  OtrOutput,
  OtrPolicy,
  OtrState,
  OtrVersion,
  OtrWire,
  SmpStep,
} from './events.ts'
