import { Assembly } from './assembly.ts'
import { MsrpError, type MsrpMessage } from './events.ts'
import {
  type ByteRange,
  formatByteRange,
  header,
  type MsrpRequest,
  parseByteRange,
} from './frame.ts'
import {
  INCOMPLETE_BYTES_MAX,
  INCOMPLETE_MAX,
  INCOMPLETE_TIMEOUT_MS,
  MESSAGE_ID_MAX,
  MESSAGE_MAX,
  REMEMBERED_MAX,
  REPORTS_OWED_MAX,
} from './limits.ts'
import type { RequestDraft } from './link.ts'
import { acceptsType } from './media-types.ts'
import type { MsrpEnv } from './wire.ts'

/** What to answer to a SEND, and the message that it made whole. */
export interface Acceptance {
  readonly status: number
  readonly comment: string
  readonly message: { readonly message: MsrpMessage; readonly reportWanted: boolean } | null
  /** A message that came before, and what was said of it: it is said again, not shown again. */
  readonly repeated: { readonly id: string; readonly status: number } | null
}

interface Partial {
  /** `null`: refused; its other chunks are to be refused too. */
  readonly assembly: Assembly | null
  cancel: () => void
}

interface Owed {
  readonly toPath: readonly string[]
  readonly range: ByteRange
  readonly onSuccess: boolean
  readonly onFailure: boolean
}

/** A message that was passed on: the size is enough to know one that is sent again. */
interface Seen {
  readonly length: number
  /** What was reported of it; `null` so far nothing. */
  status: number | null
}

/** SylkServer's gateway writes this where XMPP gave no id: it identifies nothing. */
const NO_ID = 'None'

const OK: Acceptance = { status: 200, comment: 'OK', message: null, repeated: null }

/** The receiving half of a session: chunks in, messages out, reports owed for them. */
export class Incoming {
  readonly #env: MsrpEnv
  readonly #acceptTypes: readonly string[]
  readonly #partials = new Map<string, Partial>()
  readonly #seen = new Map<string, Seen>()
  readonly #owed = new Map<string, Owed>()

  constructor(env: MsrpEnv, acceptTypes: readonly string[]) {
    this.#env = env
    this.#acceptTypes = acceptTypes
  }

  /** Takes one SEND (RFC 4975 §7.3.1). */
  accept(request: MsrpRequest): Acceptance {
    const id = header(request, 'Message-ID')
    if (request.flag === '#') {
      if (id !== null) this.#forget(id)
      return OK
    }
    if (request.body === null) return OK // Binds the connection, or keeps it alive.
    if (id === null || id === '' || id.length > MESSAGE_ID_MAX || id.includes(' ')) {
      return refusal(400, 'Message-ID is missing or too long')
    }
    if (request.contentType === null || !acceptsType(this.#acceptTypes, request.contentType)) {
      return refusal(415, 'Unsupported media type')
    }
    try {
      const body = this.#assemble(id, request, request.contentType)
      return body === null ? OK : this.#complete(id, request, body)
    } catch (error) {
      if (!(error instanceof MsrpError)) throw error
      this.#refuse(id, request)
      return error.code === 'MSRP_TOO_LARGE'
        ? refusal(413, 'Message too large')
        : refusal(400, 'Bad Byte-Range')
    }
  }

  /** The REPORT that is owed for a message, without From-Path; `null` if none is wanted. */
  report(id: string, status: number): Omit<RequestDraft, 'fromPath'> | null {
    const owed = this.#owed.get(id)
    this.#owed.delete(id)
    const seen = this.#seen.get(id)
    if (seen !== undefined) seen.status = status
    const success = status >= 200 && status < 300
    if (owed === undefined || !(success ? owed.onSuccess : owed.onFailure)) return null
    return {
      method: 'REPORT',
      toPath: owed.toPath,
      headers: [
        ['Message-ID', id],
        ['Byte-Range', formatByteRange(owed.range)],
        ['Status', `000 ${status} ${COMMENTS[status] ?? 'Failed'}`],
      ],
      contentType: null,
      body: null,
      flag: '$',
    }
  }

  clear(): void {
    for (const id of [...this.#partials.keys()]) this.#forget(id)
    this.#owed.clear()
  }

  /** The body of the message, if this chunk makes it whole. */
  #assemble(id: string, request: MsrpRequest, contentType: string): Uint8Array | null {
    const body = request.body!
    const range = header(request, 'Byte-Range')
    const from = range === null ? 0 : parseByteRange(range).start - 1
    const isLast = request.flag === '$'
    let partial = this.#partials.get(id)
    if (partial === undefined && from === 0 && isLast) {
      if (body.length > MESSAGE_MAX) throw new MsrpError('MSRP_TOO_LARGE', `${body.length} B`)
      return body
    }
    if (partial === undefined) {
      if (this.#partials.size >= INCOMPLETE_MAX) {
        throw new MsrpError('MSRP_TOO_LARGE', `over ${INCOMPLETE_MAX} incomplete messages`)
      }
      partial = { assembly: new Assembly(contentType), cancel: () => {} }
      this.#partials.set(id, partial)
    }
    if (partial.assembly === null) throw new MsrpError('MSRP_TOO_LARGE', 'refused before')
    partial.cancel()
    partial.cancel = this.#env.after(INCOMPLETE_TIMEOUT_MS, () => this.#forget(id))
    partial.assembly.write(from, body, isLast)
    if (this.#bytesHeld() > INCOMPLETE_BYTES_MAX) {
      throw new MsrpError('MSRP_TOO_LARGE', `over ${INCOMPLETE_BYTES_MAX} B incomplete`)
    }
    return partial.assembly.whole()
  }

  #complete(id: string, request: MsrpRequest, body: Uint8Array): Acceptance {
    const contentType = this.#partials.get(id)?.assembly?.contentType ?? request.contentType!
    this.#forget(id)
    const failure = header(request, 'Failure-Report')
    const owed: Owed = {
      toPath: request.fromPath,
      range: { start: 1, end: body.length, total: body.length },
      onSuccess: header(request, 'Success-Report') === 'yes',
      onFailure: failure !== 'no',
    }
    remember(this.#owed, id, owed, REPORTS_OWED_MAX)
    const seen = id === NO_ID ? undefined : this.#seen.get(id)
    if (seen?.length === body.length) {
      return { ...OK, repeated: seen.status === null ? null : { id, status: seen.status } }
    }
    remember(this.#seen, id, { length: body.length, status: null }, REMEMBERED_MAX)
    const reportWanted = owed.onSuccess || owed.onFailure
    return { ...OK, message: { message: { id, contentType, body }, reportWanted } }
  }

  /** Gives back the memory, and remembers to refuse the rest, unless this was the last chunk. */
  #refuse(id: string, request: MsrpRequest): void {
    const known = this.#partials.has(id) || this.#partials.size < INCOMPLETE_MAX
    this.#forget(id)
    if (request.flag === '$' || !known) return
    const cancel = this.#env.after(INCOMPLETE_TIMEOUT_MS, () => this.#forget(id))
    this.#partials.set(id, { assembly: null, cancel })
  }

  #forget(id: string): void {
    this.#partials.get(id)?.cancel()
    this.#partials.delete(id)
  }

  #bytesHeld(): number {
    let bytes = 0
    for (const { assembly } of this.#partials.values()) bytes += assembly?.size ?? 0
    return bytes
  }
}

const COMMENTS: Record<number, string> = {
  200: 'OK',
  400: 'Bad request',
  403: 'Forbidden',
  413: 'Unwanted message',
  415: 'Unsupported media type',
}

function refusal(status: number, comment: string): Acceptance {
  return { status, comment, message: null, repeated: null }
}

/** Sets a value as the newest, and forgets the oldest above `limit`. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > limit) map.delete(map.keys().next().value!)
}
