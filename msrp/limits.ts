// Specification constants: changing one breaks interoperability.

/** A transaction unanswered this long has failed: 30 s (RFC 4975 §7.1.1). */
export const TRANSACTION_TIMEOUT_MS = 30_000
/** Largest chunk that need not be interruptible: 2048 B of body (RFC 4975 §7.1.1). */
export const UNINTERRUPTIBLE_MAX = 2048
/** Largest body of anything but a SEND: 10,240 B (RFC 4975 §7.1.1). */
export const NON_SEND_BODY_MAX = 10_240
/** Port that an MSRP URI names when nothing says otherwise (RFC 4975 §15.4). */
export const MSRP_PORT = 2855
/** Longest nickname: 1023 octets of UTF-8 (RFC 7701 §7.1). */
export const NICKNAME_MAX = 1023

// Implementation limits: ours to choose, enforced before memory is spent.

/** Longest start line, in bytes; the longest useful one has a 32-character transaction id. */
export const START_LINE_MAX = 1024
/** Start line and headers of one frame together, in bytes: four paths of 4 KiB. */
export const HEAD_MAX = 16_384
/** Header lines in one frame, paths included. */
export const HEADERS_MAX = 64
/** URIs in one path; a chain of relays longer than this is a loop. */
export const PATH_MAX = 16
/** Largest reassembled message accepted from a peer, in bytes: pictures are sent inline. */
export const MESSAGE_MAX = 4 * 1024 * 1024
/** Largest frame, in bytes: a message in one chunk, since deployed peers send no second. */
export const FRAME_MAX = MESSAGE_MAX + HEAD_MAX + 64
/** Messages of one session that may be incomplete at once. */
export const INCOMPLETE_MAX = 16
/** Bytes of all incomplete messages of one session. */
export const INCOMPLETE_BYTES_MAX = 2 * MESSAGE_MAX
/** An incomplete message without a new chunk for this long is dropped: 540 s. */
export const INCOMPLETE_TIMEOUT_MS = 540_000
/** Holes that one incomplete message may have; each costs memory of ours, not of the peer. */
export const RANGES_MAX = 256
/** Message-IDs remembered in order to recognise a message that is sent again. */
export const REMEMBERED_MAX = 1024
/** Received messages that may still be reported on. */
export const REPORTS_OWED_MAX = 1024
/** Sent messages whose REPORT is awaited; the oldest is forgotten first. */
export const OUTGOING_MAX = 4096
/** Requests without an answer on one connection. */
export const TRANSACTIONS_MAX = 8192
/** Longest Message-ID accepted, in characters. The RFC says 32; gateways pass on UUIDs. */
export const MESSAGE_ID_MAX = 256
/** Chunks of one message that may be unanswered before the next one waits. */
export const CHUNK_WINDOW = 8
/** Bytes of a file on the way: what is said meanwhile on the same connection waits behind them. */
export const FILE_WINDOW = 256 * 1024
/** Bytes of a file read at a time, ahead of its chunks. */
export const FILE_BLOCK = 128 * 1024
/** Bytes of a file hashed at a time: a few milliseconds. */
export const FILE_HASH_BLOCK = 512 * 1024
/** Bytes of a file written before they are reported: a quarter of what may be on the way. */
export const FILE_REPORT_EVERY = 64 * 1024
/** Bytes of a file that wait to be written; a peer that sends more does not wait for answers. */
export const FILE_UNWRITTEN_MAX = 8 * 1024 * 1024
/** A file of which nothing has moved for this long has failed: 60 s. */
export const FILE_STALL_MS = 60_000
/** Frames held for a session whose SDP answer is not known yet. */
export const HELD_MAX = 16
/** Malformed frames after which a connection is given up. */
export const VIOLATIONS_MAX = 16
/** Every so often a session looks whether it has heard its peer: 25 s. */
export const KEEP_ALIVE_TICK_MS = 25_000
/** Challenges, stale nonces and 423s answered in one authentication. */
export const AUTH_ROUNDS_MAX = 4
/** A grant that cannot be renewed is given up this long before it ends: 2 s, to close in order. */
export const GRANT_MARGIN_S = 2
/** A renewal that failed for no lasting reason is tried again after 5 s. */
export const RENEWAL_RETRY_S = 5
/** Longest CPIM header block and longest MIME header block, in bytes. */
export const CPIM_HEADERS_MAX = 16_384
/** Longest `refresh` of an is-composing document that is believed, in seconds. */
export const COMPOSING_REFRESH_MAX_SECONDS = 600
/** Largest is-composing or IMDN document, in bytes; real ones have 300. */
export const XML_MAX = 8192
