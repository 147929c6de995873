import { MsrpError } from './events.ts'
import {
  END_FLAGS,
  type EndFlag,
  type Headers,
  type MsrpFrame,
  type MsrpRequest,
  type MsrpResponse,
} from './frame.ts'
import { HEAD_MAX, HEADERS_MAX, NON_SEND_BODY_MAX, PATH_MAX, START_LINE_MAX } from './limits.ts'

const CR = 0x0d
const LF = 0x0a
const HYPHEN = 0x2d
const HYPHENS = 7

/** `_` is not in the RFC's grammar, but deployed (`FILE_OFFSET`): it is answered, not dropped. */
const START_LINE = /^MSRP ([A-Za-z0-9][A-Za-z0-9.\-+%=]{3,31}) (?:([A-Z_]+)|([1-9]\d\d)(?: (.*))?)$/

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A frame without its body and the flag that ends it: what a stream tells first. */
export type MsrpHead =
  | (Omit<MsrpRequest, 'body' | 'flag'> & { readonly hasBody: boolean })
  | Omit<MsrpResponse, 'flag'>

/**
 * Reads one whole frame, as a WebSocket message carries it (RFC 7977 §5) or {@link StreamParser}
 * cuts it out. The body is a view of `bytes` and is not looked at: the frame ends where the bytes
 * end, whatever the body holds.
 *
 * @throws MsrpError `MSRP_BAD_START_LINE`, `MSRP_BAD_HEADER`, `MSRP_BAD_URI`, `MSRP_BAD_END_LINE`,
 *   `MSRP_TOO_LARGE`
 */
export function parseFrame(bytes: Uint8Array): MsrpFrame {
  const headEnd = headLength(bytes)
  const hasBody = headEnd < bytes.length
  const text = decodeHead(hasBody ? bytes.subarray(0, headEnd) : bytes)
  const lineEnd = endOfLine(text, 0)
  const start = parseStartLine(text.slice(0, lineEnd))
  const { transaction } = start
  const flag = endFlag(bytes, transaction)
  // Without a body the end-line is the last line of the head; it has been read already.
  const textEnd = hasBody ? text.length : text.length - endLineLength(transaction)
  const { toPath, fromPath, headers, contentType } = readFields(text, lineEnd, textEnd)
  if (start.method === null) {
    if (hasBody) throw new MsrpError('MSRP_BAD_HEADER', BODY_IN_RESPONSE)
    const { status, comment } = start
    return { kind: 'response', transaction, status, comment, toPath, fromPath, headers, flag }
  }
  const { method } = start
  const body = hasBody ? bodyOf(bytes, headEnd + 4, transaction) : null
  if (body !== null && body.length > NON_SEND_BODY_MAX && method !== 'SEND') {
    throw new MsrpError('MSRP_TOO_LARGE', `${method} with a body of ${body.length} B`)
  }
  return {
    kind: 'request',
    transaction,
    method,
    toPath,
    fromPath,
    headers,
    contentType,
    body,
    flag,
  }
}

/**
 * Reads start line and headers.
 *
 * @param head - without the blank line before the body, or without the end-line
 * @throws MsrpError as {@link parseFrame}
 */
export function parseHead(head: Uint8Array, hasBody: boolean): MsrpHead {
  const text = decodeHead(head)
  const lineEnd = endOfLine(text, 0)
  const start = parseStartLine(text.slice(0, lineEnd))
  const { transaction } = start
  const { toPath, fromPath, headers, contentType } = readFields(text, lineEnd, text.length)
  if (start.method === null) {
    if (hasBody) throw new MsrpError('MSRP_BAD_HEADER', BODY_IN_RESPONSE)
    const { status, comment } = start
    return { kind: 'response', transaction, status, comment, toPath, fromPath, headers }
  }
  const { method } = start
  return { kind: 'request', transaction, method, toPath, fromPath, headers, contentType, hasBody }
}

const BODY_IN_RESPONSE = 'a response has no body'

interface Fields {
  readonly toPath: readonly string[]
  readonly fromPath: readonly string[]
  readonly headers: Headers
  readonly contentType: string | null
}

/** The header lines between the end of the start line and `textEnd`. */
function readFields(text: string, startLineEnd: number, textEnd: number): Fields {
  // No closure reads the next line: making one for every frame is what takes the time.
  const toPathEnd = endOfLine(text, startLineEnd + 2)
  const toPath = parsePath(readLine(text, startLineEnd + 2, toPathEnd, textEnd), 'To-Path')
  let lineEnd = endOfLine(text, toPathEnd + 2)
  const fromPath = parsePath(readLine(text, toPathEnd + 2, lineEnd, textEnd), 'From-Path')
  let contentType: string | null = null
  const headers: HeaderLine[] = []
  while (lineEnd + 2 < textEnd) {
    if (headers.length >= HEADERS_MAX) {
      throw new MsrpError('MSRP_TOO_LARGE', `over ${HEADERS_MAX} headers`)
    }
    const at = lineEnd + 2
    lineEnd = endOfLine(text, at)
    const line = readLine(text, at, lineEnd, textEnd)
    const name = line[0]
    if (is(name, 'To-Path') || is(name, 'From-Path') || (contentType && is(name, 'Content-Type'))) {
      throw new MsrpError('MSRP_BAD_HEADER', 'a header that may come once came twice')
    }
    if (is(name, 'Content-Type')) contentType = line[1]
    else headers.push(line)
  }
  return { toPath, fromPath, headers, contentType }
}

type HeaderLine = [name: string, value: string]

function readLine(text: string, at: number, lineEnd: number, textEnd: number): HeaderLine {
  const colon = text.indexOf(':', at)
  if (at >= textEnd || colon <= at || colon >= lineEnd) {
    throw new MsrpError('MSRP_BAD_HEADER', 'a line is not name and value')
  }
  return [text.slice(at, colon), text.slice(colon + 1, lineEnd).trim()]
}

/** Number of bytes before the blank line; all of them if there is no blank line. */
function headLength(bytes: Uint8Array): number {
  // From CR to CR, because `indexOf` looks at many bytes at once.
  for (let at = bytes.indexOf(CR); at >= 0 && at < HEAD_MAX; at = bytes.indexOf(CR, at + 2)) {
    if (bytes[at + 1] !== LF) throw new MsrpError('MSRP_BAD_HEADER', 'CR without LF')
    if (bytes[at + 2] === CR && bytes[at + 3] === LF) return at
  }
  if (bytes.length > HEAD_MAX) throw new MsrpError('MSRP_TOO_LARGE', `head over ${HEAD_MAX} B`)
  return bytes.length
}

function decodeHead(head: Uint8Array): string {
  try {
    return utf8.decode(head)
  } catch {
    throw new MsrpError('MSRP_BAD_HEADER', 'not UTF-8')
  }
}

/** Where the line ends that starts at `at`; at the end of the text if no CRLF follows. */
function endOfLine(text: string, at: number): number {
  const lf = text.indexOf('\n', at)
  if (lf < 0) return text.length
  if (text.charCodeAt(lf - 1) !== CR) throw new MsrpError('MSRP_BAD_HEADER', 'LF without CR')
  return lf - 1
}

type StartLine =
  | { readonly transaction: string; readonly method: string }
  | {
      readonly transaction: string
      readonly method: null
      readonly status: number
      readonly comment: string
    }

/** @throws MsrpError `MSRP_BAD_START_LINE` */
export function parseStartLine(line: string): StartLine {
  const match = line.length <= START_LINE_MAX ? START_LINE.exec(line) : null
  if (match === null) throw new MsrpError('MSRP_BAD_START_LINE', `${line.length} characters`)
  const transaction = match[1]!
  if (match[2] !== undefined) return { transaction, method: match[2] }
  return { transaction, method: null, status: Number(match[3]), comment: match[4] ?? '' }
}

/** The flag of the end-line, with which the bytes must close (RFC 4975 §7.1). */
function endFlag(bytes: Uint8Array, transaction: string): EndFlag {
  const end = bytes.length
  const start = end - endLineLength(transaction)
  let ok = bytes[start - 2] === CR && bytes[start - 1] === LF
  for (let at = start; at < start + HYPHENS; at++) ok &&= bytes[at] === HYPHEN
  for (let i = 0; i < transaction.length; i++) {
    ok &&= bytes[start + HYPHENS + i] === transaction.charCodeAt(i)
  }
  ok &&= bytes[end - 2] === CR && bytes[end - 1] === LF
  const flag = ok ? END_FLAGS[bytes[end - 3]!] : undefined
  if (flag === undefined) throw new MsrpError('MSRP_BAD_END_LINE', `${end} B`)
  return flag
}

function endLineLength(transaction: string): number {
  return HYPHENS + transaction.length + 3 // Flag and CRLF.
}

/** What lies between blank line and end-line. Without data, one CRLF serves both. */
function bodyOf(bytes: Uint8Array, start: number, transaction: string): Uint8Array {
  const end = bytes.length - endLineLength(transaction) - 2
  return bytes.subarray(start, Math.max(start, end))
}

function parsePath(line: HeaderLine, expected: string): string[] {
  const [name, value] = line
  if (!is(name, expected)) throw new MsrpError('MSRP_BAD_HEADER', `${expected} is not in its place`)
  const path = value.includes(' ') ? value.split(' ') : [value]
  if (path.includes('')) throw new MsrpError('MSRP_BAD_URI', 'path with an empty URI')
  if (path.length > PATH_MAX) throw new MsrpError('MSRP_TOO_LARGE', `path of ${path.length} URIs`)
  return path
}

/** Peers are tolerated that write names in another case. */
function is(name: string, spelled: string): boolean {
  if (name.length !== spelled.length) return false
  return name === spelled || name.toLowerCase() === spelled.toLowerCase()
}
