import type { Wire } from '../msrp/index.ts'
import type { HopSocket } from './msrp-relay-hop.ts'
import { INSIDE_HELD_MAX } from './msrp-relay-limits.ts'

/**
 * The wire of an endpoint inside the edge, and the relay's end of it. Frames cross between two turns
 * of the event loop, so that whoever sends is not answered before the call returns.
 */
export class InsideWire implements Wire {
  readonly framing = 'message'
  onBytes: Wire['onBytes'] = () => {}
  onClose: Wire['onClose'] = () => {}
  readonly #toRelay: (bytes: Uint8Array) => void
  readonly #onGone: () => void
  #isOpen = true
  #isPaused = false
  /** Sent while the relay does not read. */
  readonly #held: Uint8Array[] = []

  /** @param onGone - for the relay: the endpoint has closed */
  constructor(toRelay: (bytes: Uint8Array) => void, onGone: () => void) {
    this.#toRelay = toRelay
    this.#onGone = onGone
  }

  /** The relay's end. */
  readonly socket: HopSocket = {
    backlog: 0,
    send: (bytes, done) => {
      queueMicrotask(() => {
        if (this.#isOpen) this.onBytes(bytes)
        done()
      })
    },
    pause: () => {
      this.#isPaused = true
    },
    resume: () => {
      this.#isPaused = false
      while (!this.#isPaused && this.#held.length > 0) this.#toRelay(this.#held.shift()!)
    },
    close: (why) => {
      if (!this.#isOpen) return
      this.#isOpen = false
      queueMicrotask(() => {
        this.#onGone()
        this.onClose({ by: 'remote', error: why })
      })
    },
  }

  send(bytes: Uint8Array): void {
    queueMicrotask(() => {
      if (!this.#isOpen) return
      if (!this.#isPaused) this.#toRelay(bytes)
      else if (this.#held.push(bytes) > INSIDE_HELD_MAX) this.socket.close('stalled')
    })
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    queueMicrotask(this.#onGone)
  }
}
