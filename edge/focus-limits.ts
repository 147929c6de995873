/** Specification constants: changing one breaks interoperability. */

/** A subscription to the roster lasts this long unless told otherwise: 1 h (RFC 4575 §3.3). */
export const SUBSCRIPTION_DEFAULT_S = 3600
/** Least time between two rosters to one subscriber: 5 s (RFC 4575 §3.9). */
export const ROSTER_INTERVAL_MS = 5000
/** Longest nickname: 1023 octets (RFC 7701 §7.1). */
export const NICKNAME_MAX = 1023

/** Implementation limits: ours to choose, enforced before memory is spent. */

/** Rooms at a time. */
export const ROOMS_MAX = 1000
/** Sessions in one room: every message is sent to each. */
export const PARTICIPANTS_MAX = 100
/** Subscriptions to the roster of one room. */
export const SUBSCRIPTIONS_MAX = 2 * PARTICIPANTS_MAX
/** Messages that a newcomer is shown, and bytes of them: 256 KiB. */
export const HISTORY_MAX = 20
export const HISTORY_BYTES_MAX = 256 * 1024
/** Largest message in a room: 256 KiB, times the number of participants. */
export const ROOM_MESSAGE_MAX = 256 * 1024
/** Longest name of a room, in characters. */
export const ROOM_NAME_MAX = 64
/** CPIM and MIME headers of one message: 16 KiB. */
export const CPIM_HEAD_MAX = 16 * 1024
