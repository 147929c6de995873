/** Specification constants: changing one breaks interoperability. */

/** A composer who pauses this long is idle: 15 s (RFC 3994 §3.2). */
export const COMPOSING_IDLE_MS = 15_000
/** `active` is repeated this often while someone writes on: 60 s (RFC 3994 §3.2). */
export const COMPOSING_REFRESH_MS = 60_000
/** `active` without `refresh` lasts this long: 120 s (RFC 3994 §3.3). */
export const COMPOSING_LASTS_MS = 120_000

/** Implementation limits: ours to choose. */

/** No peer's "is typing" outlives this, whatever its `refresh` says: 600 s. */
export const COMPOSING_LASTS_MAX_MS = 600_000

/** The called side leaves the first query to the caller for this long, so that they do not cross. */
export const QUERY_WAIT_MS = 2_000
/** A peer that has not turned encrypted in this time does not speak OTR: 15 s, as Blink waits. */
export const OTR_ANSWER_MS = 15_000
/** In a session that was encrypted before, Blink ignores a new query; then a new session helps. */
export const REQUERY_ANSWER_MS = 5_000
/** A peer's `?OTR Error` leads to a query at most this often: two broken peers must not loop. */
export const ERROR_REQUERY_MS = 60_000

/** One verification, from the question to the result: people type the answer. */
export const VERIFICATION_MAX_MS = 120_000
/** Longest SMP question, in characters; it travels in one TLV beside the proofs. */
export const QUESTION_MAX = 1_000

/** A stranger's invitation is refused with 480 after this long without an answer. */
export const INVITATION_MAX_MS = 60_000
/** Strangers that may wait for an answer at the same time; the next ones get 486. */
export const STRANGERS_MAX = 20
/** Page messages kept for a stranger until the person decides. */
export const STRANGER_PAGES_MAX = 10

/** A lost session is tried again after 1 s, doubling to 30 s, with jitter. */
export const RETRY_MIN_MS = 1_000
export const RETRY_MAX_MS = 30_000
/** A peer that is offline is tried again after 15 s, doubling to 5 min. */
export const OFFLINE_RETRY_MIN_MS = 15_000
export const OFFLINE_RETRY_MAX_MS = 300_000
/** After the account has come back, conversations reopen within this, not all in one instant. */
export const RESUME_SPREAD_MS = 300
/** The MSRP connection is kept this long without sessions, for the next one. */
export const LINGER_MS = 30_000
/** Signing out never takes longer. */
export const SIGN_OUT_MAX_MS = 3_000

/** Messages that may be on their way to the next hop at once. */
export const OUTBOX_WINDOW = 32
/** A message that has left this often without a confirmation has failed; the person may retry. */
export const ATTEMPTS_MAX = 5
/** What OTR, its padding and its revealed MAC keys, and CPIM add to a text: 2,000 B and a third. */
export const ENVELOPE_BYTES = 2_000
/** Text is split above this where the path is not known: 10,000 B on the wire pass every relay. */
export const TEXT_PART_BYTES = 6_000
/** Longest text in one message, in bytes; OTR takes 512 KiB. */
export const TEXT_PART_MAX_BYTES = 256 * 1024
/** Messages of one conversation kept in memory; the oldest are forgotten. */
export const LOG_MAX = 10_000
/** The same warning about what came over the wire is given at most this often. */
export const WARNING_EVERY_MS = 5_000
/** Characters shown of a peer's `?OTR Error`, which anyone on the way may have written. */
export const PEER_ERROR_MAX = 200
/** Characters shown of what a room says of itself. */
export const STATUS_MAX = 500
/** Messages remembered per peer to recognise one that comes again. */
export const SEEN_MAX = 2_048
