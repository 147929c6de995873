import { fromBase64, toBase64 } from './base64.ts'
import { OtrError } from './errors.ts'
import { ENCODED_CHARS_MAX } from './limits.ts'

/** What a text from the network is to OTR. */
export type Recognised =
  | { readonly kind: 'plain'; readonly text: string }
  /** Plain text with a whitespace tag, which is cut out of `text`. */
  | { readonly kind: 'tagged'; readonly text: string; readonly versions: readonly number[] }
  | { readonly kind: 'query'; readonly versions: readonly number[] }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array }
  /** Begins at the mark; for `parseFragment`. */
  | { readonly kind: 'fragment'; readonly text: string }

/**
 * Tells OTR's messages from text for people (OTRv3, "The protocol state machine"). A mark counts at
 * the start, where blanks and HTML tags may precede it, and elsewhere if what follows cannot be prose:
 * a query may hide in a sentence.
 *
 * @throws OtrError `OTR_MALFORMED` or `OTR_TOO_LARGE` for what is OTR's but cannot be read
 */
export function recognise(text: string): Recognised {
  const at = findMark(text)
  if (at < 0) return readTag(text)
  const marked = text.slice(at)
  const rest = marked.slice(MARK.length)
  switch (rest[0]) {
    case '|':
    case ',':
      return { kind: 'fragment', text: marked }
    case ':':
      return { kind: 'encoded', bytes: decode(rest.slice(1)) }
    case '?':
    case 'v':
      return { kind: 'query', versions: readVersions(rest) }
  }
  if (marked.startsWith(ERROR_MARK)) {
    return { kind: 'error', text: marked.slice(ERROR_MARK.length).replace(/^ /, '') }
  }
  throw new OtrError('OTR_MALFORMED', 'no known kind of OTR message')
}

const MARK = '?OTR'
const ERROR_MARK = '?OTR Error:'

function findMark(text: string): number {
  const first = text.indexOf(MARK)
  if (first < 0) return -1
  if (first === 0 || /^(?:\s|<[^<>]*>)*$/.test(text.slice(0, first))) return first
  return text.search(
    /\?OTR(?: Error:|\?|v[^?\s]{0,16}\?|:AA[EIM][CDKRS]|,\d{1,5},\d{1,5},|\|[\da-f]{1,8}\|)/i,
  )
}

/** `?` offers version 1; the characters of `v…?` offer one each, unknown ones included. */
function readVersions(spec: string): number[] {
  const parts = /^(\??)(?:v([^?]*))?/.exec(spec)!
  const digits = new Set(parts[2]?.match(/\d/g) ?? [])
  if (parts[1] === '?') digits.add('1')
  return [...digits].map(Number).sort()
}

const TAG = ' \t  \t\t\t\t \t \t \t  '
const VERSION_TAGS = [
  [1, ' \t \t  \t '],
  [2, '  \t\t  \t '],
  [3, '  \t\t  \t\t'],
] as const

function readTag(text: string): Recognised {
  const start = text.indexOf(TAG)
  if (start < 0) return { kind: 'plain', text }
  const versions: number[] = []
  let end = start + TAG.length
  for (;;) {
    const group = text.slice(end, end + 8)
    if (!/^[ \t]{8}$/.test(group)) break
    const known = VERSION_TAGS.find(([, tag]) => tag === group)
    if (known !== undefined && !versions.includes(known[0])) versions.push(known[0])
    end += 8
  }
  return { kind: 'tagged', text: text.slice(0, start) + text.slice(end), versions }
}

/** Base64 up to the dot; blanks that a network put in are dropped, anything else is refused. */
function decode(body: string): Uint8Array {
  const dot = body.indexOf('.')
  if (dot < 0) throw new OtrError('OTR_MALFORMED', 'no dot at the end')
  if (dot > ENCODED_CHARS_MAX) throw new OtrError('OTR_TOO_LARGE', `${dot} characters`)
  const digits = body.slice(0, dot)
  const bytes = fromBase64(digits) ?? fromBase64(digits.replace(/[ \t\r\n\f]+/g, ''))
  if (bytes === null) throw new OtrError('OTR_MALFORMED', 'not base64')
  return bytes
}

/** The text form of an encoded message. */
export function writeEncoded(bytes: Uint8Array): string {
  return `${MARK}:${toBase64(bytes)}.`
}

/**
 * A query that offers `versions`. The sentence is for people whose software does not know OTR.
 *
 * @param versions - ascending; the form is the one that Blink understands
 */
export function writeQuery(versions: readonly number[]): string {
  return `${MARK}v${versions.join('')}? I would like to talk privately (Off-the-Record), but your software does not seem to support it.`
}

/** What to append to a text to offer `versions` without a message of its own. */
export function writeTag(versions: readonly number[]): string {
  return (
    TAG + VERSION_TAGS.map(([version, tag]) => (versions.includes(version) ? tag : '')).join('')
  )
}

export function writeError(text: string): string {
  return `${ERROR_MARK} ${text}`
}
