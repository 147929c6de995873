import type { SipEvent } from './events.ts'

/** The part of a browser's WebSocket that SIP needs; `ws` offers the same in Node. */
export interface SipSocket {
  readonly readyState: number
  send(data: string): void
  close(code?: number): void
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  onerror: (() => void) | null
}

/** What the outside world lends the agent. */
export interface SipEnv {
  /**
   * Opens a WebSocket with subprotocol `sip` (RFC 7118 §4). In a browser its `binaryType` must be
   * `arraybuffer`: servers may send bytes, and tunnels always do.
   */
  connect(url: string): SipSocket
  random(length: number): Uint8Array
  /** Runs `task` after `ms` milliseconds; the result cancels it. */
  after(ms: number, task: () => void): () => void
  /** Milliseconds since the epoch. */
  now(): number
}

export interface SipAccount {
  /** `sip:user@domain`. */
  readonly address: string
  readonly password: string
  /** `ws:` or `wss:` URL; with the path `/tunnel/sips/DOMAIN` it leads to a provider's TLS port. */
  readonly server: string
  readonly displayName: string | null
  /** UUID of this installation, kept over restarts (`+sip.instance`, RFC 5626 §4.1). */
  readonly instanceId: string
}

/** One SIP account: registered, calling and callable. See `SipAgent`. */
export interface SipAgentDoor {
  /** Connects and registers, and goes on trying with back-off until `stop`. */
  start(): void
  /** Ends sessions, unregisters and closes, within 2 s. No event follows. */
  stop(): Promise<void>
  /** The network may have changed, or the machine woke: probes at once, reconnects if dead. */
  probe(): void
  /** INVITE with this offer. @returns the `call` of its events */
  invite(peer: string, offer: import('./events.ts').MsrpDescription): string
  /** 200 with this answer. Ignored if the call has ended meanwhile. */
  accept(call: string, answer: import('./events.ts').MsrpDescription): void
  /** 603 if the person declined, 486 if busy, 488 if there is no chat in it. */
  refuse(call: string, status: 480 | 486 | 488 | 603): void
  /** CANCEL or BYE. */
  end(call: string): void
}

/** Where events go. One consumer; fan-out is the consumer's business. */
export type Sink<Event> = (event: Event) => void
export type SipSink = Sink<SipEvent>
