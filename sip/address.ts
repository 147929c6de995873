/** A name with an address, as From, To and Contact carry it (RFC 3261 §20.10). */
export interface NameAddr {
  readonly displayName: string | null
  readonly uri: string
  /** What follows the address: `;tag=…;isfocus`. */
  readonly params: string
}

/**
 * The address of record that a person typed or a header carries, in the one form that this program
 * compares: `sip:user@host`. `sips:` becomes `sip:`, the host is in lower case and in ASCII, a
 * default port and all parameters and headers go, escapes that are not needed are resolved.
 *
 * @param domain - completes a bare user name, if given
 * @returns `null` if this is no address of a SIP user
 */
export function parseAddress(text: string, domain?: string): string | null {
  const bare = text.trim().replace(/^sips?:/i, '')
  const complete = bare.includes('@') || domain === undefined ? bare : `${bare}@${domain}`
  const match = /^([^@]+)@(\[[\da-f:.]+\]|[^\s@:;?<>[\]"]+)(?::(\d{1,5}))?(?:[;?].*)?$/i.exec(
    complete,
  )
  if (match === null) return null
  const user = normaliseUser(match[1]!)
  const host = normaliseHost(match[2]!)
  if (user === null || host === null) return null
  const port = match[3] === undefined || DEFAULT_PORTS.has(match[3]) ? '' : `:${match[3]}`
  return `sip:${user}@${host}${port}`
}

/** @returns `null` if there is no address in it */
export function parseNameAddr(header: string): NameAddr | null {
  const text = header.trim()
  const bracketed = /^(?:"((?:[^"\\]|\\.)*)"\s*|([^<"]*))<([^<>\s]+)>(.*)$/s.exec(text)
  if (bracketed !== null) {
    const name = bracketed[1]?.replace(/\\(.)/gs, '$1') ?? bracketed[2]!.trim()
    return { displayName: name.trim() || null, uri: bracketed[3]!, params: bracketed[4]! }
  }
  // Without brackets every parameter belongs to the header, not to the URI (RFC 3261 §20).
  const plain = /^([a-z][a-z\d+.-]*:[^\s;<>"]+)(.*)$/is.exec(text)
  return plain === null ? null : { displayName: null, uri: plain[1]!, params: plain[2]! }
}

/**
 * True if the Contact says that a conference focus is behind it (RFC 4579 §5.1, RFC 3840 §9).
 * The tag belongs outside the angle brackets; inside is accepted, since a peer that puts it there
 * means the same and a room taken for a person would be told secrets.
 */
export function hasFocus(contact: string): boolean {
  const parsed = parseNameAddr(contact)
  if (parsed === null) return false
  const params = `${parsed.uri.slice(parsed.uri.indexOf('@') + 1)}${parsed.params}`
  const unquoted = params.replace(/"[^"]*"/g, (text) => (/^"false"$/i.test(text) ? text : '""'))
  const value = /;\s*isfocus(?![\w.!%*+`'~-])(?:\s*=\s*"?([^";,\s]*))?/i.exec(unquoted)
  return value !== null && value[1]?.toLowerCase() !== 'false'
}

const DEFAULT_PORTS: ReadonlySet<string> = new Set(['5060', '5061'])

/** Resolves escapes of characters that need none, so that one user has one spelling. */
function normaliseUser(user: string): string | null {
  const password = user.indexOf(':')
  const name = password < 0 ? user : user.slice(0, password)
  // RFC 3261 §25.1 `user`; anything else must come escaped, save what people type: UTF-8. Control
  // characters must not come at all.
  if (
    !/^(?:[\w\-.!~*'()&=+$,;?/\u{80}-\u{d7ff}\u{e000}-\u{10ffff}]|%(?:[2-689a-f][\da-f]|7[\da-e]))+$/iu.test(
      name,
    )
  ) {
    return null
  }
  return name
    .replace(/[^\0-\x7f]+/gu, (text) => encodeURIComponent(text))
    .replace(/%[\da-f]{2}/gi, (escaped) => {
      const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
      return /[\w\-.!~*'()]/.test(character) ? character : escaped.toUpperCase()
    })
}

function normaliseHost(host: string): string | null {
  const lower = host.toLowerCase().replace(/\.$/, '')
  if (/^[\x21-\x7e]+$/.test(lower)) return /^[a-z\d.\-_[\]:]+$/.test(lower) ? lower : null
  try {
    return new URL(`http://${lower}`).hostname
  } catch {
    return null
  }
}
