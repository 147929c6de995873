/**
 * SIP over WebSocket (RFC 7118) for chat sessions: registration, INVITE with an MSRP stream, and
 * what the peer is. sip.js is met here and nowhere else.
 * @module
 */

export { parseAddress } from './address.ts'
export { SipAgent } from './agent.ts'
export type { SipAccount, SipAgentDoor, SipEnv, SipSocket } from './agent-options.ts'
export type { MsrpDescription, Registration, SipErrorCode, SipEvent, SipPeer } from './events.ts'
export { SipError } from './events.ts'
export { readSdp, writeSdp } from './sdp.ts'
export { activeRole, answerSetup } from './setup.ts'
