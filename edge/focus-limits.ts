/** Specification constants: changing one breaks interoperability. */

/** A subscription to the roster lasts this long unless told otherwise: 1 h (RFC 4575 §3.3). */
export const SUBSCRIPTION_DEFAULT_S = 3600
/** Least time between two rosters to one subscriber: 5 s (RFC 4575 §3.9). */
export const ROSTER_INTERVAL_MS = 5000
/** Implementation limits: ours to choose, enforced before memory is spent. */

/** Rooms at a time. */
export const ROOMS_MAX = 1000
/** Sessions in one room: every message is sent to each. */
export const PARTICIPANTS_MAX = 100
/** Subscriptions to the roster of one room. */
export const SUBSCRIPTIONS_MAX = 2 * PARTICIPANTS_MAX
/** People whom one room calls at a time. */
export const DIAL_OUTS_MAX = 16
/** What becomes of a call from the room is told for 4 min: longer than any telephone rings. */
export const REFERRAL_S = 240
/** A nickname is its holder's for this long after they have gone: 5 min, to come back to it. */
export const NICKNAME_QUARANTINE_MS = 5 * 60_000
/** Nicknames kept for those who have gone; the oldest is given up first. */
export const QUARANTINE_MAX = 2 * PARTICIPANTS_MAX
/** Largest message in a room: 256 KiB, times the number of participants. */
export const ROOM_MESSAGE_MAX = 256 * 1024
/** Longest name of a room, in characters. */
export const ROOM_NAME_MAX = 64
/** CPIM and MIME headers of one message: 16 KiB. */
export const CPIM_HEAD_MAX = 16 * 1024
