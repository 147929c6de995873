import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * Flow tokens (RFC 5626 §5.2), for both ends of a dialog at once. The token is the user part of our
 * Record-Route; a request that brings it back goes to the other end, and only the two ends may use
 * it. An end is a name for a browser that outlives its sockets where the browser has an instance id,
 * so that a BYE still arrives after a reconnect.
 */
export class DialogTokens {
  readonly #secret: Uint8Array

  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  /** @param from - and `to`: names of ends, without a dot */
  issue(from: string, to: string): string {
    return `${from}.${to}.${this.#mac(`${from}.${to}`)}`
  }

  /** The two ends, or `null` if we did not issue the token. */
  read(token: string): readonly [from: string, to: string] | null {
    const [from, to, mac, ...rest] = token.split('.')
    if (from === undefined || to === undefined || mac === undefined || rest.length > 0) return null
    const expected = Buffer.from(this.#mac(`${from}.${to}`))
    const actual = Buffer.from(mac)
    return actual.length === expected.length && timingSafeEqual(actual, expected)
      ? [from, to]
      : null
  }

  /** Name of the end that is `user` with this instance, the same for every flow of it. */
  endOf(user: string, instance: string): string {
    return this.#mac(`end ${user} ${instance.toLowerCase()}`)
  }

  #mac(text: string): string {
    const mac = createHmac('sha256', this.#secret).update(text).digest()
    return mac.subarray(0, 12).toString('base64url')
  }
}
