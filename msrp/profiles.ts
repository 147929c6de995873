import { MESSAGE_MAX } from './limits.ts'

/** What is known of a peer before a session with it starts: its SIP headers and its SDP. */
export interface PeerTraits {
  /** User-Agent or Server of its last SIP message; `null` if it sent none. */
  readonly userAgent: string | null
  /** `a=accept-types`; empty if not known yet. */
  readonly acceptTypes: readonly string[]
  /** `a=accept-wrapped-types`. */
  readonly acceptWrappedTypes: readonly string[]
}

/** What a peer's software bears, and what it means by what it sends. */
export interface PeerProfile {
  readonly name: 'sotto' | 'blink' | 'sylkserver' | 'libpurple' | 'unknown'
  /** Bytes of body in one chunk; `null`: one chunk whatever the size, since it takes no second. */
  readonly maxChunk: number | null
  /** Largest message in bytes; a longer text is to be sent as several messages. */
  readonly maxMessage: number
  /** Whether an is-composing document may be encrypted; `clear` ones a gateway must read. */
  readonly composing: 'encrypted' | 'clear'
  /**
   * What its text/plain holds once decrypted: some write markup without saying so. `either`: a gateway
   * has apps of both kinds behind it.
   */
  readonly plainTextIs: 'plain' | 'html' | 'either'
  /** What a REPORT 408 means: the message failed, or nobody knows. */
  readonly report408: 'failed' | 'unconfirmed'
  /** Whether typed text must go wrapped in message/cpim. */
  readonly cpim: 'required' | 'preferred'
  /** Whether it bears notifications of what was displayed, where it asks for them. */
  readonly receipts: 'asked' | 'never'
  /** How a nickname is written: as RFC 7701 §7.1 has it, or as it is. */
  readonly nicknames: 'quoted' | 'raw'
}

/**
 * Kamailio's relay takes 11,238 B in one frame, head included, and a path through two of them has
 * 600 B of URIs. Which relays stand on a path cannot be seen, so that everybody is spared.
 */
const FITS_ANY_RELAY = 10_000

const UNKNOWN = {
  name: 'unknown',
  maxChunk: null,
  maxMessage: FITS_ANY_RELAY,
  composing: 'encrypted',
  plainTextIs: 'plain',
  report408: 'failed',
  cpim: 'preferred',
  receipts: 'asked',
  nicknames: 'quoted',
} as const satisfies PeerProfile

/** First match wins. Facts are of the versions deployed in 2026. */
const PROFILES: readonly { readonly userAgent: RegExp; readonly profile: PeerProfile }[] = [
  {
    userAgent: /^sotto\b/i,
    profile: { ...UNKNOWN, name: 'sotto', maxChunk: FITS_ANY_RELAY, maxMessage: MESSAGE_MAX },
  },
  {
    // Its gateway reads is-composing and answers 400 to an encrypted one; its 408 after 30 s only
    // says that an XMPP client did not send a receipt which it recognised.
    userAgent: /\bsylkserver\b/i,
    profile: {
      ...UNKNOWN,
      name: 'sylkserver',
      composing: 'clear',
      plainTextIs: 'either',
      report408: 'unconfirmed',
      cpim: 'required',
      receipts: 'never', // Its gateway drops what is no text; its rooms answer 413.
      nicknames: 'raw', // What it is given in quotes it shows in quotes.
    },
  },
  {
    // The stream dies of a second chunk. Typed text needs CPIM, whose metadata its users see. It
    // answers 413 to a notification.
    userAgent: /\b(?:blink|sipsimple|sylk)\b/i,
    profile: { ...UNKNOWN, name: 'blink', cpim: 'required', receipts: 'never', nicknames: 'raw' },
  },
  {
    userAgent: /\b(?:pidgin|libpurple|finch|adium)\b/i,
    profile: { ...UNKNOWN, name: 'libpurple', plainTextIs: 'html' },
  },
]

/** The profile of a peer; what is not known is treated with care. */
export function profileOf({ userAgent, acceptTypes, acceptWrappedTypes }: PeerTraits): PeerProfile {
  const known = PROFILES.find((row) => userAgent !== null && row.userAgent.test(userAgent))
  if (known !== undefined) return known.profile
  // Only SylkServer takes nothing but CPIM, and everything in it.
  const isGateway =
    acceptTypes.length === 1 &&
    acceptTypes[0] === 'message/cpim' &&
    acceptWrappedTypes.length === 1 &&
    acceptWrappedTypes[0] === '*'
  if (!isGateway) return UNKNOWN
  const gateway = PROFILES.find((row) => row.profile.name === 'sylkserver')!.profile
  return { ...gateway, nicknames: 'quoted' } // Rooms of others take nothing but CPIM, too.
}
