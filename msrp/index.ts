/**
 * MSRP (RFC 4975) with relays (RFC 4976), over WebSocket (RFC 7977) or a byte stream, and what goes
 * inside: CPIM (RFC 3862), is-composing (RFC 3994). No socket, clock or randomness of its own.
 *
 * The door, as its users see it:
 *
 *   const connection = new MsrpConnection(wire, env)
 *   const grant = await connection.authenticate({ relay, uri, username, password })
 *   const session = connection.open({ uri, usePath: grant.usePath }, sink)
 *   // SDP path: [...grant.usePath].reverse() + uri; the peer's path comes from its SDP
 *   session.start({ remotePath, active })
 *   session.send({ id, contentType, body }, { success: 'yes', failure: 'yes' })
 * @module
 */

export type { MsrpErrorCode, MsrpMessage, MsrpReports, MsrpSessionEvent } from './events.ts'
export { MsrpError } from './events.ts'
export type { MsrpEnv, Wire } from './wire.ts'
