import type { SipMessage } from './sip-message.ts'

/**
 * One connection that SIP runs over (RFC 5626 §1): a browser's WebSocket, or something inside the
 * edge that speaks SIP too.
 */
export interface SipFlow {
  /** Unique for the life of the edge; never used again. */
  readonly id: string
  /** Remote IP address, for limits. */
  readonly remoteAddress: string
  /** Sends, or loses the message if the flow has closed. */
  send(message: SipMessage): void
}
