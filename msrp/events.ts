/** A message handed to {@link MsrpSession.send}, or received whole. */
export interface MsrpMessage {
  /** Message-ID: 4–32 characters of `ident` (RFC 4975 §9); the same one for a resend. */
  readonly id: string
  /** Media type with parameters, e.g. `message/cpim`. */
  readonly contentType: string
  readonly body: Uint8Array
}

/** A body and its media type. */
export type MsrpContent = Pick<MsrpMessage, 'contentType' | 'body'>

/** What to ask of the other end for one message (RFC 4975 §7.1.2). */
export interface MsrpReports {
  /** `yes`: a REPORT says that the message arrived and was accepted. */
  readonly success: 'yes' | 'no'
  readonly failure: 'yes' | 'partial' | 'no'
}

/** Everything that can happen in one MSRP session. */
export type MsrpSessionEvent =
  /** The connection is bound to the session at both ends: messages may go. */
  | { readonly type: 'bound' }
  /**
   * A whole message. The transaction has been answered 200 already; if `reportWanted`, the receiver
   * says with {@link MsrpSession.report} what became of it once it has been read and stored.
   */
  | { readonly type: 'message'; readonly message: MsrpMessage; readonly reportWanted: boolean }
  /** Every chunk was answered 200 by the next hop, which only `failure: 'yes'` asks for. */
  | { readonly type: 'sent'; readonly id: string }
  /** Success REPORTs cover the whole message. */
  | { readonly type: 'delivered'; readonly id: string }
  /**
   * An error response, a failure REPORT, or no answer in 30 s (408). After a 408 `delivered` may
   * still come.
   */
  | {
      readonly type: 'failed'
      readonly id: string
      readonly status: number
      readonly reason: string
    }
  /** The peer broke the protocol; the frame had no effect. */
  | { readonly type: 'violation'; readonly error: MsrpError }
  /** The connection is gone or the session unusable (481, 506). The last event of a session. */
  | {
      readonly type: 'closed'
      readonly by: 'local' | 'remote' | 'network'
      readonly reason: string
    }

/**
 * Why bytes, a frame or a header were refused. Errors carry names, lengths and codes, never content.
 *
 * - `MSRP_BAD_START_LINE`, `MSRP_BAD_HEADER`, `MSRP_BAD_URI`, `MSRP_BAD_RANGE`, `MSRP_BAD_END_LINE`:
 *   not the grammar of RFC 4975 §9.
 * - `MSRP_TOO_LARGE`: above a limit of `limits.ts`.
 * - `MSRP_WRONG_SESSION`: To-Path or From-Path is not of this session (481).
 * - `MSRP_AUTH_REFUSED`: the relay does not accept name and password, or forbids (401, 403).
 * - `MSRP_AUTH_FAILED`: the relay's answer to AUTH is not usable, or it could not prove itself.
 * - `MSRP_TIMEOUT`: no answer within 30 s.
 * - `MSRP_CONNECTION_LOST`: the wire closed.
 * - `CPIM_MALFORMED`: not the shape of RFC 3862.
 */
export type MsrpErrorCode =
  | 'MSRP_BAD_START_LINE'
  | 'MSRP_BAD_HEADER'
  | 'MSRP_BAD_URI'
  | 'MSRP_BAD_RANGE'
  | 'MSRP_BAD_END_LINE'
  | 'MSRP_TOO_LARGE'
  | 'MSRP_WRONG_SESSION'
  | 'MSRP_AUTH_REFUSED'
  | 'MSRP_AUTH_FAILED'
  | 'MSRP_TIMEOUT'
  | 'MSRP_CONNECTION_LOST'
  | 'CPIM_MALFORMED'

export class MsrpError extends Error {
  override readonly name = 'MsrpError'
  readonly code: MsrpErrorCode

  constructor(code: MsrpErrorCode, detail: string) {
    super(`${code}: ${detail}`)
    this.code = code
  }
}
