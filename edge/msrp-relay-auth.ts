import {
  type DigestAuthorization,
  digestHa1,
  formatAuthenticationInfo,
  formatChallenge,
  MsrpError,
  parseAuthorization,
  verifyAuthorization,
} from '../msrp/index.ts'
import type { EdgeEnv } from './env.ts'
import { randomToken } from './env.ts'
import { NONCE_LIFETIME_MS, NONCES_MAX } from './msrp-relay-limits.ts'

/** What an AUTH proved. */
export type Verdict =
  | {
      readonly kind: 'accepted'
      readonly user: string
      /** Authentication-Info: proves to the client that we know the password too. */
      readonly info: string
    }
  /** Right password, old nonce: the client tries again by itself. */
  | { readonly kind: 'stale'; readonly user: string }
  /** `user`: who is claimed; empty if the header cannot be read. */
  | { readonly kind: 'wrong'; readonly user: string }

/** HA1 of a user, in lower-case hex; `null` for nobody. */
export type Ha1 = (user: string) => string | null

/**
 * The challenges of one connection (RFC 4976 §9.1). A nonce is of use on the connection that it was
 * given to, for a minute, and every count of it once.
 */
export class Challenges {
  readonly #realm: string
  readonly #ha1: Ha1
  readonly #env: EdgeEnv
  /** Nonce to when it was given and the highest count seen; the oldest is first. */
  readonly #nonces = new Map<string, { readonly given: number; count: number }>()

  constructor(realm: string, ha1: Ha1, env: EdgeEnv) {
    this.#realm = realm
    this.#ha1 = ha1
    this.#env = env
  }

  /** WWW-Authenticate with a fresh nonce. */
  challenge(stale: boolean): string {
    const nonce = randomToken(this.#env, 16)
    this.#nonces.set(nonce, { given: this.#env.now(), count: 0 })
    const [oldest] = this.#nonces.keys()
    if (this.#nonces.size > NONCES_MAX && oldest !== undefined) this.#nonces.delete(oldest)
    return formatChallenge({
      algorithm: 'MD5', // What every MSRP client knows (RFC 4976 §9.1).
      realm: this.#realm,
      nonce,
      opaque: nonce,
      stale,
    })
  }

  /** @param uri - the last of To-Path as it was sent: what the digest is about */
  check(value: string, uri: string): Verdict {
    const authorization = tryParse(value)
    const user = authorization?.username ?? ''
    if (authorization?.realm !== this.#realm) return { kind: 'wrong', user }
    const { nonce, nc } = authorization
    const ha1 = this.#ha1(user)
    // Of somebody unknown the digest is computed too, so that time does not tell who is known.
    const isRight = verifyAuthorization(authorization, ha1 ?? NOBODY, uri)
    if (ha1 === null || !isRight) return { kind: 'wrong', user }

    const known = this.#nonces.get(nonce)
    const count = Number.parseInt(nc, 16)
    if (known === undefined || this.#env.now() - known.given > NONCE_LIFETIME_MS) {
      return { kind: 'stale', user }
    }
    if (count <= known.count) return { kind: 'stale', user } // Heard before: a replay.
    known.count = count
    const info = formatAuthenticationInfo(authorization, ha1, uri)
    return { kind: 'accepted', user, info }
  }
}

const NOBODY = digestHa1('', '', '')

function tryParse(value: string): DigestAuthorization | null {
  try {
    return parseAuthorization(value)
  } catch (error) {
    if (!(error instanceof MsrpError)) throw error
    return null
  }
}
