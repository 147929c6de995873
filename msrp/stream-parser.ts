import { MsrpError } from './events.ts'
import type { MsrpFrame } from './frame.ts'
import { Inbox } from './inbox.ts'
import { FRAME_MAX, START_LINE_MAX } from './limits.ts'
import { parseFrame, parseStartLine } from './parse.ts'

const CRLF = Uint8Array.of(0x0d, 0x0a)
const latin1 = new TextDecoder('latin1')
const utf8 = new TextEncoder()

/**
 * Cuts a byte stream into frames (RFC 4975 over TCP or TLS). The answer depends on the bytes alone,
 * never on how they were split, and costs a bounded amount of work per byte.
 *
 * A frame is held until it is whole; `frameMax` bounds it.
 */
export class StreamParser {
  readonly #inbox = new Inbox()
  readonly #sink: (frame: MsrpFrame) => void
  readonly #frameMax: number
  /** CRLF, hyphens and id that end the frame being read, once its start line is there. */
  #endLine: Uint8Array | null = null
  /** Where the search for the end-line goes on. */
  #from = 0
  #broken: MsrpError | null = null

  /** @param frameMax - largest frame in bytes */
  constructor(sink: (frame: MsrpFrame) => void, frameMax = FRAME_MAX) {
    this.#sink = sink
    this.#frameMax = frameMax
  }

  /** Bytes compared or moved so far. */
  get work(): number {
    return this.#inbox.work
  }

  /**
   * Takes what has arrived; the sink gets every frame that it completes. After an error the stream
   * is out of step for good: every further call throws the same.
   *
   * @throws MsrpError what {@link parseFrame} throws
   */
  push(bytes: Uint8Array): void {
    this.#inbox.append(bytes)
    for (let frame = this.#next(); frame !== null; frame = this.#next()) this.#sink(frame)
  }

  #next(): MsrpFrame | null {
    if (this.#broken !== null) throw this.#broken
    try {
      return this.#cut()
    } catch (error) {
      if (error instanceof MsrpError) this.#broken = error
      throw error
    }
  }

  #cut(): MsrpFrame | null {
    this.#endLine ??= this.#readStartLine()
    if (this.#endLine === null) return null
    const end = this.#endOfFrame(this.#endLine)
    if ((end ?? this.#inbox.length) > this.#frameMax) {
      throw new MsrpError('MSRP_TOO_LARGE', `frame over ${this.#frameMax} B`)
    }
    if (end === null) return null
    this.#endLine = null
    return parseFrame(this.#inbox.take(end))
  }

  #readStartLine(): Uint8Array | null {
    const end = this.#inbox.find(CRLF, 0)
    if ((end < 0 ? this.#inbox.length - 1 : end) > START_LINE_MAX) {
      throw new MsrpError('MSRP_BAD_START_LINE', `over ${START_LINE_MAX} B`)
    }
    if (end < 0) return null
    // Latin-1 leaves a comment in UTF-8 unread, which does not matter here.
    const { transaction } = parseStartLine(latin1.decode(this.#inbox.peek(0, end)))
    this.#from = end
    return utf8.encode(`\r\n-------${transaction}`)
  }

  /** Length of the frame, if its end-line is there: the id must be followed by a flag and CRLF. */
  #endOfFrame(endLine: Uint8Array): number | null {
    for (;;) {
      const at = this.#inbox.find(endLine, this.#from)
      if (at < 0) return null
      const end = at + endLine.length + 3
      const tail = this.#inbox.peek(end - 3, end)
      if (tail.length < 3) {
        this.#from = at
        return null
      }
      const isFlag = tail[0] === 0x24 || tail[0] === 0x2b || tail[0] === 0x23
      if (isFlag && tail[1] === CRLF[0] && tail[2] === CRLF[1]) return end
      this.#from = at + 1
    }
  }
}
