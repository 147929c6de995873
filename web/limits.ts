/** Implementation limits: ours to choose. */

/** Accounts in one window: 8. Each has connections and a worker of its own, and a line in the menu. */
export const ACCOUNTS_MAX = 8
/** Rows of one conversation kept in memory; beyond it the oldest leave the screen, not the store. */
export const ENTRIES_MAX = 20_000
/** Rows drawn at the end of a conversation. A screen holds about thirty. */
export const ROWS_DRAWN = 200
/** Rows drawn at once at most, wherever the reader is. */
export const ROWS_MAX = 300
/** Rows that come in at one end, and go at the other, when the reader nears the edge of those drawn. */
export const ROWS_STEP = 100
/** How near: 800 pixels, a screen's height. */
export const ROWS_AHEAD = 800
/** A deleted message can be taken back for 8 s. */
export const UNDO_MS = 8_000
/** Text is looked for when nothing more was typed for 200 ms. */
export const SEARCH_PAUSE_MS = 200
/** Emoji that were used last and are offered first. */
export const EMOJI_RECENT_MAX = 24
/** Emoji shown of one search: more would not be looked through. */
export const EMOJI_FOUND_MAX = 120
/** Faults shown at once in a corner; more would cover the conversation. */
export const TOASTS_MAX = 3
/** How long a fault stays in its corner: 12 s, time to read two sentences twice. */
export const TOAST_MS = 12_000
/** Sounds of messages are at least 2 s apart. */
export const SOUND_PAUSE_MS = 2_000
/** Strangers who knock are notified of at most once a minute, however many there are. */
export const STRANGERS_PAUSE_MS = 60_000
/** Farther than this a pressed pointer has slid off, and not only trembled: 8 px. */
export const PRESS_SLIP_PX = 8
/** Longest text the composer sends, in UTF-16 units: a few pages, well under one message's limit. */
export const TEXT_MAX = 20_000
/** A pause this long ends "is writing": 5 s. */
export const COMPOSING_IDLE_MS = 5_000
/** Messages of one author less than this apart are drawn as one group: 5 min. */
export const GROUP_MS = 300_000
/** A camera's picture is searched this often: a hand moves the code for a second or two. */
export const SCAN_MS = 150
/** The other tab gets this long to hand over before the lock is taken from it: 4 s. */
export const TAKEOVER_MS = 4_000
/** An answer of the page's own server later than this is no answer: 10 s. */
export const SERVER_TIMEOUT_MS = 10_000
/** After a change of network it is looked at again when nothing more has happened for 2 s. */
export const NETWORK_SETTLE_MS = 2_000
/** The clock is looked at every 5 s, to notice that the machine has slept. */
export const TICK_MS = 5_000
/** Between two looks this much time passes only in sleep: 15 s. */
export const SLEEP_MS = 15_000
/** The same for a page that is hidden, whose timers browsers let run once a minute: 90 s. */
export const SLEEP_UNSEEN_MS = 90_000

/** Received files in memory, where the browser has no storage for them: 256 MiB in all. */
export const MEMORY_FILES_MAX = 256 * 1024 * 1024
/** Bytes that are written to the browser's storage at once: 256 KiB, a quarter of a hundred chunks. */
export const DISK_WRITE_BYTES = 256 * 1024
/** A received file that nobody saved stays in the browser at most so long: one day. */
export const FILE_KEPT_MS = 86_400_000
/** A download's link is kept so long, because nothing tells when a browser has read it: 5 min. */
export const LINK_KEPT_MS = 300_000
/** Largest file that is looked at as a picture: 32 MiB. */
export const PICTURE_BYTES_MAX = 32 * 1024 * 1024
/** Largest picture that is drawn: 50 megapixels, 200 MB once it is decoded. */
export const PICTURE_PIXELS_MAX = 50_000_000
/** Where a picture's size must stand: in the first 256 KiB, behind a large colour profile. */
export const PICTURE_HEAD_BYTES = 256 * 1024
/** Largest photo whose metadata are taken out: 64 MiB, since it is held in memory for that. */
export const PHOTO_BYTES_MAX = 64 * 1024 * 1024
/** How long a file will take is guessed from its last 10 s. */
export const PACE_MS = 10_000
