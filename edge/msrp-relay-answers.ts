import {
  type ByteRange,
  formatByteRange,
  header,
  MsrpError,
  type MsrpRequest,
  type MsrpResponse,
  parseByteRange,
} from '../msrp/index.ts'

/** What the sender of a SEND wants to hear when it fails (RFC 4975 §7.1.2). Absent means `yes`. */
export function failureWanted(request: MsrpRequest): 'yes' | 'partial' | 'no' {
  const value = header(request, 'Failure-Report')
  return value === 'no' || value === 'partial' ? value : 'yes'
}

/** Our answer to a request; `null` if it is one that wants no answer. */
export function responseTo(
  request: MsrpRequest,
  status: number,
  comment: string,
  headers: MsrpResponse['headers'] = [],
): MsrpResponse | null {
  const isSend = request.method === 'SEND'
  if (request.method === 'REPORT' || (isSend && failureWanted(request) === 'no')) return null
  return {
    kind: 'response',
    transaction: request.transaction,
    status,
    comment,
    // SEND is answered hop by hop, everything else from end to end (RFC 4976 §6.4.3).
    toPath: isSend ? request.fromPath.slice(0, 1) : request.fromPath,
    fromPath: request.toPath.slice(0, 1),
    headers,
    flag: '$',
  }
}

/**
 * The REPORT by which a relay says that a chunk which it had accepted went no further (RFC 4976
 * §6.4.1). It goes back the way the SEND came.
 *
 * @param status - what the next hop answered, or 408 if it did not
 */
export function failureReport(
  request: MsrpRequest,
  transaction: string,
  status: number,
): MsrpRequest {
  return {
    kind: 'request',
    transaction,
    method: 'REPORT',
    toPath: request.fromPath,
    fromPath: request.toPath.slice(0, 1),
    headers: [
      ['Message-ID', header(request, 'Message-ID') ?? ''],
      ['Byte-Range', formatByteRange(actualRange(request))],
      ['Status', `000 ${status} Not delivered`],
    ],
    contentType: null,
    body: null,
    flag: '$',
  }
}

/**
 * Cuts the chunk that a TCP peer sent into chunks of at most `limit` bytes of body, because a
 * WebSocket message is of use only once it is whole (RFC 7977 §5.3).
 */
export function cut(request: MsrpRequest, limit: number): readonly MsrpRequest[] {
  const { body } = request
  if (request.method !== 'SEND' || body === null || body.length <= limit) return [request]
  const { start, total } = actualRange(request)
  const pieces: MsrpRequest[] = []
  for (let at = 0; at < body.length; at += limit) {
    const piece = body.subarray(at, at + limit)
    const end = start + at + piece.length - 1
    const range = formatByteRange({ start: start + at, end, total })
    const isLast = at + limit >= body.length
    pieces.push({
      ...request,
      headers: [...request.headers.filter(([name]) => !IS_RANGE.test(name)), ['Byte-Range', range]],
      body: piece,
      flag: isLast ? request.flag : '+',
    })
  }
  return pieces
}

const IS_RANGE = /^byte-range$/i

/** The bytes that really were in the chunk, whatever its header claims. */
function actualRange(request: MsrpRequest): ByteRange {
  const claimed = claimedRange(request)
  const start = claimed?.start ?? 1
  const end = start + (request.body?.length ?? 0) - 1
  const total = claimed?.total ?? null
  return { start, end, total: total !== null && total >= end ? total : null }
}

function claimedRange(request: MsrpRequest): ByteRange | null {
  const value = header(request, 'Byte-Range')
  try {
    return value === null ? null : parseByteRange(value)
  } catch (error) {
    if (!(error instanceof MsrpError)) throw error
    return null
  }
}
