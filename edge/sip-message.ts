import { SIP_HEADERS_MAX, SIP_LINE_MAX, SIP_MESSAGE_MAX } from './limits.ts'

/**
 * One header field: name as written (compact forms spelled out) and value, unfolded and trimmed.
 * Octets above 127 are one character each (Latin-1), so that a proxy hands on exactly what came.
 */
export type SipHeader = readonly [name: string, value: string]

interface SipContents {
  readonly headers: readonly SipHeader[]
  readonly body: Uint8Array
}

export interface SipRequest extends SipContents {
  readonly kind: 'request'
  readonly method: string
  readonly uri: string
}

export interface SipResponse extends SipContents {
  readonly kind: 'response'
  /** 100 to 699. */
  readonly status: number
  readonly reason: string
}

export type SipMessage = SipRequest | SipResponse

/**
 * Why bytes are not a SIP message.
 *
 * - `SIP_TOO_LARGE`: longer than 64 KiB, a line longer than 8 KiB, or more than 200 header fields.
 * - `SIP_START_LINE`: neither a request line nor a status line of SIP/2.0.
 * - `SIP_HEADER`: a line that is no header field, or one with control characters.
 * - `SIP_MISSING_HEADER`: Via, From, To, Call-ID or CSeq is absent, twice there or unusable.
 * - `SIP_LENGTH`: Content-Length is not the length of the body (RFC 7118 §5: one message, one frame).
 */
export type SipFaultCode =
  | 'SIP_TOO_LARGE'
  | 'SIP_START_LINE'
  | 'SIP_HEADER'
  | 'SIP_MISSING_HEADER'
  | 'SIP_LENGTH'

/** The peer sent something that is not a SIP message. */
export class SipFault extends Error {
  override readonly name = 'SipFault'
  readonly code: SipFaultCode
  /** The request, if enough of it is sound for a 400 to find its sender. */
  readonly request: SipRequest | null

  constructor(code: SipFaultCode, detail: string, request: SipRequest | null = null) {
    super(`${code}: ${detail}`)
    this.code = code
    this.request = request
  }
}

/**
 * Reads one WebSocket message as one SIP message (RFC 3261 §7, RFC 7118 §5). Via, Route,
 * Record-Route, Path and Contact come out with one value per header field.
 *
 * @throws SipFault
 */
export function parseSip(bytes: Uint8Array): SipMessage {
  if (bytes.length > SIP_MESSAGE_MAX) throw new SipFault('SIP_TOO_LARGE', `${bytes.length} B`)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let start = 0 // Empty lines before a message are ignored (RFC 3261 §7.5).
  while (buffer[start] === 0x0d && buffer[start + 1] === 0x0a) start += 2
  const end = buffer.indexOf('\r\n\r\n', start)
  if (end < 0) throw new SipFault('SIP_START_LINE', 'no empty line')
  const lines = buffer.toString('latin1', start, end).split('\r\n')
  const startLine = parseStartLine(lines[0]!)

  const { headers, faults } = parseHeaders(lines)
  const body = bytes.subarray(end + 4)
  const message: SipMessage = { ...startLine, headers, body }
  const missing = missingHeader(message)
  if (missing !== null) throw new SipFault('SIP_MISSING_HEADER', missing)
  const lengths = message.headers.filter(([name]) => name.toLowerCase() === 'content-length')
  if (lengths.some(([, value]) => !/^\d{1,9}$/.test(value) || Number(value) !== body.length)) {
    faults.push(['SIP_LENGTH', `${body.length} B of body`])
  }
  const fault = faults[0]
  if (fault === undefined) return message
  throw new SipFault(...fault, message.kind === 'request' ? message : null)
}

/** Writes a message; Content-Length is always that of the body. */
export function serialiseSip(message: SipMessage): Buffer {
  const first =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`
  const lines = [first]
  for (const [name, value] of message.headers) {
    if (name.toLowerCase() !== 'content-length') lines.push(`${name}: ${value}`)
  }
  lines.push(`Content-Length: ${message.body.length}`, '', '')
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), message.body])
}

/** First value of a header field, or `null`. @param name - in lower case */
export function header(message: SipContents, name: string): string | null {
  return message.headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? null
}

/** All values of a header field, in order. @param name - in lower case */
export function headers(message: SipContents, name: string): string[] {
  return message.headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value)
}

/** Tokens of all header fields of that name, in lower case: option tags, methods. */
export function tokens(message: SipContents, name: string): string[] {
  return headers(message, name)
    .flatMap((value) => value.split(','))
    .map((token) => token.trim().toLowerCase())
    .filter((token) => token !== '')
}

/** The message without any header field of these names. @param names - in lower case */
export function without<M extends SipMessage>(message: M, ...names: string[]): M {
  return {
    ...message,
    headers: message.headers.filter(([name]) => !names.includes(name.toLowerCase())),
  }
}

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/

function parseStartLine(
  line: string,
): Pick<SipRequest, 'kind' | 'method' | 'uri'> | Pick<SipResponse, 'kind' | 'status' | 'reason'> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
  if (/[\0-\x08\x0a-\x1f\x7f]/.test(line)) {
    throw new SipFault('SIP_START_LINE', 'control characters')
  }
  const status = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/i.exec(line)
  if (status !== null) {
    return { kind: 'response', status: Number(status[1]), reason: status[2] ?? '' }
  }
  const request = /^([^ ]{1,64}) ([^\s]{1,2048}) SIP\/2\.0$/i.exec(line)
  if (request === null || !TOKEN.test(request[1]!)) {
    throw new SipFault('SIP_START_LINE', `${line.length} characters`)
  }
  return { kind: 'request', method: request[1]!, uri: request[2]! }
}

/** RFC 3261 §7.3.3, §20; RFC 3265, 3515, 3841, 4028 for the rest. */
const COMPACT: Readonly<Record<string, string>> = {
  __proto__: null as never,
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
}

/** Header fields whose values are a stack or a set, and are handled one by one. */
const LISTS = new Set(['via', 'route', 'record-route', 'path', 'contact'])

type Fault = [code: SipFaultCode, detail: string]

function parseHeaders(lines: readonly string[]): { headers: SipHeader[]; faults: Fault[] } {
  const parsed: SipHeader[] = []
  const faults: Fault[] = []
  let at = 1
  while (at < lines.length) {
    let line = lines[at++]!
    // Unfolded line by line: RFC 3261 §7.3.1.
    while (at < lines.length && /^[ \t]/.test(lines[at]!)) {
      if (line.length > SIP_LINE_MAX) break
      line += ` ${lines[at++]!.trim()}`
    }
    if (line.length > SIP_LINE_MAX || parsed.length >= SIP_HEADERS_MAX) {
      throw new SipFault('SIP_TOO_LARGE', `${line.length} characters, ${parsed.length} fields`)
    }
    const colon = line.indexOf(':')
    const written = line.slice(0, Math.max(0, colon)).trimEnd()
    const value = line.slice(colon + 1).trim()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get through
    if (!TOKEN.test(written) || /[\0-\x08\x0a-\x1f\x7f]/.test(value)) {
      faults.push(['SIP_HEADER', `field ${parsed.length + 1}`])
      continue
    }
    const name = COMPACT[written.toLowerCase()] ?? written
    const values = LISTS.has(name.toLowerCase()) ? splitList(value) : [value]
    for (const one of values) parsed.push([name, one])
  }
  if (parsed.length > SIP_HEADERS_MAX) {
    throw new SipFault('SIP_TOO_LARGE', `${parsed.length} fields`)
  }
  return { headers: parsed, faults }
}

/** Splits at commas that are neither quoted nor inside angle brackets. */
export function splitList(value: string): string[] {
  const parts: string[] = []
  let from = 0
  let quoted = false
  let bracketed = false
  for (let at = 0; at < value.length; at++) {
    const character = value[at]
    if (quoted) {
      if (character === '\\') at++
      else if (character === '"') quoted = false
    } else if (character === '"') quoted = true
    else if (character === '<') bracketed = true
    else if (character === '>') bracketed = false
    else if (character === ',' && !bracketed) {
      parts.push(value.slice(from, at).trim())
      from = at + 1
    }
  }
  parts.push(value.slice(from).trim())
  return parts.filter((part) => part !== '')
}

/** The name of the first header that an answer needs and does not have; `null` if it has all. */
function missingHeader(message: SipMessage): string | null {
  for (const name of ['from', 'to', 'call-id', 'cseq']) {
    const values = headers(message, name)
    if (values.length !== 1 || values[0] === '') return name
  }
  if (header(message, 'via') === null) return 'via'
  const cseq = /^(\d{1,10})[ \t]+(\S+)$/.exec(header(message, 'cseq')!)
  if (cseq === null || Number(cseq[1]) >= 2 ** 31) return 'cseq'
  if (message.kind === 'request' && cseq[2] !== message.method) return 'cseq'
  return null
}
