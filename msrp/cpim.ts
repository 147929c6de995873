import type { CpimExtension, CpimIdentity, CpimMessage } from './doors.ts'
import { MsrpError } from './events.ts'
import { CPIM_HEADERS_MAX } from './limits.ts'

const LF = 0x0a
const CR = 0x0d

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Headers that a `Require` may name here (RFC 4975 §7.1 asks for these). */
const UNDERSTOOD = ['from', 'to', 'cc', 'datetime', 'subject', 'ns', 'require']

/**
 * Writes a message/cpim object as RFC 3862 has it: every line ends in CRLF, every address stands in
 * angle brackets, the content follows as it is.
 *
 * @throws RangeError if an address or header would break out of its line
 */
export function wrapCpim(message: CpimMessage): Uint8Array {
  const extensions = message.extensions ?? []
  const namespaces = [...new Set(extensions.map(({ namespace }) => namespace))]
  const lines = [
    `From: ${formatIdentity(message.from)}`,
    `To: ${formatIdentity(message.to)}`,
    ...(message.dateTime === null ? [] : [`DateTime: ${message.dateTime}`]),
    ...namespaces.map((uri, i) => `NS: ${prefix(i)} <${uri}>`),
    ...extensions.map(
      ({ namespace, name, value }) =>
        `${prefix(namespaces.indexOf(namespace))}.${name}: ${encodeEscapes(value)}`,
    ),
    '',
    `Content-Type: ${message.contentType}`,
    ...(message.disposition === undefined ? [] : [`Content-Disposition: ${message.disposition}`]),
  ]
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  if (lines.some((line) => /[\0-\x1f\x7f]/.test(line))) {
    throw new RangeError('control character in a CPIM header')
  }
  const head = encoder.encode(`${lines.join('\r\n')}\r\n\r\n`)
  const bytes = new Uint8Array(head.length + message.body.length)
  bytes.set(head)
  bytes.set(message.body, head.length)
  return bytes
}

/**
 * Reads a message/cpim object, also as deployed peers write it: bare LF, names without quotes or in
 * another case, `Required` for `Require`, no blank line before Content-Type (as in RFC 5438's
 * examples), no MIME headers at all. Only the first To is read. The body is a view of `bytes`.
 *
 * @throws MsrpError `CPIM_MALFORMED`, also if it requires what is not understood here
 */
export function unwrapCpim(bytes: Uint8Array): CpimMessage {
  const head = readBlock(bytes, 0)
  const { from, to, dateTime, extensions, contentType } = readHeaders(head.lines)
  // A MIME header among the others is none of RFC 3862: the blank line between is missing.
  const mime = contentType === null ? readBlock(bytes, head.end) : head
  return {
    from,
    to,
    dateTime,
    // An empty header says no more than none.
    contentType: (contentType ?? mimeType(mime.lines)) || 'text/plain; charset=utf-8',
    body: bytes.subarray(mime.end),
    extensions,
  }
}

/** Lines up to a blank one, without their ends; `end` is where the next thing starts. */
function readBlock(bytes: Uint8Array, start: number): { lines: string[]; end: number } {
  const lines: string[] = []
  let at = start
  while (at < bytes.length) {
    const lf = bytes.indexOf(LF, at)
    const end = lf < 0 ? bytes.length : lf
    if (end - start > CPIM_HEADERS_MAX) break
    const line = decoder.decode(bytes.subarray(at, bytes[end - 1] === CR ? end - 1 : end))
    at = Math.min(end + 1, bytes.length)
    if (line === '') return { lines, end: at }
    lines.push(line)
  }
  if (at >= bytes.length) return { lines, end: bytes.length }
  throw malformed(`headers over ${CPIM_HEADERS_MAX} B`)
}

function readHeaders(lines: readonly string[]) {
  let from: CpimIdentity | null = null
  let to: CpimIdentity | null = null
  let dateTime: string | null = null
  let contentType: string | null = null
  const namespaces = new Map<string, string>()
  const extensions: CpimExtension[] = []
  for (const line of lines) {
    // The parameters of a header, such as `;lang=fr`, stand between colon and blank.
    const match = /^([^\s:;]+):(?:;\S*)?[ \t]*(.*)$/.exec(line)
    if (match === null) throw malformed('a line is not a header')
    const [, name, value] = match as unknown as [string, string, string]
    switch (name.toLowerCase()) {
      case 'from':
        from ??= parseIdentity(value)
        break
      case 'to':
        to ??= parseIdentity(value)
        break
      case 'datetime':
        dateTime = RFC_3339.test(value) ? value : null
        break
      case 'content-type':
        contentType = value
        break
      case 'require':
      case 'required':
        requireUnderstood(value)
        break
      case 'ns': {
        const binding = /^([^\s<>]*)[ \t]*<([^<>]*)>$/.exec(value)
        if (binding !== null) namespaces.set(binding[1]!, binding[2]!)
        break
      }
      default: {
        const dot = name.indexOf('.')
        const namespace = namespaces.get(dot < 0 ? '' : name.slice(0, dot))
        if (namespace === undefined) break
        extensions.push({ namespace, name: name.slice(dot + 1), value: decodeEscapes(value) })
      }
    }
  }
  if (from === null || to === null) throw malformed('From or To is missing')
  return { from, to, dateTime, contentType, extensions }
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i

function requireUnderstood(value: string): void {
  const unknown = value.split(',').some((name) => !UNDERSTOOD.includes(name.trim().toLowerCase()))
  if (unknown) throw malformed('it requires what is not understood')
}

/** The Content-Type of MIME headers, which may be folded; the others do not matter here. */
function mimeType(lines: readonly string[]): string | null {
  const unfolded = lines.join('\n').replaceAll(/\n[ \t]+/g, ' ')
  return /^content-type:[ \t]*(\S.*)$/im.exec(unfolded)?.[1]?.trim() ?? null
}

function parseIdentity(value: string): CpimIdentity {
  const text = value.trim()
  const open = text.endsWith('>') ? text.lastIndexOf('<') : -1
  const uri = open < 0 ? text : text.slice(open + 1, -1)
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/.test(uri)) throw malformed('an address is no URI')
  const name = open < 0 ? '' : text.slice(0, open).trim()
  const isQuoted = name.length >= 2 && name.startsWith('"') && name.endsWith('"')
  const read = isQuoted ? decodeEscapes(name.slice(1, -1)) : name
  return { name: read === '' ? null : read, uri }
}

function formatIdentity({ name, uri }: CpimIdentity): string {
  if (!/^[^\s<>]+$/.test(uri)) throw new RangeError('URI in a CPIM header')
  if (name === null || name === '') return `<${uri}>`
  const isTokens = /^[\w!#$%&'*+^`|~-]+(?: [\w!#$%&'*+^`|~-]+)*$/.test(name)
  return `${isTokens ? name : `"${encodeEscapes(name).replaceAll('"', '\\"')}"`} <${uri}>`
}

function prefix(index: number): string {
  return `ns${index + 1}`
}

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}
const UNESCAPES: Record<string, string> = { b: '\b', t: '\t', n: '\n', r: '\r' }

/** RFC 3862 §3.5.1. */
function encodeEscapes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it escapes
  return text.replaceAll(/[\0-\x1f\x7f\\]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0')
    return ESCAPES[character] ?? `\\u${code}`
  })
}

function decodeEscapes(text: string): string {
  return text.replaceAll(/\\(?:u([0-9A-Fa-f]{4})|(.?))/g, (_, code?: string, character?: string) =>
    code === undefined
      ? (UNESCAPES[character!] ?? character!)
      : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

function malformed(what: string): MsrpError {
  return new MsrpError('CPIM_MALFORMED', what)
}
