import type { Sink } from './doors.ts'
import type { FileSource, MsrpFileEnd, SessionRequest } from './file.ts'
import { formatByteRange, header, type MsrpRequest } from './frame.ts'
import { FILE_BLOCK, FILE_STALL_MS, FILE_WINDOW, UNINTERRUPTIBLE_MAX } from './limits.ts'
import { isSuccess, reportedRange, statusOf } from './outgoing.ts'
import { RangeSet } from './ranges.ts'
import type { MsrpEnv } from './wire.ts'

export interface FileSending {
  /** Message-ID. */
  readonly id: string
  /** Of the message: the file's own, or `message/cpim` if the source begins with its head. */
  readonly contentType: string
  readonly source: FileSource
  /** Bytes of body in one chunk, for the smallest relay on the path. */
  readonly maxChunk: number
  /**
   * What the next chunk waits for: that the peer has written what came before and says so by REPORTs,
   * or only that the next hop has it, for peers that report once, at the end.
   */
  readonly pacedBy: 'reports' | 'answers'
}

export type FileSendEvent =
  /** Bytes that the peer has reported, or the next hop has taken; see `pacedBy`. */
  | { readonly type: 'progress'; readonly done: number }
  /** The peer has all of it and reports success. The last event. */
  | { readonly type: 'delivered' }
  /**
   * The last event. `refused`: an error response or a failure REPORT, 413 if they want no more of it.
   * `stalled`: nothing moved for `FILE_STALL_MS`. `source`: the file cannot be read, or has changed
   * its size.
   */
  | {
      readonly type: 'failed'
      readonly why: 'refused' | 'stalled' | 'source'
      /** MSRP status code; `null` where the peer said nothing. */
      readonly status: number | null
    }

/** The sending end of a file: one message, in chunks, as many at a time as the peer can take. */
export class FileSender implements MsrpFileEnd {
  readonly #sending: FileSending
  readonly #env: MsrpEnv
  readonly #sink: Sink<FileSendEvent>
  readonly #reported = new RangeSet()
  #request: SessionRequest | null = null
  /** What was read ahead, and from where. */
  #block: Uint8Array = NOTHING
  #blockStart = 0
  /** Bytes that have gone into chunks, and those that a hop has answered 200. */
  #sent = 0
  #answered = 0
  #isReading = false
  /** The last chunk, or `#`, has gone. */
  #isEnded = false
  #isOver = false
  #cancelStall = () => {}

  constructor(sending: FileSending, env: MsrpEnv, sink: Sink<FileSendEvent>) {
    if (!(sending.maxChunk >= 1)) throw new RangeError('a chunk has at least 1 byte')
    this.#sending = sending
    this.#env = env
    this.#sink = sink
  }

  begin(request: SessionRequest): void {
    this.#request = request
    this.#watch()
    void this.#pump()
  }

  /** Stops, and says so to the peer (`#`, RFC 4975 §7.1.1). No event follows. */
  cancel(): void {
    this.#stop()
  }

  end(): void {
    this.#request = null
    this.#stop()
  }

  /** Nothing is to be received here. */
  accept(_: MsrpRequest, respond: (status: number, comment: string) => void): void {
    respond(403, 'This session sends')
  }

  onReport(report: MsrpRequest): void {
    const status = statusOf(report)
    const isOurs = header(report, 'Message-ID') === this.#sending.id
    if (this.#isOver || !isOurs || status === null) return
    if (!isSuccess(status)) return this.#fail('refused', status)
    const { size } = this.#sending.source
    const [from, to] = reportedRange(header(report, 'Byte-Range'), size)
    try {
      this.#reported.add(from, Math.min(to, this.#sent))
    } catch {
      return // Crumbs in disorder get no memory.
    }
    if (this.#isEnded && (size === 0 || this.#reported.covers(0, size))) {
      this.#isOver = true
      this.#cancelStall()
      this.#sink({ type: 'delivered' })
    } else this.#moved()
  }

  async #pump(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      while (!this.#isEnded && !this.#isOver && this.#outstanding < FILE_WINDOW) {
        await this.#readAhead()
        if (!this.#isOver) this.#sendChunk()
      }
    } catch {
      this.#fail('source', null)
    } finally {
      this.#isReading = false
    }
  }

  get #outstanding(): number {
    const answers = this.#sent - this.#answered
    const reports = this.#sending.pacedBy === 'reports' ? this.#sent - this.#reported.prefix : 0
    return Math.max(answers, reports)
  }

  /** Sees to it that the next chunk is in the block, which holds whole ones: no byte is read twice. */
  async #readAhead(): Promise<void> {
    const { source, maxChunk } = this.#sending
    const needed = Math.min(maxChunk, source.size - this.#sent)
    if (this.#sent + needed <= this.#blockStart + this.#block.length) return
    const chunks = Math.max(1, Math.floor(FILE_BLOCK / maxChunk))
    const length = Math.min(chunks * maxChunk, source.size - this.#sent)
    const block = await source.read(this.#sent, length)
    if (block.length !== length) throw new RangeError('the source is shorter than it said')
    this.#block = block
    this.#blockStart = this.#sent
  }

  #sendChunk(): void {
    const { source, maxChunk } = this.#sending
    const at = this.#sent - this.#blockStart
    const length = Math.min(maxChunk, source.size - this.#sent)
    const body = this.#block.subarray(at, at + length)
    const start = this.#sent + 1
    this.#sent += length
    this.#isEnded = this.#sent === source.size
    if (this.#isEnded) this.#block = NOTHING
    // A long chunk must be interruptible, which `*` says (RFC 4975 §7.1.1).
    const end = length > UNINTERRUPTIBLE_MAX ? null : this.#sent
    const range = formatByteRange({ start, end, total: source.size })
    this.#send(range, body, this.#isEnded ? '$' : '+', ({ status }) => {
      if (this.#isOver) return
      if (!isSuccess(status)) return this.#fail('refused', status)
      this.#answered += length
      this.#moved()
    })
  }

  #send(
    range: string,
    body: Uint8Array,
    flag: '$' | '+' | '#',
    answered: Parameters<SessionRequest>[1],
  ): void {
    const { id, contentType } = this.#sending
    const headers = [
      ['Message-ID', id],
      ['Success-Report', 'yes'],
      ['Failure-Report', 'yes'],
      ['Byte-Range', range],
    ] as const
    this.#request?.({ method: 'SEND', headers, contentType, body, flag }, answered)
  }

  #moved(): void {
    const isPaced = this.#sending.pacedBy === 'reports'
    const done = Math.max(this.#reported.prefix, isPaced ? 0 : this.#answered)
    this.#watch()
    this.#sink({ type: 'progress', done })
    void this.#pump()
  }

  #watch(): void {
    this.#cancelStall()
    this.#cancelStall = this.#env.after(FILE_STALL_MS, () => this.#fail('stalled', null))
  }

  #fail(why: 'refused' | 'stalled' | 'source', status: number | null): void {
    if (this.#isOver) return
    // Where the way is gone, what has arrived may be gone on with another time.
    const isLost = why === 'stalled' || (status !== null && LOST.has(status))
    if (isLost) this.#request = null
    this.#stop()
    this.#sink({ type: 'failed', why, status })
  }

  #stop(): void {
    this.#cancelStall()
    const tells = !this.#isOver && !this.#isEnded && this.#request !== null
    this.#isOver = true
    this.#block = NOTHING
    if (!tells) return
    const { size: total } = this.#sending.source
    const range = formatByteRange({ start: this.#sent + 1, end: this.#sent, total })
    this.#send(range, NOTHING, '#', null)
  }
}

const NOTHING = new Uint8Array(0)

/** Statuses that are about the way and not about the file: no answer, no session. */
const LOST: ReadonlySet<number> = new Set([408, 481, 506])
