/**
 * SIP over WebSocket (RFC 7118) for chat sessions: registration, INVITE with an MSRP stream, and
 * what the peer is. sip.js is met here and nowhere else.
 * @module
 */

export { parseAddress } from './address.ts'
export { SipAgent } from './agent.ts'
export type { SipAccount, SipAgentDoor, SipClock, SipEnv, SipSocket } from './agent-door.ts'
export { attachToUserAgent, type HostAccount } from './embedded-agent.ts'
export type {
  MsrpDescription,
  Registration,
  Roster,
  RosterEndpoint,
  RosterStatus,
  RosterUser,
  SipErrorCode,
  SipEvent,
  SipPeer,
} from './events.ts'
export { SipError } from './events.ts'
export type { FileDate, FileDescription, FileRange, FileSelector } from './file-description.ts'
export { readSdp, writeSdp } from './sdp.ts'
export { activeRole, answerSetup } from './setup.ts'
