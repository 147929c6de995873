import type { SipSink } from './agent-door.ts'
import type { SipEvent } from './events.ts'

/**
 * Tells events later, in order: the consumer may call back at once without finding sip.js in the
 * middle of something, and an exception of the consumer is not mistaken for one of the peer.
 */
export class OrderedSink {
  /** What is told while this is true is not heard; nor is what was told just before. */
  isSilent = false
  readonly #sink: SipSink

  constructor(sink: SipSink) {
    this.#sink = sink
  }

  readonly tell = (event: SipEvent): void => {
    queueMicrotask(() => {
      if (!this.isSilent) this.#sink(event)
    })
  }
}
