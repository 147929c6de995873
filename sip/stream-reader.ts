import { SipError } from './events.ts'
import { HEAD_MAX, MESSAGE_MAX } from './limits.ts'

/**
 * Cuts the byte stream of a TCP or TLS connection into SIP messages (RFC 3261 §18.3): a head, an
 * empty line, and as many octets as Content-Length says. A line break between messages is an answer
 * to a keep-alive (RFC 5626 §3.5.1).
 */
export class StreamReader {
  #bytes = new Uint8Array(4096)
  #end = 0
  /** No empty line begins before this. */
  #searched = 0
  /** Octets of the message whose head is here; `null` if its head is not. */
  #length: number | null = null

  /**
   * @returns the messages that are complete now, in order, and `\r\n` for each keep-alive
   * @throws SipError `SIP_MALFORMED` if a message is longer than we take; nothing follows it
   */
  push(chunk: Uint8Array): string[] {
    this.#append(chunk)
    const messages: string[] = []
    let start = 0
    for (;;) {
      const end = this.#messageEnd(start)
      if (end === null) break
      messages.push(decoder.decode(this.#bytes.subarray(start, end)))
      start = end
      this.#searched = end
      this.#length = null
    }
    if (start > 0) this.#bytes.copyWithin(0, start, this.#end)
    this.#end -= start
    this.#searched -= start
    return messages
  }

  #append(chunk: Uint8Array): void {
    const end = this.#end + chunk.length
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length))
      larger.set(this.#bytes.subarray(0, this.#end))
      this.#bytes = larger
    }
    this.#bytes.set(chunk, this.#end)
    this.#end = end
  }

  /** Where the message that begins at `start` ends; `null` if it is not all here. */
  #messageEnd(start: number): number | null {
    if (this.#lineBreakAt(start)) return start + 2
    this.#length ??= this.#readLength(start)
    if (this.#length === null || start + this.#length > this.#end) return null
    return start + this.#length
  }

  #readLength(start: number): number | null {
    const body = this.#bodyStart(start)
    if (body === null) return null
    const head = decoder.decode(this.#bytes.subarray(start, body))
    const length = Number(/^(?:content-length|l)[ \t]*:[ \t]*(\d+)/im.exec(head)?.[1] ?? 0)
    if (body - start + length > MESSAGE_MAX) throw tooLong()
    return body - start + length
  }

  #bodyStart(start: number): number | null {
    for (let at = Math.max(start, this.#searched); at + 3 < this.#end; at++) {
      // The same limit in one read as in many: below, the last byte of the blank line is not here yet.
      if (at + 3 - start > HEAD_MAX) throw tooLong()
      if (this.#lineBreakAt(at) && this.#lineBreakAt(at + 2)) return at + 4
    }
    this.#searched = Math.max(start, this.#end - 3)
    if (this.#end - start > HEAD_MAX) throw tooLong()
    return null
  }

  #lineBreakAt(at: number): boolean {
    return at + 1 < this.#end && this.#bytes[at] === 0x0d && this.#bytes[at + 1] === 0x0a
  }
}

const decoder = new TextDecoder()

function tooLong(): SipError {
  return new SipError('SIP_MALFORMED', 'The server sends more than a SIP message can be.')
}
