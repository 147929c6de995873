// biome-ignore-all assist/source/organizeImports: in groups, by who uses them
/**
 * MSRP (RFC 4975) with relays (RFC 4976), over WebSocket (RFC 7977) or a byte stream, and what goes
 * inside: CPIM (RFC 3862), is-composing (RFC 3994), IMDN (RFC 5438). No socket, clock or randomness of its own.
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

// For whoever talks: connections and sessions.
export { MsrpConnection } from './connection.ts'
export type {
  MsrpConnectionDoor,
  MsrpSessionDoor,
  MsrpSessionSetup,
  MsrpSessionStart,
  RelayGrant,
  RelayLogin,
  Sink,
} from './doors.ts'
export type {
  MsrpContent,
  MsrpErrorCode,
  MsrpMessage,
  MsrpReports,
  MsrpSessionEvent,
} from './events.ts'
export { MsrpError } from './events.ts'
export type { FileSink, FileSource, MsrpFileEnd } from './file.ts'
export { HashedSink, hashFile, type RereadableSink } from './file-hash.ts'
export { type FileReceiveEvent, FileReceiver } from './file-receiver.ts'
export { type FileSendEvent, FileSender } from './file-sender.ts'
export { newIdent } from './idents.ts'
export { enforceNickname, nicknameKey } from './nickname.ts'
export { MsrpSession } from './session.ts'
export { newSessionUri, providerRelayUri, relayUri } from './uri.ts'
export { MSRP_SUBPROTOCOL, opened, type WebSocketLike, webSocketWire } from './websocket-wire.ts'
export type { MsrpEnv, Wire } from './wire.ts'

// For whoever writes and reads messages: what goes inside, and what which peer bears.
export { COMPOSING_TYPE, readComposing, writeComposing } from './composing.ts'
export { unwrapCpim, wrapCpim } from './cpim.ts'
export type { Composing, CpimExtension, CpimIdentity, CpimMessage } from './doors.ts'
export {
  type Imdn,
  IMDN_HEADERS,
  IMDN_TYPE,
  type ImdnNotification,
  type ImdnStatus,
  readImdn,
  writeImdn,
} from './imdn.ts'
export { acceptsType } from './media-types.ts'
export { type PeerProfile, type PeerTraits, profileOf } from './profiles.ts'

// For relays, which forward frames that they need not understand.
export {
  type DigestAuthorization,
  type DigestChallenge,
  digestHa1,
  formatAuthenticationInfo,
  formatChallenge,
  parseAuthorization,
  verifyAuthorization,
} from './digest.ts'
export { encodeFrame } from './encode.ts'
export {
  type ByteRange,
  type EndFlag,
  formatByteRange,
  header,
  type MsrpFrame,
  type MsrpRequest,
  type MsrpResponse,
  parseByteRange,
} from './frame.ts'
export { newTransaction } from './idents.ts'
export { BodyBuffer } from './body-buffer.ts'
export { FrameReader } from './frame-reader.ts'
export { type MsrpHead, parseFrame } from './parse.ts'
export { frameOf, StreamParser } from './stream-parser.ts'
export { equalUris, formatUri, type MsrpUri, parseUri, sessionIdOf } from './uri.ts'
