import type { Sink } from './doors.ts'
import { MsrpError } from './events.ts'
import type { FileSink, MsrpFileEnd, SessionRequest } from './file.ts'
import {
  type ByteRange,
  formatByteRange,
  header,
  type MsrpRequest,
  parseByteRange,
} from './frame.ts'
import { FILE_REPORT_EVERY, FILE_STALL_MS, FILE_UNWRITTEN_MAX, MESSAGE_ID_MAX } from './limits.ts'
import { essence } from './media-types.ts'
import { RangeSet } from './ranges.ts'
import type { MsrpEnv } from './wire.ts'

export interface FileReceiving {
  /** Octets of the message, as the SDP promised. */
  readonly size: number
  readonly sink: FileSink
}

export type FileReceiveEvent =
  /** Bytes that have been written. */
  | { readonly type: 'progress'; readonly done: number }
  /** All of them: what is to be said of it is told by {@link FileReceiver.confirm}. */
  | { readonly type: 'received' }
  /**
   * The last event. `aborted`: the sender gave up. `broken`: it sent something else than it promised.
   * `stalled`: nothing came for `FILE_STALL_MS`. `sink`: the bytes cannot be kept.
   */
  | { readonly type: 'failed'; readonly why: 'aborted' | 'broken' | 'stalled' | 'sink' }

/** A refusal of one chunk: an MSRP status code with its comment. */
type Refusal = readonly [status: number, comment: string]

/**
 * The receiving end of a file. Chunks may come in any order, and go to the sink one after the other;
 * each is answered once it has been written. The last success REPORT waits for {@link confirm}.
 */
export class FileReceiver implements MsrpFileEnd {
  readonly #receiving: FileReceiving
  readonly #env: MsrpEnv
  readonly #sink: Sink<FileReceiveEvent>
  readonly #have = new RangeSet()
  #request: SessionRequest | null = null
  /** Message-ID, full From-Path and wish for reports of the one message. */
  #message: {
    readonly id: string
    readonly toPath: readonly string[]
    readonly wants: boolean
  } | null = null
  #writing: Promise<void> = Promise.resolve()
  #unwritten = 0
  #done = 0
  /** Written and not reported: one piece, the next one begins where it ends. */
  #due: { from: number; to: number } = { from: 0, to: 0 }
  #isComplete = false
  #isOver = false
  #cancelStall = () => {}

  constructor(receiving: FileReceiving, env: MsrpEnv, sink: Sink<FileReceiveEvent>) {
    this.#receiving = receiving
    this.#env = env
    this.#sink = sink
  }

  begin(request: SessionRequest): void {
    this.#request = request
    this.#watch()
  }

  /** Wants no more: whatever comes is answered 413. No event follows. */
  cancel(): void {
    this.#isOver = true
    this.#cancelStall()
  }

  end(): void {
    this.#request = null
    this.cancel()
  }

  /** Says what became of the whole: 200 if it is what was promised, else an error. */
  confirm(status: number): void {
    if (!this.#isComplete) return
    const { size } = this.#receiving
    if (status === 200) this.#report(this.#due.from, size, 200)
    else this.#report(0, size, status)
    this.#isOver = true
  }

  /** Nothing was sent that could be reported on. */
  onReport(): void {}

  accept(send: MsrpRequest, respond: (status: number, comment: string) => void): void {
    if (this.#isOver || this.#isComplete) return respond(413, 'No more of it')
    if (send.flag === '#') {
      respond(200, 'OK')
      return this.#fail('aborted')
    }
    const refusal = this.#refusalOf(send)
    if (refusal !== null) return respond(...refusal)
    const body = send.body!
    const from = rangeOf(send)!.start - 1
    if (!this.#claim(from, from + body.length)) {
      respond(413, 'Too many pieces')
      return this.#fail('broken')
    }
    this.#unwritten += body.length
    this.#watch()
    this.#writing = this.#writing.then(() => this.#write(from, body, respond))
  }

  /** What is wrong with a chunk. What breaks the promise of the SDP ends the transfer. */
  #refusalOf(send: MsrpRequest): Refusal | null {
    const id = header(send, 'Message-ID')
    if (id === null || id === '' || id.length > MESSAGE_ID_MAX || id.includes(' ')) {
      return [400, 'Message-ID is missing or too long']
    }
    // As deployed clients do: a file comes as it is.
    if (send.contentType === null || essence(send.contentType) === 'message/cpim') {
      return [415, 'Unsupported media type']
    }
    this.#message ??= {
      id,
      toPath: send.fromPath,
      wants: header(send, 'Success-Report') === 'yes',
    }
    if (id !== this.#message.id) return [413, 'One file at a time']
    const range = rangeOf(send)
    if (range === null) return [400, 'Bad Byte-Range']
    const { size } = this.#receiving
    const to = range.start - 1 + send.body!.length
    const isLast = send.flag === '$'
    const isSound = to <= size && (range.total ?? size) === size && (!isLast || to === size)
    if (!isSound || this.#unwritten + send.body!.length > FILE_UNWRITTEN_MAX) {
      this.#fail('broken')
      return [413, 'Not what was offered']
    }
    return null
  }

  #claim(from: number, to: number): boolean {
    try {
      this.#have.add(from, to)
      return true
    } catch (error) {
      if (!(error instanceof MsrpError)) throw error
      return false
    }
  }

  async #write(
    from: number,
    body: Uint8Array,
    respond: (status: number, comment: string) => void,
  ): Promise<void> {
    if (this.#isOver) return respond(413, 'No more of it')
    try {
      await this.#receiving.sink.write(from, body)
    } catch {
      respond(413, 'It cannot be kept')
      return this.#fail('sink')
    }
    respond(200, 'OK')
    if (this.#isOver) return
    this.#unwritten -= body.length
    this.#done += body.length
    const { size } = this.#receiving
    this.#isComplete = this.#unwritten === 0 && this.#have.covers(0, size)
    this.#owe(from, from + body.length)
    this.#sink({ type: 'progress', done: Math.min(this.#done, size) })
    if (!this.#isComplete) return
    this.#cancelStall()
    this.#sink({ type: 'received' })
  }

  /** Reports when enough has come; the end of it all waits for {@link confirm}. */
  #owe(from: number, to: number): void {
    if (from !== this.#due.to) {
      this.#report(this.#due.from, this.#due.to, 200)
      this.#due = { from, to }
    } else this.#due.to = to
    if (this.#isComplete || this.#due.to - this.#due.from < FILE_REPORT_EVERY) return
    this.#report(this.#due.from, this.#due.to, 200)
    this.#due.from = this.#due.to
  }

  /** @param from - offset of the first byte; nothing is reported of nothing, but of an empty file */
  #report(from: number, to: number, status: number): void {
    const { size: total } = this.#receiving
    if (this.#message === null || !this.#message.wants || (from === to && total > 0)) return
    const { id, toPath } = this.#message
    const range = formatByteRange({ start: from + 1, end: to, total })
    const comment = status === 200 ? 'OK' : 'Failed'
    this.#request?.(
      {
        method: 'REPORT',
        toPath,
        headers: [
          ['Message-ID', id],
          ['Byte-Range', range],
          ['Status', `000 ${status} ${comment}`],
        ],
        contentType: null,
        body: null,
        flag: '$',
      },
      null,
    )
  }

  #watch(): void {
    this.#cancelStall()
    this.#cancelStall = this.#env.after(FILE_STALL_MS, () => this.#fail('stalled'))
  }

  #fail(why: Extract<FileReceiveEvent, { type: 'failed' }>['why']): void {
    if (this.#isOver) return
    this.cancel()
    this.#sink({ type: 'failed', why })
  }
}

/** A chunk without a range is all there is. `null`: it cannot be read. */
function rangeOf(send: MsrpRequest): ByteRange | null {
  const value = header(send, 'Byte-Range')
  if (value === null) return { start: 1, end: null, total: null }
  try {
    return parseByteRange(value)
  } catch {
    return null
  }
}
