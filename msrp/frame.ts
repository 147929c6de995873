import { MsrpError } from './events.ts'

/** What follows the transaction id in the end-line: last chunk, more to come, given up. */
export type EndFlag = '$' | '+' | '#'

/** The flags by their byte. */
export const END_FLAGS: Readonly<Record<number, EndFlag>> = { 36: '$', 43: '+', 35: '#' }

/** Headers other than the two paths and Content-Type: order and unknown names are kept. */
export type Headers = readonly (readonly [name: string, value: string])[]

interface FrameBase {
  /** Transaction id: 4 to 32 characters. */
  readonly transaction: string
  /** URIs still to visit, the next hop first. */
  readonly toPath: readonly string[]
  /** URIs visited, the previous hop first. */
  readonly fromPath: readonly string[]
  readonly headers: Headers
  readonly flag: EndFlag
}

export interface MsrpRequest extends FrameBase {
  readonly kind: 'request'
  /** SEND, REPORT, AUTH, NICKNAME or one that is not known here. */
  readonly method: string
  readonly contentType: string | null
  /** A view of the bytes that were parsed. `null`: no body at all, which an empty one is not. */
  readonly body: Uint8Array | null
}

export interface MsrpResponse extends FrameBase {
  readonly kind: 'response'
  readonly status: number
  /** Empty if absent. */
  readonly comment: string
}

/** One MSRP request (one chunk, if it is a SEND) or response (RFC 4975 §9). */
export type MsrpFrame = MsrpRequest | MsrpResponse

/** The first header of this name, compared without regard to case; `null` if there is none. */
export function header(frame: Pick<MsrpFrame, 'headers'>, name: string): string | null {
  const wanted = name.toLowerCase()
  for (const [key, value] of frame.headers) {
    if (key.length === wanted.length && key.toLowerCase() === wanted) return value
  }
  return null
}

/** Which bytes of a message a chunk or a REPORT is about. The first byte has number 1. */
export interface ByteRange {
  readonly start: number
  /** `null` for `*`: until the chunk ends. */
  readonly end: number | null
  /** `null` for `*`: not known yet. */
  readonly total: number | null
}

/**
 * Reads a Byte-Range. An empty range ends one byte before it starts: `1-0/0`.
 *
 * @throws MsrpError `MSRP_BAD_RANGE`
 */
export function parseByteRange(text: string): ByteRange {
  const match = /^(\d{1,15})-(\d{1,15}|\*)\/(\d{1,15}|\*)$/.exec(text)
  if (match === null) throw new MsrpError('MSRP_BAD_RANGE', `${text.length} characters`)
  const number = (digits: string) => (digits === '*' ? null : Number(digits))
  const range = { start: Number(match[1]), end: number(match[2]!), total: number(match[3]!) }
  const inOrder =
    range.start >= 1 &&
    (range.end === null || range.end >= range.start - 1) &&
    (range.total === null || range.total >= (range.end ?? range.start - 1))
  if (!inOrder) throw new MsrpError('MSRP_BAD_RANGE', 'start, end and total are out of order')
  return range
}

export function formatByteRange({ start, end, total }: ByteRange): string {
  return `${start}-${end ?? '*'}/${total ?? '*'}`
}
