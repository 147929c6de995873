import type { MsrpDescription, SipEvent } from './events.ts'

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
  /**
   * Further servers of the same kind, WebSocket or tunnel: each time one cannot be reached or does
   * not answer, the next is tried, in turn, with the same back-off.
   */
  readonly servers?: readonly string[]
  /**
   * Whether to go by the GRUU that the registrar gives (RFC 5627), so that later requests find this
   * installation by the provider alone. Off by default: it names the installation to every peer.
   */
  readonly gruu?: boolean
}

/** What an agent needs that has a connection already. */
export type SipClock = Omit<SipEnv, 'connect'>

/** One SIP account: registered, calling and callable. See `SipAgent`. */
export interface SipAgentDoor {
  /** Connects and registers, and goes on trying with back-off until `stop`. */
  start(): void
  /** Ends sessions, unregisters and closes, within 2 s. No event follows. */
  stop(): Promise<void>
  /** The network may have changed, or the machine woke: probes at once, reconnects if dead. */
  probe(): void
  /** INVITE with this offer. @returns the `call` of its events */
  invite(peer: string, offer: MsrpDescription): string
  /** 200 with this answer. Ignored if the call has ended meanwhile. */
  accept(call: string, answer: MsrpDescription): void
  /** 603 if the person declined, 486 if busy, 488 if there is no chat in it. */
  refuse(call: string, status: 480 | 486 | 488 | 603): void
  /**
   * CANCEL or BYE.
   *
   * @param cause - SIP status that the BYE gives as its reason (RFC 3326): it broke, nobody ended it
   */
  end(call: string, cause?: number): void
  /**
   * Subscribes to the roster of an established call whose peer is a focus (RFC 4575), until the call
   * ends. A room that keeps no roster, or not for us, sends none: that is no error. Anything but such
   * a call is ignored.
   */
  watchRoom(call: string): void
  /**
   * Asks the room of such a call to call somebody in (RFC 4579 §5); if it calls nobody, asks the
   * person to come. Ignored if the call has ended meanwhile.
   *
   * @param who - a SIP address
   */
  inviteToRoom(call: string, who: string): void
  /**
   * Sends a MESSAGE outside any session (RFC 3428). It may arrive twice, late or never.
   *
   * @returns the `page` of its result
   * @throws TypeError if the type is not `type/subtype`; RangeError if the body is longer than 1300
   *   octets (RFC 3428 §8)
   */
  sendPage(peer: string, contentType: string, body: string): string
}

/** Where events go. One consumer; fan-out is the consumer's business. */
export type Sink<Event> = (event: Event) => void
export type SipSink = Sink<SipEvent>
