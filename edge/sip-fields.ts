import {
  header,
  headers,
  type SipHeader,
  type SipRequest,
  type SipResponse,
  splitList,
} from './sip-message.ts'

export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  /** Unescaped; `null` where the URI names a host only. */
  readonly user: string | null
  /** In lower case; IPv6 in brackets. */
  readonly host: string
  readonly port: number | null
  /** Names in lower case; a parameter without value has the empty one. */
  readonly params: ReadonlyMap<string, string>
}

/** A header field such as From, To, Contact or Route: address and the parameters after it. */
export interface NameAddr {
  /** As written, without angle brackets. */
  readonly uri: string
  readonly params: ReadonlyMap<string, string>
}

export interface Via {
  readonly transport: string
  /** Host, and port if there is one, in lower case. */
  readonly sentBy: string
  /** Empty if absent. */
  readonly branch: string
}

/** Reads a `sip:` or `sips:` URI (RFC 3261 §19.1). @returns `null` for anything else */
export function parseUri(text: string): SipUri | null {
  const match =
    /^(sips?):(?:([^@<>"\s]*)@)?(\[[0-9a-f:.]+\]|[a-z0-9][a-z0-9.-]*)(?::(\d{1,5}))?((?:;[^?\s]*)?)(?:\?\S*)?$/i.exec(
      text,
    )
  if (match === null) return null
  const [, scheme, userinfo, host, port, params] = match
  const user = userinfo === undefined ? null : unescapeUser(userinfo.split(':', 1)[0]!)
  if (user === '') return null
  return {
    scheme: scheme!.toLowerCase() as 'sip' | 'sips',
    user,
    host: host!.toLowerCase(),
    port: port === undefined ? null : Number(port),
    params: parseParams(params!),
  }
}

/**
 * Reads `"Name" <uri>;params` or `uri;params` (RFC 3261 §20.10), and nothing that another reader
 * might read as another address: who a message is from is decided here.
 */
export function parseNameAddr(value: string): NameAddr | null {
  const bracketed = BRACKETED.exec(value)
  if (bracketed !== null) {
    return { uri: bracketed[1]!.trim(), params: parseParams(bracketed[2] ?? '') }
  }
  // Without brackets, parameters belong to the header field, not to the URI.
  const [, uri, params] = /^([^\s"<>,;]+)\s*(;.*)?$/.exec(value) ?? []
  return uri === undefined ? null : { uri, params: parseParams(params ?? '') }
}

/** Display name, quoted or bare; the URI; parameters, whose quotes may hold anything. */
const BRACKETED =
  /^(?:"(?:[^"\\]|\\.)*"\s*|[^"<>,;]*)<([^<>"]*)>\s*(;(?:[^"<>]|"(?:[^"\\]|\\.)*")*)?$/

/** The address of a header field as a SIP URI, or `null`. @param name - in lower case */
export function addressIn(message: SipRequest | SipResponse, name: string): SipUri | null {
  const value = header(message, name)
  const address = value === null ? null : parseNameAddr(value)
  return address === null ? null : parseUri(address.uri)
}

/** The tag of From or To; `null` if there is none. */
export function tagIn(message: SipRequest | SipResponse, name: 'from' | 'to'): string | null {
  return parseNameAddr(header(message, name) ?? '')?.params.get('tag') ?? null
}

/** The display name of From or To (RFC 3261 §20.10); SIP headers come as Latin-1 octets. */
export function displayName(from: string): string | null {
  const [, quoted, token] = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*</.exec(from) ?? []
  const name = quoted?.replaceAll(/\\(.)/g, '$1') ?? token ?? ''
  return name === '' ? null : Buffer.from(name, 'latin1').toString('utf8')
}

export function parseVia(value: string): Via | null {
  const semicolon = value.indexOf(';')
  const head = (semicolon < 0 ? value : value.slice(0, semicolon)).replaceAll(/\s+/g, ' ').trim()
  const match =
    /^SIP ?\/ ?2\.0 ?\/ ?([A-Z0-9-]+) ([A-Z0-9.-]+|\[[0-9A-F:.]+\])(?: ?: ?(\d{1,5}))?$/i.exec(head)
  if (match === null) return null
  const [, transport, host, port] = match
  return {
    transport: transport!.toUpperCase(),
    sentBy: (port === undefined ? host! : `${host}:${port}`).toLowerCase(),
    branch: parseParams(semicolon < 0 ? '' : value.slice(semicolon)).get('branch') ?? '',
  }
}

/** Reads `;a=b;c="d;e"`. Names in lower case, quotes kept out of values; the first of equals wins. */
export function parseParams(text: string): ReadonlyMap<string, string> {
  const params = new Map<string, string>()
  for (const match of text.matchAll(/;\s*([^\s;=]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*))?/g)) {
    const name = match[1]!.toLowerCase()
    const value = match[2] ?? ''
    if (!params.has(name)) params.set(name, value.startsWith('"') ? unquote(value) : value)
  }
  return params
}

/** Reads `Digest a="b", c=d` after its scheme (RFC 7616 §3.3). */
export function parseAuthParams(text: string): ReadonlyMap<string, string> {
  const params = new Map<string, string>()
  for (const part of splitList(text)) {
    const match = /^([A-Za-z0-9-]+) ?= ?("(?:[^"\\]|\\.)*"|[^\s,"]*)$/.exec(part)
    if (match === null) continue
    const value = match[2]!
    params.set(match[1]!.toLowerCase(), value.startsWith('"') ? unquote(value) : value)
  }
  return params
}

/** The number of CSeq. The parser has seen that it is one. */
export function cseqOf(message: SipRequest | SipResponse): number {
  return Number.parseInt(header(message, 'cseq')!, 10)
}

/** Method of CSeq: what a response answers. */
export function cseqMethod(message: SipRequest | SipResponse): string {
  return header(message, 'cseq')!.split(/[ \t]+/)[1]!
}

/**
 * An answer to a request (RFC 3261 §8.2.6): Via, From, Call-ID and CSeq are the request's, and so is
 * To, which gets `tag` if it has none.
 */
export function answer(
  request: SipRequest,
  status: number,
  tag: string,
  more: readonly SipHeader[] = [],
): SipResponse {
  const to = header(request, 'to')!
  const tagged = status === 100 || tagIn(request, 'to') !== null ? to : `${to};tag=${tag}`
  return {
    kind: 'response',
    status,
    reason: reasonOf(status),
    headers: [
      ...headers(request, 'via').map((via): SipHeader => ['Via', via]),
      ['From', header(request, 'from')!],
      ['To', tagged],
      ['Call-ID', header(request, 'call-id')!],
      ['CSeq', header(request, 'cseq')!],
      ...more,
    ],
    body: new Uint8Array(),
  }
}

/** The reason phrase of a status that is ours to write. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? 'Unknown'
}

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  423: 'Interval Too Brief',
  430: 'Flow Failed',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  483: 'Too Many Hops',
  484: 'Address Incomplete',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  489: 'Bad Event',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
}

function unquote(value: string): string {
  return value.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}

/** Undoes %xx; what is not valid UTF-8 stays as written and so equals nobody's name. */
function unescapeUser(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
