import type { OtrErrorCode } from './events.ts'

/**
 * An incoming message that cannot be used: the peer's fault, or the network's, never the caller's.
 * `code` is the contract; the message is for humans and names fields and lengths, never content.
 */
export class OtrError extends Error {
  readonly code: OtrErrorCode

  constructor(code: OtrErrorCode, detail: string) {
    super(`${code}: ${detail}`)
    this.name = 'OtrError'
    this.code = code
  }
}

/** What a call throws whose {@link KeyWatch} gave up. */
export function cancelled(): DOMException {
  return new DOMException('the making of a key was cancelled', 'AbortError')
}
