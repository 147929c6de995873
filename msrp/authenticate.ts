import {
  type DigestChallenge,
  type DigestInput,
  digestHa1,
  digestResponse,
  formatAuthorization,
  parseChallenge,
  verifyAuthenticationInfo,
} from './digest.ts'
import type { RelayGrant, RelayLogin } from './doors.ts'
import { MsrpError } from './events.ts'
import { header, type MsrpResponse } from './frame.ts'
import { type Random, randomToken } from './idents.ts'
import { AUTH_ROUNDS_MAX } from './limits.ts'
import type { RequestDraft } from './link.ts'
import type { Answer } from './transactions.ts'
import { parseUri } from './uri.ts'

/** A relay must say how long the grant lasts; for one that does not, msrprelay's default: 600 s. */
const EXPIRES_ASSUMED = 600

/**
 * Asks a relay for a URI to be reached at (RFC 4976 §5.1).
 *
 * The relay proves with `rspauth` that it knows the password as well; one that sends no
 * Authentication-Info, as Kamailio's does not, is trusted for its TLS certificate alone.
 *
 * @param ask - sends one request and resolves to its answer
 * @throws MsrpError see {@link MsrpConnectionDoor.authenticate}
 */
export async function authenticate(
  login: RelayLogin,
  ask: (draft: RequestDraft) => Promise<Answer>,
  random: Random,
): Promise<RelayGrant> {
  let credentials: Credentials | null = null
  let expires = login.expires === undefined ? null : String(login.expires)
  for (let round = 0; round < AUTH_ROUNDS_MAX; round++) {
    const { response } = await ask({
      method: 'AUTH',
      toPath: [...login.through, login.relay],
      fromPath: [login.uri],
      headers: [
        ...(credentials === null ? [] : [['Authorization', credentials.header] as const]),
        ...(expires === null ? [] : [['Expires', expires] as const]),
      ],
      contentType: null,
      body: null,
      flag: '$',
    })
    if (response === null) throw new MsrpError('MSRP_TIMEOUT', 'no answer to AUTH within 30 s')
    switch (response.status) {
      case 200:
        return granted(response, credentials)
      case 401: {
        const challenge = readChallenge(response)
        if (credentials !== null && !challenge.stale) {
          throw new MsrpError('MSRP_AUTH_REFUSED', '401 to name and password')
        }
        credentials = answerChallenge(challenge, login, random)
        break
      }
      case 423:
        expires = header(response, 'Min-Expires') ?? header(response, 'Max-Expires')
        if (expires === null || !/^\d{1,9}$/.test(expires)) {
          throw new MsrpError('MSRP_AUTH_FAILED', '423 without a bound')
        }
        if (credentials !== null) credentials = again(credentials, login)
        break
      case 403:
        throw new MsrpError('MSRP_AUTH_REFUSED', '403 to AUTH')
      default:
        throw new MsrpError('MSRP_AUTH_FAILED', `${response.status} to AUTH`)
    }
  }
  throw new MsrpError('MSRP_AUTH_FAILED', `no end after ${AUTH_ROUNDS_MAX} rounds`)
}

interface Credentials {
  readonly challenge: DigestChallenge
  readonly input: DigestInput
  /** How often the nonce has been used. */
  readonly uses: number
  readonly header: string
}

function answerChallenge(
  challenge: DigestChallenge,
  login: RelayLogin,
  random: Random,
): Credentials {
  const { realm, algorithm } = challenge
  const ha1 = digestHa1(login.username, realm, login.password, algorithm)
  return sign(challenge, login, ha1, randomToken(random, 16), 1)
}

/** The same nonce once more. */
function again({ challenge, input, uses }: Credentials, login: RelayLogin): Credentials {
  return sign(challenge, login, input.ha1, input.cnonce, uses + 1)
}

function sign(
  challenge: DigestChallenge,
  login: RelayLogin,
  ha1: string,
  cnonce: string,
  uses: number,
): Credentials {
  const nc = uses.toString(16).padStart(8, '0')
  const { algorithm, realm, nonce, opaque } = challenge
  const input = { algorithm, ha1, nonce, nc, cnonce, uri: login.relay }
  const authorization = formatAuthorization({
    algorithm,
    username: login.username,
    realm,
    nonce,
    opaque,
    nc,
    cnonce,
    response: digestResponse(input),
    uri: wantsUri(challenge, login.relay) ? login.relay : null,
  })
  return { challenge, input, uses, header: authorization }
}

/**
 * RFC 4976 knows no `uri` parameter, and msrprelay never answers when it is there; RFC 7977's
 * example has it, and Kamailio refuses without. msrprelay has no WebSocket and always an `opaque`.
 */
function wantsUri(challenge: DigestChallenge, relay: string): boolean {
  return challenge.opaque === null || parseUri(relay).transport !== 'tcp'
}

/** The first that can be met: they come with the best first (RFC 8760 §2.4). */
function readChallenge({ headers }: MsrpResponse): DigestChallenge {
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'www-authenticate') continue
    try {
      return parseChallenge(value)
    } catch {} // There may be another.
  }
  throw new MsrpError('MSRP_AUTH_FAILED', '401 without a challenge that can be answered')
}

function granted(response: MsrpResponse, credentials: Credentials | null): RelayGrant {
  const info = header(response, 'Authentication-Info')
  if (info !== null && credentials !== null && !isProof(info, credentials.input)) {
    throw new MsrpError('MSRP_AUTH_FAILED', 'the relay does not know the password')
  }
  const usePath = (header(response, 'Use-Path') ?? '').split(' ').filter((uri) => uri !== '')
  try {
    for (const uri of usePath) parseUri(uri)
  } catch {
    throw new MsrpError('MSRP_AUTH_FAILED', 'Use-Path is not of MSRP URIs')
  }
  if (usePath.length === 0) throw new MsrpError('MSRP_AUTH_FAILED', '200 without Use-Path')
  const expires = header(response, 'Expires') ?? ''
  return { usePath, expires: /^\d{1,9}$/.test(expires) ? Number(expires) : EXPIRES_ASSUMED }
}

function isProof(info: string, input: DigestInput): boolean {
  try {
    return verifyAuthenticationInfo(info, input)
  } catch {
    return false
  }
}
