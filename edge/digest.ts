import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { EdgeEnv } from './env.ts'
import { NONCE_LIFETIME_MS, NONCES_MAX } from './limits.ts'
import { parseAuthParams } from './sip-fields.ts'

/** RFC 7616; SIP learns SHA-256 in RFC 8760. */
export type DigestAlgorithm = 'MD5' | 'SHA-256'

export interface DigestOptions {
  readonly realm: string
  /** `H(user:realm:password)` in hex, or `null` for a user that does not exist. */
  readonly ha1: (user: string, algorithm: DigestAlgorithm) => string | null
  readonly env: Pick<EdgeEnv, 'now' | 'random'>
}

export type DigestResult =
  | { readonly is: 'ok'; readonly user: string }
  /** Nothing usable for our realm was there. */
  | { readonly is: 'absent' }
  /** The nonce is too old, or was used before: the client may go on with a new one unasked. */
  | { readonly is: 'stale' }
  | { readonly is: 'wrong'; readonly user: string }

/** `H(user:realm:password)`: all that is ever stored of a password. */
export function digestHa1(
  algorithm: DigestAlgorithm,
  user: string,
  realm: string,
  password: string,
): string {
  return hash(algorithm, `${user}:${realm}:${password}`)
}

/**
 * Challenges and checks credentials (RFC 3261 §22, RFC 8760). A nonce is a time under a MAC, so
 * handing one out costs no memory; only those that were used are remembered, to refuse a replay.
 */
export class DigestVerifier {
  readonly #options: DigestOptions
  readonly #secret: Uint8Array
  /** Highest nonce count seen of each nonce in use, oldest nonce first. */
  readonly #counts = new Map<string, number>()

  constructor(options: DigestOptions) {
    this.#options = options
    this.#secret = options.env.random(32)
  }

  /**
   * Values for `WWW-Authenticate` or `Proxy-Authenticate`: the strongest first, as RFC 8760 §2.4
   * has it, and MD5 last, because sip.js sees the last one only and knows nothing else.
   *
   * @param scope - what the nonce is good for: a flow. Credentials seen elsewhere are worth nothing.
   */
  challenges(scope: string, stale: boolean): string[] {
    return (['SHA-256', 'MD5'] as const).map(
      (algorithm) =>
        `Digest realm="${this.#options.realm}", nonce="${this.#nonce(scope)}", ` +
        `algorithm=${algorithm}, qop="auth"${stale ? ', stale=true' : ''}`,
    )
  }

  /**
   * Checks the values of `Authorization` or `Proxy-Authorization`; the one of our realm counts.
   *
   * The URI under the digest need not be the Request-URI, which proxies rewrite: what a replay
   * under another URI would gain, the nonce's scope and count already refuse.
   */
  verify(values: readonly string[], method: string, scope: string): DigestResult {
    for (const value of values) {
      const params = parseAuthParams(/^Digest\s+(.*)$/i.exec(value)?.[1] ?? '')
      if (params.get('realm') === this.#options.realm) return this.#check(params, method, scope)
    }
    return { is: 'absent' }
  }

  #check(params: ReadonlyMap<string, string>, method: string, scope: string): DigestResult {
    const get = (name: string): string => params.get(name) ?? ''
    const algorithm = readAlgorithm(get('algorithm'))
    const [user, nonce, nc] = [get('username'), get('nonce'), get('nc')]
    if (algorithm === null || get('qop').toLowerCase() !== 'auth' || !/^[\da-f]{8}$/i.test(nc)) {
      return { is: 'absent' }
    }
    if (!this.#isFresh(nonce, scope)) return { is: 'stale' }
    // An unknown user takes the same path and time as a wrong password.
    const known = this.#options.ha1(user, algorithm)
    const ha1 = known ?? hash(algorithm, `${user}:${nonce}`)
    const ha2 = hash(algorithm, `${method}:${get('uri')}`)
    const expected = hash(algorithm, `${ha1}:${nonce}:${nc}:${get('cnonce')}:auth:${ha2}`)
    if (!equal(expected, get('response').toLowerCase()) || known === null) {
      return { is: 'wrong', user }
    }
    return this.#countUp(nonce, Number.parseInt(nc, 16)) ? { is: 'ok', user } : { is: 'stale' }
  }

  #nonce(scope: string): string {
    const seed = new Uint8Array(16)
    seed.set(this.#options.env.random(8), 8)
    new DataView(seed.buffer).setBigUint64(0, BigInt(this.#options.env.now()))
    return Buffer.concat([seed, this.#mac(seed, scope)]).toString('base64url')
  }

  #isFresh(nonce: string, scope: string): boolean {
    const bytes = Buffer.from(nonce, 'base64url')
    if (bytes.length !== 32) return false
    const seed = bytes.subarray(0, 16)
    if (!timingSafeEqual(this.#mac(seed, scope), bytes.subarray(16))) return false
    const age = this.#options.env.now() - Number(seed.readBigUInt64BE(0))
    return age >= 0 && age <= NONCE_LIFETIME_MS
  }

  #mac(seed: Uint8Array, scope: string): Buffer {
    return createHmac('sha256', this.#secret).update(seed).update(scope).digest().subarray(0, 16)
  }

  /** @returns false if this count, or a higher one, was used with the nonce before */
  #countUp(nonce: string, count: number): boolean {
    if (count <= (this.#counts.get(nonce) ?? 0)) return false
    this.#counts.set(nonce, count)
    if (this.#counts.size > NONCES_MAX) {
      // Once forgotten it could be replayed, but only by the flow it was made for.
      const [oldest] = this.#counts.keys()
      this.#counts.delete(oldest!)
    }
    return true
  }
}

function readAlgorithm(name: string): DigestAlgorithm | null {
  const upper = name.toUpperCase()
  if (upper === '' || upper === 'MD5') return 'MD5'
  return upper === 'SHA-256' ? 'SHA-256' : null
}

function hash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex')
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
