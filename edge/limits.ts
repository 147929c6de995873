/** Specification constants: changing one breaks interoperability. */

/** Estimate of a round trip, base of all SIP timers: 500 ms (RFC 3261 §17.1.1.1). */
const T1_MS = 500
/** Timers B, F, H (RFC 3261 §17) and L, M (RFC 6026 §7): 64*T1. Reliable transport, so I, J, K are 0. */
export const TRANSACTION_TIMEOUT_MS = 64 * T1_MS
/** Timer C: how long a callee may ring after its last provisional response (RFC 3261 §16.6). */
export const RINGING_TIMEOUT_MS = 185_000
/** Hops a request may take when it does not say (RFC 3261 §8.1.1.6). */
export const MAX_FORWARDS = 70
/** Below this a registration is refused with 423; a registrar may only do so below an hour. */
export const REGISTRATION_MIN_S = 60

/** Implementation limits: ours to choose, enforced before memory is spent. */

/** Longest registration granted: 1 h. A closed socket ends it at once anyway. */
export const REGISTRATION_MAX_S = 3600
/** Registration granted to a client that asks for none in particular: 10 min. */
export const REGISTRATION_DEFAULT_S = 600
/** Browsers of one user that ring together: enough for every tab of a careless day. */
export const BINDINGS_MAX = 10

/** Largest SIP message: 64 KiB; a page-mode MESSAGE is the largest that comes. */
export const SIP_MESSAGE_MAX = 64 * 1024
/** Most header fields in one SIP message, list values counted one by one. */
export const SIP_HEADERS_MAX = 200
/** Longest SIP header field, unfolded: 8 KiB. */
export const SIP_LINE_MAX = 8 * 1024
/** Unreadable SIP messages after which a socket is closed. */
export const SIP_FAULTS_MAX = 10
/** SIP messages a second that a socket may send for long; more is dropped and then closed. */
export const SIP_RATE_PER_S = 50
/** SIP messages that a socket may send at once. */
export const SIP_BURST = 400
/** Transactions that wait for an answer, of one socket: 256. Beyond it, 503. */
export const SIP_TRANSACTIONS_MAX = 256

/** Largest MSRP frame from a browser: 1 MiB and its headers. */
export const MSRP_FRAME_MAX = 1024 * 1024 + 16 * 1024
/** Bytes that may wait for a slow socket before it is given up: 4 MiB. */
export const SOCKET_BACKLOG_MAX = 4 * 1024 * 1024
/** Sockets from one address. Loopback is exempt: behind a reverse proxy everybody comes from there. */
export const SOCKETS_PER_ADDRESS = 256
/** Sockets in all. */
export const SOCKETS_MAX = 10_000
/** How often a socket is pinged: 30 s. Two pings without an answer and it is dead. */
export const PING_INTERVAL_MS = 30_000
export const PINGS_MISSED_MAX = 2

/** Head of an HTTP request: 16 KiB, as Node has it. */
export const HTTP_HEAD_MAX = 16 * 1024
/** A connection that has not sent a whole head by then is closed: 10 s; a whole request, 30 s. */
export const HTTP_HEAD_MS = 10_000
export const HTTP_REQUEST_MS = 30_000

/** Accounts in all: the file is read whole, and written whole for each new one. */
export const ACCOUNTS_MAX = 10_000
export const NAME_MAX = 32
/** In characters. No other rule: length is what counts. */
export const PASSWORD_MIN = 8
export const PASSWORD_MAX = 256
/** Largest body of `POST /accounts`: 4 KiB. */
export const ENROLMENT_BODY_MAX = 4 * 1024
/** Enrolments from one address: 20 at once, then one every 6 s. */
export const ENROLMENT_BURST = 20
export const ENROLMENT_PER_S = 1 / 6
/** Wrong passwords for one user from one address: 20 at once, then one every 3 s. */
export const WRONG_PASSWORD_BURST = 20
export const WRONG_PASSWORD_PER_S = 1 / 3
/** Addresses remembered by one rate limit; the one longest unseen goes first. */
export const RATE_KEYS_MAX = 10_000

/** A nonce is good for 5 min; after that the client is told it is stale and goes on by itself. */
export const NONCE_LIFETIME_MS = 5 * 60_000
/** Nonces in use whose counts are remembered. */
export const NONCES_MAX = 10_000

/** Time that open sockets get to close when the edge stops: 1 s. */
export const CLOSE_GRACE_MS = 1000
