import {
  type ByteRange,
  type EndFlag,
  formatByteRange,
  header,
  MsrpError,
  type MsrpRequest,
  type MsrpResponse,
  parseByteRange,
} from '../msrp/index.ts'

/** A request, or so much of one as answers and reports have to know. */
export type RequestHead = Omit<MsrpRequest, 'body' | 'flag'>

/** What the sender of a SEND wants to hear when it fails (RFC 4975 §7.1.2). Absent means `yes`. */
export function failureWanted(request: RequestHead): 'yes' | 'partial' | 'no' {
  const value = header(request, 'Failure-Report')
  return value === 'no' || value === 'partial' ? value : 'yes'
}

/** Our answer to a request; `null` if it is one that wants no answer. */
export function responseTo(
  request: RequestHead,
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
      ['Byte-Range', formatByteRange(actualRange(request, 0, request.body?.length ?? 0))],
      ['Status', `000 ${status} Not delivered`],
    ],
    contentType: null,
    body: null,
    flag: '$',
  }
}

/**
 * Part of a chunk as a chunk of its own (RFC 4975 §5.1).
 *
 * @param offset - of the part in the chunk, from 0
 */
export function partOf(
  head: RequestHead,
  offset: number,
  body: Uint8Array,
  flag: EndFlag,
): MsrpRequest {
  const range = formatByteRange(actualRange(head, offset, body.length))
  const others = head.headers.filter(([name]) => !IS_RANGE.test(name))
  return { ...head, headers: [...others, ['Byte-Range', range]], body, flag }
}

const IS_RANGE = /^byte-range$/i

/** The bytes that really are in a part of the chunk, whatever its header claims. */
function actualRange(head: RequestHead, offset: number, length: number): ByteRange {
  const claimed = claimedRange(head)
  const start = (claimed?.start ?? 1) + offset
  const end = start + length - 1
  const total = claimed?.total ?? null
  return { start, end, total: total !== null && total >= end ? total : null }
}

function claimedRange(head: RequestHead): ByteRange | null {
  const value = header(head, 'Byte-Range')
  try {
    return value === null ? null : parseByteRange(value)
  } catch (error) {
    if (!(error instanceof MsrpError)) throw error
    return null
  }
}
