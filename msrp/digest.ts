import { md5 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { MsrpError } from './events.ts'

/** RFC 4976 knows MD5 alone; a server that asks for SHA-256 in SIP (RFC 8760) does so in MSRP too. */
export type DigestAlgorithm = 'MD5' | 'SHA-256'

/** The parameters of WWW-Authenticate that matter here (RFC 4976 §9.1). */
export interface DigestChallenge {
  readonly algorithm: DigestAlgorithm
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | null
  /** Name and password may be right; only the nonce has lapsed. */
  readonly stale: boolean
}

/** The parameters of Authorization. */
export interface DigestAuthorization {
  readonly algorithm: DigestAlgorithm
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | null
  /** Eight hexadecimal digits. */
  readonly nc: string
  readonly cnonce: string
  readonly response: string
  /** RFC 7977's example sends it, RFC 4976 does not know it. */
  readonly uri: string | null
}

/** What is hashed, besides the name and password in `ha1`. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm
  /** `H(username:realm:password)`, see {@link digestHa1}. */
  readonly ha1: string
  readonly nonce: string
  readonly nc: string
  readonly cnonce: string
  /** The rightmost URI of To-Path, exactly as sent. */
  readonly uri: string
}

export function digestHa1(
  username: string,
  realm: string,
  password: string,
  algorithm: DigestAlgorithm = 'MD5',
): string {
  return HASHES[algorithm](`${username}:${realm}:${password}`)
}

/** The `response` of an AUTH (RFC 4976 §5.1, qop=auth). */
export function digestResponse(input: DigestInput): string {
  return hashed(input, 'AUTH')
}

/** The `rspauth` with which the relay proves that it knows the password as well. */
export function digestRspauth(input: DigestInput): string {
  return hashed(input, '')
}

/**
 * True if the response proves the password behind `ha1` for this URI. Whether the nonce is ours and
 * fresh, and `nc` not used before, is the relay's to know.
 */
export function verifyAuthorization(
  authorization: DigestAuthorization,
  ha1: string,
  uri: string,
): boolean {
  if (authorization.uri !== null && authorization.uri !== uri) return false
  return equalHex(digestResponse({ ...authorization, ha1, uri }), authorization.response)
}

/** The value of Authentication-Info for an authorization that was verified. */
export function formatAuthenticationInfo(
  { algorithm, nonce, nc, cnonce }: DigestAuthorization,
  ha1: string,
  uri: string,
): string {
  const rspauth = digestRspauth({ algorithm, ha1, nonce, nc, cnonce, uri })
  return `rspauth="${rspauth}", cnonce=${quoted(cnonce)}, nc=${nc}, qop=auth`
}

/** True if the relay's Authentication-Info proves that it knows the password. */
export function verifyAuthenticationInfo(value: string, input: DigestInput): boolean {
  const parameters = parseParameters(value)
  return (
    parameters.get('nc') === input.nc &&
    parameters.get('cnonce') === input.cnonce &&
    equalHex(digestRspauth(input), parameters.get('rspauth') ?? '')
  )
}

/** @throws MsrpError `MSRP_BAD_HEADER` if it is not a Digest challenge that can be met, with qop=auth */
export function parseChallenge(value: string): DigestChallenge {
  const parameters = parseDigest(value)
  const qop = (parameters.get('qop') ?? 'auth').split(',').map((word) => word.trim())
  if (!qop.includes('auth')) throw new MsrpError('MSRP_BAD_HEADER', 'challenge is without qop=auth')
  return {
    algorithm: readAlgorithm(parameters),
    realm: required(parameters, 'realm'),
    nonce: required(parameters, 'nonce'),
    opaque: parameters.get('opaque') ?? null,
    stale: parameters.get('stale')?.toLowerCase() === 'true',
  }
}

export function formatChallenge(challenge: DigestChallenge): string {
  const { algorithm, realm, nonce, opaque, stale } = challenge
  const rest = (opaque === null ? '' : `, opaque=${quoted(opaque)}`) + (stale ? ', stale=true' : '')
  const [of, by] = [`realm=${quoted(realm)}, nonce=${quoted(nonce)}`, `algorithm=${algorithm}`]
  return `Digest ${of}, qop="auth", ${by}${rest}`
}

/** @throws MsrpError `MSRP_BAD_HEADER` */
export function parseAuthorization(value: string): DigestAuthorization {
  const parameters = parseDigest(value)
  if (parameters.get('qop') !== 'auth' || !/^[0-9a-f]{8}$/i.test(parameters.get('nc') ?? '')) {
    throw new MsrpError('MSRP_BAD_HEADER', 'authorization is without qop=auth and nc')
  }
  return {
    algorithm: readAlgorithm(parameters),
    username: required(parameters, 'username'),
    realm: required(parameters, 'realm'),
    nonce: required(parameters, 'nonce'),
    opaque: parameters.get('opaque') ?? null,
    nc: required(parameters, 'nc'),
    cnonce: required(parameters, 'cnonce'),
    response: required(parameters, 'response'),
    uri: parameters.get('uri') ?? null,
  }
}

export function formatAuthorization(authorization: DigestAuthorization): string {
  const { algorithm, username, realm, nonce, opaque, nc, cnonce, response, uri } = authorization
  // Comma and one space: msrprelay splits at exactly these.
  return [
    `Digest username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    ...(uri === null ? [] : [`uri=${quoted(uri)}`]),
    'qop=auth',
    `nc=${nc}`,
    `cnonce=${quoted(cnonce)}`,
    `response="${response}"`,
    ...(opaque === null ? [] : [`opaque=${quoted(opaque)}`]),
    ...(algorithm === 'MD5' ? [] : [`algorithm=${algorithm}`]),
  ].join(', ')
}

function hashed(input: DigestInput, method: string): string {
  const { algorithm, ha1, nonce, nc, cnonce, uri } = input
  const hash = HASHES[algorithm]
  return hash(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${hash(`${method}:${uri}`)}`)
}

const HASHES: Readonly<Record<DigestAlgorithm, (text: string) => string>> = {
  MD5: (text) => bytesToHex(md5(utf8ToBytes(text))),
  'SHA-256': (text) => bytesToHex(sha256(utf8ToBytes(text))),
}

function readAlgorithm(parameters: ReadonlyMap<string, string>): DigestAlgorithm {
  const name = (parameters.get('algorithm') ?? 'MD5').toUpperCase()
  if (name === 'MD5' || name === 'SHA-256') return name
  throw new MsrpError('MSRP_BAD_HEADER', 'digest is for neither MD5 nor SHA-256')
}

function parseDigest(value: string): Map<string, string> {
  const scheme = /^Digest[ \t]+/i.exec(value)
  if (scheme === null) throw new MsrpError('MSRP_BAD_HEADER', 'scheme is not Digest')
  return parseParameters(value.slice(scheme[0].length))
}

/** `name=value` pairs in any order, with or without blanks after commas; names in lower case. */
function parseParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>()
  const pair = /[ \t]*([A-Za-z0-9_-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))[ \t]*(?:,|$)/y
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text)
    if (match === null) throw new MsrpError('MSRP_BAD_HEADER', 'digest parameters')
    const name = match[1]!.toLowerCase()
    if (parameters.has(name)) throw new MsrpError('MSRP_BAD_HEADER', 'digest parameter twice')
    parameters.set(name, match[2]?.replaceAll(/\\(.)/g, '$1') ?? match[3]!)
  }
  return parameters
}

function required(parameters: Map<string, string>, name: string): string {
  const value = parameters.get(name)
  if (value === undefined || value === '') {
    throw new MsrpError('MSRP_BAD_HEADER', `no ${name} in digest parameters`)
  }
  return value
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** Takes as long for a wrong digit at the start as for one at the end. */
function equalHex(expected: string, given: string): boolean {
  if (expected.length !== given.length) return false
  let difference = 0
  for (let i = 0; i < expected.length; i++) {
    difference |= expected.charCodeAt(i) ^ given.toLowerCase().charCodeAt(i)
  }
  return difference === 0
}
