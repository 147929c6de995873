import { MsrpError } from './events.ts'
import { END_FLAGS, type EndFlag } from './frame.ts'
import { HEAD_MAX, NON_SEND_BODY_MAX, START_LINE_MAX } from './limits.ts'
import { type MsrpHead, parseHead, parseStartLine } from './parse.ts'

const CR = 0x0d
const LF = 0x0a
const CRLF_LENGTH = 2
/** CRLF and seven hyphens. */
const END_LINE_START = '\r\n-------'
/** Flag and CRLF. */
const END_LINE_REST = 3

const NOTHING = new Uint8Array()
const latin1 = new TextDecoder('latin1')

/** Takes what a {@link FrameReader} reads, in the order of the wire. */
export interface FrameSink {
  onHead(head: MsrpHead): void
  /** The next bytes of the body, never none: a view of what was pushed, good as long as that is. */
  onBody(bytes: Uint8Array): void
  onEnd(flag: EndFlag): void
}

/**
 * Takes a byte stream apart (RFC 4975 over TCP or TLS) and keeps nothing of a body: what has come of
 * it is handed on at once. What the sink gets depends on the bytes alone, however they were split,
 * but for how bodies are divided; the work is bounded per byte.
 */
export class FrameReader {
  readonly #sink: FrameSink
  /** The head being read, if it did not come in one piece. */
  #held = new Uint8Array(0)
  #heldLength = 0
  /** Where the line being read starts, and where the search for its end goes on. */
  #line = 0
  #scanned = 0
  /** CRLF, hyphens and id that end the frame being read; room for flag and CRLF behind. */
  #endLine = NOTHING
  /** How far the search may move on, by the byte under the end of the needle (Horspool). */
  readonly #shifts = new Uint8Array(256)
  #inBody = false
  /** Bytes of the end-line, flag and CRLF included, that the latest bytes may be. */
  #matched = 0
  /** How many of these are no body if they are no end-line: the CRLF of the blank line. */
  #borrowed = 0
  /** Bytes of body that may still come; only a SEND's has no limit here. */
  #bodyMax = Infinity
  #broken: MsrpError | null = null
  /** Bytes compared or moved so far: what the test of linear cost counts. */
  work = 0

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /**
   * Takes what has arrived. After an error the stream is out of step for good: every further call
   * throws the same.
   *
   * @throws MsrpError what {@link parseFrame} throws, and what the sink does
   */
  push(bytes: Uint8Array): void {
    if (this.#broken !== null) throw this.#broken
    try {
      let rest = bytes
      while (rest.length > 0) rest = this.#inBody ? this.#readBody(rest) : this.#readHead(rest)
    } catch (error) {
      if (error instanceof MsrpError) this.#broken = error
      throw error
    }
  }

  /** @returns what comes after the head; nothing, if its end has not come */
  #readHead(bytes: Uint8Array): Uint8Array {
    const before = this.#heldLength
    const head = before === 0 ? bytes : this.#hold(bytes)
    for (;;) {
      const end = this.#lineEnd(head)
      if (end < 0) {
        if (before === 0) this.#hold(bytes)
        return NOTHING
      }
      const start = this.#line
      this.#line = end + CRLF_LENGTH
      this.#scanned = this.#line
      if (start === 0) this.#begin(latin1.decode(head.subarray(0, end)))
      else if (end === start) return this.#enterBody(head, start, bytes, before)
      else if (this.#isEndLine(head, start, end)) return this.#endHere(head, start, bytes, before)
    }
  }

  /** Where the CRLF of the line is, or -1. */
  #lineEnd(head: Uint8Array): number {
    const at = head.indexOf(CR, this.#scanned)
    const looked = at < 0 ? head.length : at
    this.work += looked - this.#scanned
    this.#scanned = looked
    if (this.#line === 0 && looked > START_LINE_MAX) {
      throw new MsrpError('MSRP_BAD_START_LINE', `over ${START_LINE_MAX} B`)
    }
    if (looked > HEAD_MAX) throw new MsrpError('MSRP_TOO_LARGE', `head over ${HEAD_MAX} B`)
    if (at < 0 || at + 1 === head.length) return -1
    if (head[at + 1] !== LF) throw new MsrpError('MSRP_BAD_HEADER', 'CR without LF')
    return at
  }

  /** Copies what belongs to the head at most. @returns all of the head so far */
  #hold(bytes: Uint8Array): Uint8Array {
    const room = HEAD_MAX + 64 - this.#heldLength // Above that, it is too large wherever it ends.
    const more = bytes.length > room ? bytes.subarray(0, room) : bytes
    const length = this.#heldLength + more.length
    if (length > this.#held.length) {
      const roomier = new Uint8Array(Math.max(512, 2 * length))
      roomier.set(this.#held.subarray(0, this.#heldLength))
      this.work += this.#heldLength
      this.#held = roomier
    }
    this.#held.set(more, this.#heldLength)
    this.work += more.length
    this.#heldLength = length
    return this.#held.subarray(0, length)
  }

  /** The start line says how the frame will end. Its comment, in UTF-8, does not matter here. */
  #begin(startLine: string): void {
    const { transaction } = parseStartLine(startLine)
    const needle = END_LINE_START + transaction
    const length = needle.length
    const endLine = new Uint8Array(length + END_LINE_REST)
    this.#shifts.fill(length)
    for (let at = 0; at < length; at++) {
      const byte = needle.charCodeAt(at)
      endLine[at] = byte
      if (at < length - 1) this.#shifts[byte] = length - 1 - at
    }
    this.#endLine = endLine
  }

  #isEndLine(head: Uint8Array, start: number, end: number): boolean {
    const length = this.#endLine.length - END_LINE_REST - CRLF_LENGTH
    if (end - start !== length + 1 || END_FLAGS[head[end - 1]!] === undefined) return false
    for (let i = 0; i < length; i++) {
      if (head[start + i] !== this.#endLine[CRLF_LENGTH + i]) return false
    }
    return true
  }

  /** @param at - where the blank line is in `head`, which held `before` bytes more than `bytes` */
  #enterBody(head: Uint8Array, at: number, bytes: Uint8Array, before: number): Uint8Array {
    const parsed = parseHead(head.subarray(0, at - CRLF_LENGTH), true)
    const rest = bytes.subarray(at + CRLF_LENGTH - before)
    this.#leaveHead()
    this.#inBody = true
    this.#matched = CRLF_LENGTH // Without data, one CRLF serves blank line and end-line.
    this.#borrowed = CRLF_LENGTH
    this.#bodyMax =
      parsed.kind === 'request' && parsed.method === 'SEND' ? Infinity : NON_SEND_BODY_MAX
    this.#sink.onHead(parsed)
    return rest
  }

  /** @param at - where the end-line is */
  #endHere(head: Uint8Array, at: number, bytes: Uint8Array, before: number): Uint8Array {
    const parsed = parseHead(head.subarray(0, at), false)
    const rest = bytes.subarray(this.#line - before)
    const flag = END_FLAGS[head[this.#line - END_LINE_REST]!]!
    this.#leaveHead()
    this.#sink.onHead(parsed)
    this.#sink.onEnd(flag)
    return rest
  }

  #leaveHead(): void {
    this.#heldLength = 0
    this.#line = 0
    this.#scanned = 0
  }

  /** @returns what comes after the frame; nothing, if its end has not come */
  #readBody(bytes: Uint8Array): Uint8Array {
    let at = 0
    while (at < bytes.length) {
      if (this.#matched === 0) {
        const candidate = this.#find(bytes, at)
        this.#give(bytes.subarray(at, candidate))
        const length = this.#endLine.length - END_LINE_REST
        this.#matched = Math.min(length, bytes.length - candidate)
        at = candidate + this.#matched
      } else if (this.#continues(bytes[at]!)) {
        at++
        if (this.#matched === this.#endLine.length) {
          const flag = END_FLAGS[this.#endLine[this.#matched - END_LINE_REST]!]!
          this.#inBody = false
          this.#matched = 0
          this.#sink.onEnd(flag)
          return bytes.subarray(at)
        }
      } else this.#giveUpMatch()
    }
    return NOTHING
  }

  /** Whether `byte` goes on where the match has come to; if so, it belongs to it. */
  #continues(byte: number): boolean {
    this.work++
    const flagAt = this.#endLine.length - END_LINE_REST
    const at = this.#matched
    const fits =
      at < flagAt
        ? byte === this.#endLine[at]
        : at === flagAt
          ? END_FLAGS[byte] !== undefined
          : byte === (at === flagAt + 1 ? CR : LF)
    if (!fits) return false
    if (at >= flagAt) this.#endLine[at] = byte
    this.#matched++
    return true
  }

  /** What looked like the end is body, but for a CR at its end: another end-line may start there. */
  #giveUpMatch(): void {
    const kept = this.#matched === this.#endLine.length - 1 ? 1 : 0
    const body = this.#endLine.slice(this.#borrowed, this.#matched - kept)
    this.work += body.length
    this.#matched = kept
    this.#give(body)
  }

  #give(body: Uint8Array): void {
    this.#borrowed = 0
    if (body.length === 0) return
    this.#bodyMax -= body.length
    if (this.#bodyMax < 0) {
      throw new MsrpError('MSRP_TOO_LARGE', `over ${NON_SEND_BODY_MAX} B of body without SEND`)
    }
    this.#sink.onBody(body)
  }

  /**
   * Where the end-line, without its flag, starts; or, if it is not there, where it may have begun at
   * the end of the bytes; or their length.
   */
  #find(bytes: Uint8Array, from: number): number {
    const [needle, shifts] = [this.#endLine, this.#shifts]
    const last = needle.length - END_LINE_REST - 1
    const lastByte = needle[last]!
    let work = 0
    let at = from + last
    while (at < bytes.length) {
      work++
      const byte = bytes[at]!
      if (byte === lastByte) {
        let left = last - 1
        while (left >= 0 && bytes[at - last + left] === needle[left]) left--
        work += last - left
        if (left < 0) {
          this.work += work
          return at - last
        }
      }
      at += shifts[byte]!
    }
    const start = beginning(bytes, Math.max(from, bytes.length - last), needle)
    this.work += work + last
    return start
  }
}

/** Where the bytes from `from` on end in a beginning of `needle`, which has one CR, its first. */
function beginning(bytes: Uint8Array, from: number, needle: Uint8Array): number {
  let start = bytes.length - 1
  while (start >= from && bytes[start] !== CR) start--
  if (start < from) return bytes.length
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] !== needle[at - start]) return bytes.length
  }
  return start
}
