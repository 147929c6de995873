/** Specification constants: changing one breaks interoperability. */

/** A keep-alive ping unanswered this long means a dead flow: 10 s (RFC 5626 §4.4.1). */
export const PONG_TIMEOUT_MS = 10_000
/** Upper bound of the wait between registration attempts: 30 min (RFC 5626 §4.5). */
export const RETRY_MAX_MS = 1_800_000
/** Base of the wait once the quick attempts are used up: 30 s (RFC 5626 §4.5). */
export const RETRY_BASE_MS = 30_000
/** Wait before a re-INVITE that met 491 is repeated, if the Call-ID is ours (RFC 3261 §14.1). */
export const GLARE_OWNER_MS = { from: 2_100, to: 4_000 }
/** The same, if the Call-ID is the peer's. */
export const GLARE_OTHER_MS = { from: 0, to: 2_000 }
/** Octets of a MESSAGE outside a session, which may meet UDP on its way (RFC 3428 §8). */
export const PAGE_MAX = 1_300
/** Lifetime of a roster subscription, asked for: 1 h (RFC 4575 §3.3). */
export const ROSTER_EXPIRES_S = 3_600
/** Rosters come no faster than this, so that asking for one more often is of no use (RFC 4575 §3.9). */
export const ROSTER_INTERVAL_MS = 5_000

/** Implementation limits: ours to choose. */

/** First wait after a failure, doubled until it reaches `RETRY_BASE_MS`: somebody is looking. */
export const RETRY_FIRST_MS = 1_000
/** A WebSocket that has not opened by then will not: 10 s. */
export const CONNECT_TIMEOUT_MS = 10_000
/**
 * Time between keep-alive pings: 25 s at most, less than the 60 s after which proxies cut an idle
 * WebSocket, and short enough that a dead network shows within half a minute.
 */
export const PING_INTERVAL_MS = 25_000
/** Patience of a probe, when somebody waits for the answer: 5 s. */
export const PROBE_TIMEOUT_MS = 5_000
/** Patience of a REGISTER that is to show whether a flow is dead: 5 s. */
export const DOUBT_TIMEOUT_MS = 5_000
/** Binding lifetime asked for: 10 min. */
export const EXPIRES_S = 600
/** Longest lifetime believed, from `expires` or `Min-Expires`: 1 day. */
export const EXPIRES_MAX_S = 86_400
/** A binding is refreshed no sooner than this, whatever the registrar grants: 15 s. */
export const REFRESH_MIN_MS = 15_000
/** Time that un-REGISTER is given before the socket closes: 1.5 s of the 2 s `stop` may take. */
export const LEAVE_TIMEOUT_MS = 1_500
/** An unanswered INVITE is given up after 90 s of ringing; Blink waits as long. */
export const RING_TIMEOUT_MS = 90_000
/** Largest SIP message taken from the socket: 64 Ki UTF-16 units. */
export const MESSAGE_MAX = 65_536
/**
 * Longest head of a message: 16 Ki UTF-16 units. Real ones stay below 4 Ki, and sip.js takes up to
 * 10 µs for each.
 */
export const HEAD_MAX = 16_384
/** Sessions at a time; more are answered 486. */
export const CALLS_MAX = 200
/** Media lines in one SDP. */
export const MEDIA_MAX = 32
/** URIs in one `a=path`. */
export const PATH_MAX = 16
/** Octets of one path URI. */
export const URI_MAX = 1_024
/** UTF-16 units of one attribute of a file: a name of 255 bytes, each of them escaped, and the rest. */
export const FILE_ATTRIBUTE_MAX = 2_048
/** A refreshing re-INVITE that meets another is tried so often. */
export const REFRESH_ATTEMPTS = 5
/** An XML document is nested no deeper; rosters with side conversations reach 12. */
export const XML_DEPTH_MAX = 16
/** Namespaces that an element may know; each that declares more copies the list. */
export const XML_NAMESPACES_MAX = 32
/** Users in a roster; more are not shown. */
export const ROSTER_USERS_MAX = 1_000
/** Sessions of one user in a roster. */
export const ROSTER_ENDPOINTS_MAX = 16
/** UTF-16 units of a name or subject in a roster. */
export const ROSTER_NAME_MAX = 256
/**
 * A roster that is refused for now is asked for so often, 1, 2, 4… s apart: a focus may not know us
 * before the MSRP session is up, which takes half a minute at worst.
 */
export const ROSTER_ATTEMPTS = 6
/** A room has this long to say whether somebody came: 3 min, as SylkServer grants. */
export const REFERRAL_TIMEOUT_MS = 180_000
/** People that one room is asked to call at a time. */
export const REFERRALS_MAX = 50
