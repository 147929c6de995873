import { BodyBuffer } from './body-buffer.ts'
import { MsrpError } from './events.ts'
import { type EndFlag, header, type MsrpFrame, parseByteRange } from './frame.ts'
import { FrameReader } from './frame-reader.ts'
import { FRAME_MAX } from './limits.ts'
import type { MsrpHead } from './parse.ts'

/**
 * Cuts a byte stream into whole frames (RFC 4975 over TCP or TLS). A frame is held until it is whole;
 * `frameMax` bounds it. See {@link FrameReader} for frames that are too large to be held.
 */
export class StreamParser {
  readonly #reader: FrameReader
  readonly #frameMax: number
  #head: MsrpHead | null = null
  #body = new BodyBuffer()

  /**
   * @param sink - gets the frames; a body that came in one read is a view of it
   * @param frameMax - most bytes of body in one frame
   */
  constructor(sink: (frame: MsrpFrame) => void, frameMax = FRAME_MAX) {
    this.#frameMax = frameMax
    this.#reader = new FrameReader({
      onHead: (head) => {
        this.#head = head
        this.#body = new BodyBuffer(expected(head))
      },
      onBody: (bytes) => this.#add(bytes),
      onEnd: (flag) => sink(frameOf(this.#head!, this.#body.take(), flag)),
    })
  }

  /** Bytes compared or moved so far, but for those of bodies in several reads. */
  get work(): number {
    return this.#reader.work
  }

  /**
   * Takes what has arrived; the sink gets every frame that it completes. After an error the stream
   * is out of step for good: every further call throws the same.
   *
   * @throws MsrpError what {@link parseFrame} throws
   */
  push(bytes: Uint8Array): void {
    this.#reader.push(bytes)
  }

  #add(bytes: Uint8Array): void {
    if (this.#body.length + bytes.length > this.#frameMax) {
      throw new MsrpError('MSRP_TOO_LARGE', `frame over ${this.#frameMax} B`)
    }
    this.#body.add(bytes)
  }
}

/** The frame that a head, all of its body and the flag of its end-line make. */
export function frameOf(head: MsrpHead, body: Uint8Array, flag: EndFlag): MsrpFrame {
  if (head.kind === 'response') return { ...head, flag }
  const { hasBody, ...request } = head
  return { ...request, body: hasBody ? body : null, flag }
}

/** What the peer says the chunk will have, in bytes; deployed peers may be wrong. */
function expected(head: MsrpHead): number {
  if (head.kind === 'response' || !head.hasBody) return 0
  const range = header(head, 'Byte-Range')
  try {
    const { start, end, total } = parseByteRange(range ?? '')
    return (end ?? total ?? 0) - start + 1
  } catch {
    return 0
  }
}
