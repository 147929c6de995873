/**
 * One ordered, reliable connection to an MSRP relay or peer: a WebSocket, a TCP or TLS stream, or a
 * test's idea of one. Whoever makes it owns the socket; whoever is given it owns the two callbacks.
 */
export interface Wire {
  /**
   * `message`: each `send` and each `onBytes` is exactly one MSRP frame (RFC 7977 §5).
   * `stream`: bytes without boundaries (RFC 4975 over TCP or TLS).
   */
  readonly framing: 'message' | 'stream'
  send(bytes: Uint8Array): void
  close(): void
  onBytes: (bytes: Uint8Array) => void
  /** Called at most once. `error` names what is known of the cause; it is for people, not for code. */
  onClose: (why: { readonly by: 'local' | 'remote'; readonly error: string | null }) => void
}

/** What the outside world lends the connection: time and randomness, so that tests own both. */
export interface MsrpEnv {
  /** Fills a fresh array from a CSPRNG. */
  random(length: number): Uint8Array
  /** Runs `task` after `ms` milliseconds; the result cancels it. */
  after(ms: number, task: () => void): () => void
}
