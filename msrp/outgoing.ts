import type { MsrpMessage, MsrpReports, MsrpSessionEvent } from './events.ts'
import { formatByteRange, header, type MsrpRequest, parseByteRange } from './frame.ts'
import { CHUNK_WINDOW, OUTGOING_MAX, UNINTERRUPTIBLE_MAX } from './limits.ts'
import type { RequestDraft } from './link.ts'
import { RangeSet } from './ranges.ts'
import type { Answer } from './transactions.ts'

type Request = (
  draft: Omit<RequestDraft, 'toPath' | 'fromPath'>,
  answered: ((answer: Answer) => void) | null,
) => void

const NOTHING = new Uint8Array()

/** A message on its way. */
interface Sending {
  readonly id: string
  readonly contentType: string
  readonly size: number
  /** Let go when all of it has gone: the REPORT may take long. */
  body: Uint8Array
  readonly reports: MsrpReports
  /** Bytes that have gone into chunks. */
  offset: number
  /** The last chunk, or `#`, has gone. */
  ended: boolean
  /** Chunks that a 200 is awaited for. */
  unanswered: number
  failed: boolean
  /** What success REPORTs have covered. */
  readonly reported: RangeSet
}

/** The sending half of a session: messages in, chunks out, and what became of them. */
export class Outgoing {
  readonly #request: Request
  readonly #emit: (event: MsrpSessionEvent) => void
  readonly #sending = new Map<string, Sending>()
  #maxChunk = Number.POSITIVE_INFINITY

  constructor(request: Request, emit: (event: MsrpSessionEvent) => void) {
    this.#request = request
    this.#emit = emit
  }

  /** @param bytes - of body in one chunk; Infinity: one chunk whatever its size */
  setMaxChunk(bytes: number): void {
    if (!(bytes >= 1)) throw new RangeError('a chunk has at least 1 byte')
    this.#maxChunk = Math.floor(bytes)
  }

  send(message: MsrpMessage, reports: MsrpReports): void {
    const { id, contentType, body } = message
    const sending: Sending = {
      id,
      contentType,
      size: body.length,
      body,
      reports,
      offset: 0,
      ended: false,
      unanswered: 0,
      failed: false,
      reported: new RangeSet(),
    }
    this.#sending.delete(id)
    this.#sending.set(id, sending)
    // What was sent so long ago will hardly be reported on any more.
    if (this.#sending.size > OUTGOING_MAX) this.#sending.delete(this.#sending.keys().next().value!)
    this.#sendChunks(sending)
  }

  /** A REPORT from the peer or a relay on the way (RFC 4975 §7.1.2); an unknown one is dropped. */
  onReport(report: MsrpRequest): void {
    const id = header(report, 'Message-ID')
    const sending = id === null ? undefined : this.#sending.get(id)
    const status = statusOf(report)
    if (sending === undefined || status === null) return
    if (!isSuccess(status)) return this.#fail(sending, status, commentOf(report))
    if (sending.reports.success === 'no') return

    const { size } = sending
    const [from, to] = reportedRange(header(report, 'Byte-Range'), size)
    try {
      sending.reported.add(from, to)
    } catch {
      return // A peer that reports crumbs in disorder gets no memory for them.
    }
    if (!sending.reported.covers(0, size) || !sending.ended) return
    this.#forget(sending)
    this.#emit({ type: 'delivered', id: sending.id })
  }

  clear(): void {
    this.#sending.clear()
  }

  #sendChunks(sending: Sending): void {
    const waits = sending.reports.failure === 'yes'
    while (!sending.ended && !sending.failed && (!waits || sending.unanswered < CHUNK_WINDOW)) {
      this.#sendChunk(sending)
    }
    const { success, failure } = sending.reports
    if (sending.ended && success === 'no' && failure === 'no') this.#forget(sending)
  }

  #sendChunk(sending: Sending): void {
    const { reports, size: total } = sending
    const start = sending.offset + 1
    const body = sending.body.subarray(sending.offset, sending.offset + this.#maxChunk)
    sending.offset += body.length
    sending.ended = sending.offset === total
    if (sending.ended) sending.body = NOTHING
    sending.unanswered++
    // A long chunk must be interruptible, which `*` says (RFC 4975 §7.1.1).
    const end = body.length > UNINTERRUPTIBLE_MAX ? null : sending.offset
    this.#request(
      this.#draft(sending, formatByteRange({ start, end, total }), body),
      reports.failure === 'no' ? null : (answer) => this.#onAnswer(sending, answer),
    )
  }

  #onAnswer(sending: Sending, { status, comment, response }: Answer): void {
    const { id, reports } = sending
    if (this.#sending.get(id) !== sending) return
    // With `partial` only an error is answered: silence is good.
    const silent = response === null && reports.failure === 'partial'
    if (!silent && !isSuccess(status)) return this.#fail(sending, status, comment)
    sending.unanswered--
    this.#sendChunks(sending)
    if (!sending.ended || sending.unanswered > 0) return
    if (reports.success === 'no') this.#forget(sending)
    if (!silent) this.#emit({ type: 'sent', id })
  }

  /** Says so once, and stops what has not gone yet with `#`. */
  #fail(sending: Sending, status: number, reason: string): void {
    if (sending.failed) return
    sending.failed = true
    const { id, reports, offset, size: total } = sending
    if (!sending.ended) {
      const range = formatByteRange({ start: offset + 1, end: offset, total })
      this.#request({ ...this.#draft(sending, range, NOTHING), flag: '#' }, null)
      sending.ended = true
      sending.body = NOTHING
    }
    // After a mere silence the success REPORT may still come, and is worth more.
    if (status !== 408 || reports.success === 'no') this.#forget(sending)
    this.#emit({ type: 'failed', id, status, reason })
  }

  #draft({ id, contentType, reports, ended }: Sending, range: string, body: Uint8Array) {
    return {
      method: 'SEND',
      headers: [
        ['Message-ID', id],
        ['Success-Report', reports.success],
        ['Failure-Report', reports.failure],
        ['Byte-Range', range],
      ],
      contentType,
      body,
      flag: ended ? '$' : '+',
    } as const
  }

  #forget(sending: Sending): void {
    if (this.#sending.get(sending.id) === sending) this.#sending.delete(sending.id)
  }
}

/** The status of a REPORT (RFC 4975 §7.1.2); `null` in a namespace that nobody has defined. */
export function statusOf(report: MsrpRequest): number | null {
  const status = STATUS.exec(header(report, 'Status') ?? '')
  return status === null ? null : Number(status[1])
}

function commentOf(report: MsrpRequest): string {
  return STATUS.exec(header(report, 'Status') ?? '')?.[2] ?? ''
}

const STATUS = /^000 (\d{3})(?: (.*))?$/

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

/** Offsets that a REPORT is about. One that does not say so clearly is about the whole message. */
export function reportedRange(value: string | null, size: number): [from: number, to: number] {
  if (value === null) return [0, size]
  try {
    const { start, end } = parseByteRange(value)
    return [start - 1, Math.min(end ?? size, size)]
  } catch {
    return [0, size]
  }
}
