/** Implementation limits: ours to choose. */

/** Rows of one conversation kept in memory; beyond it the oldest leave the screen, not the store. */
export const ENTRIES_MAX = 5_000
/** Rows drawn at first; the rest comes by "Show earlier messages". A screen holds about thirty. */
export const ROWS_DRAWN = 200
/** Faults shown at once in a corner; more would cover the conversation. */
export const TOASTS_MAX = 3
/** How long a fault stays in its corner: 12 s, time to read two sentences twice. */
export const TOAST_MS = 12_000
/** Longest text the composer takes, in UTF-16 units: a few pages, well under one message's limit. */
export const TEXT_MAX = 20_000
/** A pause this long ends "is writing": 5 s. */
export const COMPOSING_IDLE_MS = 5_000
/** How long the other side has to answer a verification, as shown: 2 min. */
export const VERIFICATION_MS = 120_000
/** Messages of one author less than this apart are drawn as one group: 5 min. */
export const GROUP_MS = 300_000
/** The other tab gets this long to hand over before the lock is taken from it: 4 s. */
export const TAKEOVER_MS = 4_000
/** An answer of the page's own server later than this is no answer: 10 s. */
export const SERVER_TIMEOUT_MS = 10_000
