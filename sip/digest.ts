import { md5 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** A challenge as sip.js's grammar reads it from WWW-Authenticate or Proxy-Authenticate. */
export interface Challenge {
  readonly algorithm?: string
  readonly realm?: string
  readonly nonce?: string
  readonly opaque?: string
  readonly qop?: string | readonly string[]
  readonly stale?: boolean
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** The request that the credentials are for. */
export interface Authorised {
  readonly method: string
  readonly uri: string
  readonly body: string
  /** Fresh random characters. */
  readonly cnonce: string
  /** How often this nonce has been used, this time included. */
  readonly count: number
}

/**
 * The value of Authorization or Proxy-Authorization (RFC 7616 §3.4, RFC 8760 for SHA-256).
 *
 * @returns `null` if the challenge cannot be met: no realm or nonce, unknown algorithm or qop
 */
export function authorisation(
  challenge: Challenge,
  { username, password }: Credentials,
  { method, uri, body, cnonce, count }: Authorised,
): string | null {
  const { algorithm } = challenge
  const [realm, nonce, opaque] = [challenge.realm, challenge.nonce, challenge.opaque].map(unescaped)
  const [name, session] = (algorithm ?? 'MD5').toUpperCase().split(/-(?=SESS$)/)
  const hash = HASHES[name!]
  const qop = chooseQop(challenge.qop)
  if (!realm || !nonce || hash === undefined || qop === null) return null

  const nc = count.toString(16).padStart(8, '0')
  const secret = hash(`${username}:${realm}:${password}`)
  const ha1 = session === undefined ? secret : hash(`${secret}:${nonce}:${cnonce}`)
  const ha2 = hash(qop === 'auth-int' ? `${method}:${uri}:${hash(body)}` : `${method}:${uri}`)
  const response = hash(
    qop === 'none' ? `${ha1}:${nonce}:${ha2}` : `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`,
  )
  return [
    `Digest username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop === 'none' ? [] : [`qop=${qop}`, `nc=${nc}`]),
    ...(qop === 'none' && session === undefined ? [] : [`cnonce="${cnonce}"`]),
  ].join(', ')
}

/** Whether a challenge of this algorithm, as it is named in it, can be met. */
export function knowsAlgorithm(algorithm: string): boolean {
  return HASHES[algorithm.toUpperCase().replace(/-SESS$/, '')] !== undefined
}

type Hash = (text: string) => string

const HASHES: Readonly<Record<string, Hash | undefined>> = {
  MD5: (text) => bytesToHex(md5(utf8ToBytes(text))),
  'SHA-256': (text) => bytesToHex(sha256(utf8ToBytes(text))),
}

function chooseQop(offered: Challenge['qop']): 'none' | 'auth' | 'auth-int' | null {
  if (offered === undefined) return 'none'
  const list = (typeof offered === 'string' ? [offered] : offered).map((qop) => qop.toLowerCase())
  if (list.includes('auth')) return 'auth'
  return list.includes('auth-int') ? 'auth-int' : null
}

/** sip.js's grammar leaves the escapes of a quoted string in. */
function unescaped(text: string | undefined): string | undefined {
  return text?.replace(/\\(.)/gs, '$1')
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
