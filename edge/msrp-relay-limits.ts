/** Specification constants: changing one breaks interoperability. */

/** The next hop has this long to answer a SEND before the relay reports 408 (RFC 4976 §6.4.1). */
export const ANSWER_TIMEOUT_MS = 30_000
/** A connection that has not authenticated by then is closed: 30 s (RFC 4976 §6.3.1). */
export const PROBATION_MS = 30_000

/** Implementation limits: ours to choose, enforced before memory is spent. */

/** A relay that stops waits this long for what it has acknowledged to arrive: 5 s. */
export const DRAIN_MAX_MS = 5000
/** Wrong passwords on one connection. */
export const AUTH_FAILURES_MAX = 3
/** A nonce is good for one round trip of a person's network, not for a dictionary: 60 s. */
export const NONCE_LIFETIME_MS = 60_000
/** Nonces of one connection: AUTH requests are not pipelined, but several tabs of code may ask. */
export const NONCES_MAX = 8
/** Shortest grant: 60 s. Shorter ones would make the relay busy with AUTH alone. */
export const EXPIRES_MIN_S = 60
/** Longest grant: 24 h. It ends with its connection anyway. */
export const EXPIRES_MAX_S = 86_400
/** Grant for a client that names no time: 12 h, so that a day's conversation is not cut. */
export const EXPIRES_DEFAULT_S = 43_200
/** Grants of one user at a time, each one conversation. */
export const GRANTS_PER_USER_MAX = 256
/** Grants of all users: 1 KB each. */
export const GRANTS_MAX = 100_000
/** Requests that one connection has not answered yet. Beyond it, 408 at once. */
export const UNANSWERED_MAX = 1000
/** Bytes waiting for one slow reader before those who send to it are no longer read: 1 MiB. */
export const BACKLOG_HIGH = 1024 * 1024
/** They are read again below this: 256 KiB. */
export const BACKLOG_LOW = 256 * 1024
/** A reader that takes nothing at all for this long while others wait is cut off: 20 s. */
export const STALL_MS = 20_000
/**
 * Body of one chunk from one TCP peer to another that is held until it is whole: 4 MiB. Deployed
 * clients send a picture in one chunk and take no second; what is larger goes on in several.
 */
export const STREAM_BODY_MAX = 4 * 1024 * 1024
/** Body of one chunk towards a WebSocket, cut from a larger one: 64 KiB (RFC 7977 §5.3). */
export const CUT_BODY_MAX = 64 * 1024
/** Connections that the relay opens for one grant in its life. One is usual; networks fail. */
export const LINKS_PER_GRANT_MAX = 8
/** Connections that TCP peers may have open at once, and those from one address. */
export const STREAMS_MAX = 2048
export const STREAMS_PER_ADDRESS = 256
/** A TLS handshake on the relay's own port must be over by then: 10 s. */
export const HANDSHAKE_MAX_MS = 10_000
/** Grant of an endpoint inside the edge: 20 days, near the longest that a timer can wait. */
export const INSIDE_EXPIRES_S = 20 * 86_400
/** Frames that wait for a slow receiver of an endpoint inside the edge. Beyond it, it is cut off. */
export const INSIDE_HELD_MAX = 256
