/*
 * Specification constants: changing one breaks interoperability.
 */

/** DSA signature: r and s, 20 bytes each, padded with zeros on the left (OTRv3, "Data types"). */
export const SIGNATURE_BYTES = 40
/** What a DSA signature is made over: an HMAC-SHA256 output, 32 bytes. */
export const SIGNED_BYTES = 32
/** Bits of the subgroup order q of a DSA key; SIG has no room for another size. */
export const DSA_Q_BITS = 160
/** Bits of the modulus of the D-H group: RFC 3526 §2, group 5. */
export const GROUP_BITS = 1536
/** Bits of a D-H private key: at least 320 (OTRv3, "D-H Key Message"). */
export const DH_EXPONENT_BITS = 320

/*
 * Implementation limits: ours to choose, enforced before memory or time is spent.
 */

/** Largest MPI accepted, in bytes: twice a group element, and the p of a 3072-bit DSA key. */
export const MPI_BYTES_MAX = 384
/** Smallest DSA modulus accepted, in bits: what every client makes; below it, logarithms are cheap. */
export const DSA_P_BITS_MIN = 1024
/** Largest DSA modulus accepted, in bits: the time that verification takes grows with its square. */
export const DSA_P_BITS_MAX = 3072
/** Keys of peers that are remembered as sound, with 40 KB of tables each; checking another costs 1 ms. */
export const KEYS_REMEMBERED_MAX = 16
/** Largest key or fingerprint file of another program that is read, in bytes: thousands of entries. */
export const FILE_BYTES_MAX = 1024 * 1024
/** Deepest nesting of an S-expression; libotr's key file needs five. */
export const LIST_DEPTH_MAX = 8

/*
 * The protocol: specification constants.
 */

/** Smallest instance tag of a client; 0 is "unknown", the others are reserved (OTRv3, "Instance Tags"). */
export const INSTANCE_TAG_MIN = 0x100
/** Bytes of a MAC on the wire, HMAC-SHA1 or HMAC-SHA256-160. */
export const MAC_BYTES = 20
/** Bytes of CTR, the top half of the AES counter block. */
export const COUNTER_BYTES = 8
/** Most fragments of one message (OTRv3, "Fragmentation"). */
export const FRAGMENTS_MAX = 65_535
/** Largest value of one TLV, in bytes: its length is a SHORT. */
export const TLV_BYTES_MAX = 65_535
/** An exponent of the SMP, in bytes: as long as the group (OTRv3, "SMP Overview"). */
export const SMP_EXPONENT_BYTES = 192

/*
 * The protocol: implementation limits.
 */

/** Largest encoded message that is decoded, in characters: 1 MiB. */
export const ENCODED_CHARS_MAX = 1024 * 1024
/** Largest text that is encrypted, in bytes of UTF-8: what {@link ENCODED_CHARS_MAX} can carry. */
export const TEXT_BYTES_MAX = 512 * 1024
/** Unfinished fragments kept for one peer, in characters, all its devices together: 256 Ki. */
export const FRAGMENT_CHARS_MAX = 256 * 1024
/** Shortest text that messages may be split for, in characters: two thirds of it would be header. */
export const FRAGMENT_ABOVE_MIN = 64
/** What a fragment counts for at least, in characters: about what keeping a short string costs. */
export const FRAGMENT_CHARS_MIN = 32
/** An unfinished message is forgotten after this long: 5 min. */
export const FRAGMENT_AGE_MAX_MS = 5 * 60_000
/** Devices of one peer that are told apart; beyond, the one unheard for longest is forgotten. */
export const INSTANCES_MAX = 16
/** A handshake that got no answer for this long is over: 60 s, as in libotr. */
export const AKE_TIMEOUT_MS = 60_000
/**
 * The Signature Message is due this soon after our Reveal Signature: 5 s. Until then a query is taken
 * for one that was on its way when the Reveal Signature left.
 */
export const SIGNATURE_DUE_MS = 5_000
/** Silence after which traffic is answered by a heartbeat, so that keys rotate: 60 s, as in libotr. */
export const HEARTBEAT_AFTER_MS = 60_000
/** Least time between two `?OTR Error:` of ours, or two queries that answer theirs: 10 s. */
export const ERROR_INTERVAL_MS = 10_000
/** Largest SMP question, in bytes of UTF-8: what fits one TLV beside message 1. */
export const SMP_QUESTION_BYTES_MAX = 60_000

/*
 * The vault and backups: implementation limits.
 */

/** Most memory that a sealed box may ask of us, in KiB: 256 MiB, four times what ours ask. */
export const KDF_MEMORY_KIB_MAX = 256 * 1024
/** Most passes over it, and most lanes: ours ask for two and one. */
export const KDF_PASSES_MAX = 8
export const KDF_LANES_MAX = 4
/** Longest passphrase, in UTF-16 units. */
export const PASSPHRASE_CHARS_MAX = 1024
/** Largest sealed box that is read, in bytes: 64 MiB, some hundred thousand messages. */
export const BOX_BYTES_MAX = 64 * 1024 * 1024
