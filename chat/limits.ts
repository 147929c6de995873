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
/** A peer that speaks OTR is asked once more when a handshake has not come to its end: 6 s. */
export const STALLED_HANDSHAKE_MS = 6_000
/** A peer that has not turned encrypted in this time does not speak OTR: 15 s, as Blink waits. */
export const OTR_ANSWER_MS = 15_000
/** In a session that was encrypted before, Blink ignores a new query; then a new session helps. */
export const REQUERY_ANSWER_MS = 5_000
/** A peer's `?OTR Error` leads to a query at most this often: two broken peers must not loop. */
export const ERROR_REQUERY_MS = 60_000

/** One verification, from the question to the result: people type the answer. Who needs more gets as much again. */
export const VERIFICATION_MAX_MS = 120_000
/** A peer who goes on writing gets no more time after this: 20 min, ten times as much as at first. */
export const VERIFICATION_WRITING_MAX_MS = 1_200_000
/** After a verification that failed the next one waits 10 s, and three times as long after each more. */
export const VERIFICATION_REST_MS = 10_000
/** The longest such wait: 15 min. */
export const VERIFICATION_REST_MAX_MS = 900_000
/** The peer saw the failure a little earlier than we, and may begin so much sooner: 2 s. */
export const VERIFICATION_REST_SLACK_MS = 2_000
/** What the peer stops sooner than this nobody has read: 1.5 s. */
export const VERIFICATION_READ_MS = 1_500
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
/** A place where a server may be has this long to answer: 6 s; a person is waiting. */
export const PROBE_MS = 6_000
/** After a provider's relay was of no use it is left alone for so long, where there is another. */
export const RELAY_AVOIDED_MS = 300_000
/** A registration, and a message to oneself, have this long in a check: 15 s each. */
export const CHECK_MS = 15_000
/** A relay has longer: msrprelay, given an AUTH that it does not like, never answers, for 30 s. */
export const CHECK_RELAY_MS = 35_000
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
/** Messages of one conversation read from the store at a time, beside the unsent ones. */
export const RESTORED_MAX = 200
/** Messages read from the store at a time where all of a conversation is wanted. */
export const READ_PAGE = 2_000
/** Most that a search finds; whoever wants more of them types more. */
export const FOUND_MAX = 200
/** Messages of one conversation that the peer wants to hear of when they are displayed. */
export const RECEIPTS_MAX = 1_000
/** Gaps of one conversation that may be asked for. */
export const GAPS_MAX = 100
/** A room tells newcomers what was said before within so long: 10 s after they came in. */
export const REPLAY_MS = 10_000
/** More people than this who come or go in one breath are told as a number. */
export const ROOM_CHANGES_MAX = 5
/** The same warning about what came over the wire is given at most this often. */
export const WARNING_EVERY_MS = 5_000
/** Characters shown of a peer's `?OTR Error`, which anyone on the way may have written. */
export const PEER_ERROR_MAX = 200
/** Characters shown of what a room says of itself. */
export const STATUS_MAX = 500
/** Messages remembered per peer to recognise one that comes again. */
export const SEEN_MAX = 2_048

/** Largest file, in bytes: 64 GiB. */
export const FILE_SIZE_MAX = 64 * 1024 ** 3
/** Files with one peer that ask, wait or go at the same time. */
export const FILES_PER_PEER_MAX = 8
/** Transfers remembered, over or not, so that they can be resumed. */
export const TRANSFERS_KEPT_MAX = 256
/** Bytes of a file in one MSRP chunk: 10,000 B and the head pass every relay. */
export const FILE_CHUNK_BYTES = 10_000
/** A file that nobody took, or could be encrypted for, in this time has failed: 3 min. */
export const FILE_WAIT_MS = 180_000
/** What is there of a file whose transfer broke off is kept so long for the peer to go on: 1 h. */
export const FILE_PARTIAL_KEPT_MS = 3_600_000
/** The MSRP session of a file outlives its call, so that chunks under way are told why: 2 s. */
export const FILE_FAREWELL_MS = 2_000
/** A sender that does not hang up after the last report is hung up on: 30 s. */
export const FILE_FAREWELL_MAX_MS = 30_000
/** Progress of one file is told at most this often: 200 ms. */
export const FILE_PROGRESS_MS = 200
/** An encrypted offer waits so long for its announcement, and the other way round: 15 s. */
export const FILE_ANNOUNCED_MS = 15_000
/** Encrypted offers that wait for their other half. */
export const FILE_ANNOUNCED_MAX = 32
/** Largest announcement of a file, in bytes: its name may have 255 of them, all escaped. */
export const FILE_ANNOUNCEMENT_MAX = 4_096
/** Segments of an encrypted file of which only a part is there, or that came early: 64 KiB each. */
export const FILE_SEGMENTS_OPEN_MAX = 16
/** Pieces that one segment may come in: twice as many as chunks of 2 KiB make. */
export const FILE_SEGMENT_PIECES_MAX = 64
/** Longest name of a file, in bytes of UTF-8: what file systems take. */
export const FILE_NAME_BYTES = 255
