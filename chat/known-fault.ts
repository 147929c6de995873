import type { ChatFault } from './events.ts'

/** Thrown where it is known in people's words already what went wrong. */
export class KnownFault extends Error {
  override readonly name = 'KnownFault'
  readonly fault: ChatFault

  constructor(fault: ChatFault) {
    super(fault.code)
    this.fault = fault
  }
}
