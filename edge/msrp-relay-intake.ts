import {
  BodyBuffer,
  type EndFlag,
  FrameReader,
  frameOf,
  type MsrpFrame,
  type MsrpHead,
} from '../msrp/index.ts'
import type { RequestHead } from './msrp-relay-answers.ts'
import type { PassingSend } from './msrp-relay-passing.ts'

/** Where the frames of a stream go. */
export interface IntakeSink {
  /** A whole frame; but not a SEND with a body. */
  onFrame(frame: MsrpFrame): void
  /** A SEND begins. @returns where its body goes; `null`: nowhere, it has been refused */
  onSend(head: RequestHead): PassingSend | null
}

/**
 * Reads the frames of one stream. The body of a SEND is passed on while it comes in, as soon as there
 * is more than the next hop takes at once: a message of any length costs the memory of one part, and
 * one that goes nowhere costs none.
 */
export class Intake {
  readonly #sink: IntakeSink
  readonly #reader: FrameReader
  #head: MsrpHead | null = null
  #passing: PassingSend | null = null
  #isPassing = false
  #body = new BodyBuffer()

  constructor(sink: IntakeSink) {
    this.#sink = sink
    this.#reader = new FrameReader({
      onHead: (head) => this.#begin(head),
      onBody: (bytes) => this.#take(bytes),
      onEnd: (flag) => this.#end(flag),
    })
  }

  /** @throws MsrpError if it is not MSRP */
  push(bytes: Uint8Array): void {
    this.#reader.push(bytes)
  }

  /** The stream has ended, perhaps in the middle of a message. */
  close(): void {
    this.#passing?.abandon()
    this.#passing = null
  }

  #begin(head: MsrpHead): void {
    this.#head = head
    this.#isPassing = head.kind === 'request' && head.method === 'SEND' && head.hasBody
    if (head.kind === 'response' || !this.#isPassing) return
    const { hasBody: _, ...request } = head
    this.#passing = this.#sink.onSend(request)
  }

  #take(bytes: Uint8Array): void {
    if (!this.#isPassing) return this.#body.add(bytes)
    const passing = this.#passing
    if (passing === null) return
    let rest = bytes
    while (this.#body.length + rest.length > passing.partMax) {
      const room = passing.partMax - this.#body.length
      this.#body.add(rest.subarray(0, room))
      passing.pass(this.#body.take(), null)
      rest = rest.subarray(room)
    }
    this.#body.add(rest)
  }

  #end(flag: EndFlag): void {
    const body = this.#body.take()
    const passing = this.#passing
    this.#passing = null
    if (!this.#isPassing) this.#sink.onFrame(frameOf(this.#head!, body, flag))
    else passing?.pass(body, flag)
  }
}
