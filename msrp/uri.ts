import { MsrpError } from './events.ts'
import { type Random, randomToken } from './idents.ts'
import { MSRP_PORT } from './limits.ts'

/** An MSRP URI, taken apart (RFC 4975 §9). Case is kept as written. */
export interface MsrpUri {
  readonly scheme: 'msrp' | 'msrps'
  readonly userinfo: string | null
  /** A name or an address, IPv6 in brackets. */
  readonly host: string
  readonly port: number | null
  /** Everything between the authority and `;`, slashes included: relays use Base64 here. */
  readonly sessionId: string | null
  /** `tcp`, `ws` or another word, in lower case. */
  readonly transport: string
  /** Parameters after the transport, without semicolons. */
  readonly parameters: readonly string[]
}

const URI =
  /^(msrps?):\/\/(?:([^@/;\s[\]]*)@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~%-]+)(?::(\d{1,5}))?(?:\/([A-Za-z0-9\-._~+=/%]+))?;([A-Za-z0-9]+)((?:;[^\s;]+)*)$/i

/** @throws MsrpError `MSRP_BAD_URI` */
export function parseUri(text: string): MsrpUri {
  const match = URI.exec(text)
  const port = match?.[4] === undefined ? null : Number(match[4])
  if (match === null || (port !== null && port > 65_535)) {
    throw new MsrpError('MSRP_BAD_URI', `${text.length} characters`)
  }
  return {
    scheme: match[1]!.toLowerCase() as 'msrp' | 'msrps',
    userinfo: match[2] ?? null,
    host: match[3]!,
    port,
    sessionId: match[5] ?? null,
    transport: match[6]!.toLowerCase(),
    parameters: match[7] === '' ? [] : match[7]!.slice(1).split(';'),
  }
}

export function formatUri(uri: MsrpUri): string {
  const userinfo = uri.userinfo === null ? '' : `${uri.userinfo}@`
  const port = uri.port === null ? '' : `:${uri.port}`
  const sessionId = uri.sessionId === null ? '' : `/${uri.sessionId}`
  const rest = uri.parameters.map((parameter) => `;${parameter}`).join('')
  return `${uri.scheme}://${userinfo}${uri.host}${port}${sessionId};${uri.transport}${rest}`
}

/** Compares as RFC 4975 §6.1 says; `false` if either cannot be read. */
export function equalUris(left: string, right: string): boolean {
  if (left === right) return true
  const a = tryParse(left)
  const b = tryParse(right)
  return (
    a !== null &&
    b !== null &&
    a.scheme === b.scheme &&
    normalHost(a.host) === normalHost(b.host) &&
    a.port === b.port &&
    a.sessionId === b.sessionId &&
    a.transport === b.transport
  )
}

/**
 * The session id of a URI: all that a session is recognised by, because middleboxes rewrite the
 * authority, and 80 random bits identify it well enough. `null` if the URI has none.
 */
export function sessionIdOf(uri: string): string | null {
  const authority = uri.indexOf('://')
  const slash = authority < 0 ? -1 : uri.indexOf('/', authority + 3)
  const end = slash < 0 ? -1 : uri.indexOf(';', slash)
  return end > slash + 1 ? uri.slice(slash + 1, end) : null
}

/**
 * A URI for one session of ours. Its host is a random label under `.invalid`, because a browser does
 * not know its address (RFC 7977 §5); its session id has 100 random bits (RFC 4975 §14.1 asks for
 * 80). It says `;tcp` though a WebSocket carries it: deployed peers refuse every other word.
 */
export function newSessionUri(random: Random): string {
  return `msrps://${randomToken(random, 12)}.invalid:${MSRP_PORT}/${randomToken(random, 20)};tcp`
}

/**
 * What AUTH to a relay at a WebSocket URL has in To-Path (RFC 7977 §5):
 * `wss://host/msrp` gives `msrps://host:443;ws`.
 *
 * @param domain - name to say instead of the host, where a proxy stands before the relay
 * @throws TypeError if it is not a `ws:` or `wss:` URL
 */
export function relayUri(webSocketUrl: string, domain?: string): string {
  const url = new URL(webSocketUrl)
  const secure = url.protocol === 'wss:'
  if (!secure && url.protocol !== 'ws:') throw new TypeError('not a WebSocket URL')
  const port = url.port === '' ? (secure ? 443 : 80) : url.port
  return `${secure ? 'msrps' : 'msrp'}://${domain ?? url.hostname}:${port};ws`
}

/** What AUTH to a provider's own relay has in To-Path, reached through a tunnel. */
export function providerRelayUri(domain: string): string {
  return `msrps://${domain}:${MSRP_PORT};tcp`
}

function tryParse(text: string): MsrpUri | null {
  try {
    return parseUri(text)
  } catch {
    return null
  }
}

/** Lower case, percent-encoded unreserved characters decoded, an IPv6 address in one spelling. */
function normalHost(host: string): string {
  if (host.startsWith('[')) {
    try {
      return new URL(`http://${host}`).hostname
    } catch {
      return host.toLowerCase()
    }
  }
  return host
    .replace(/%([0-9A-Fa-f]{2})/g, (encoded, hex: string) => {
      const character = String.fromCharCode(Number.parseInt(hex, 16))
      return /[A-Za-z0-9\-._~]/.test(character) ? character : encoded
    })
    .toLowerCase()
}
