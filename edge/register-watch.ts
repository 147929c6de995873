/** Longest head of a SIP message that is looked at: 16 KiB. */
const HEAD_MAX = 16 * 1024
/** Longest body that is skipped: 64 KiB, as the largest SIP message elsewhere. */
const BODY_MAX = 64 * 1024

/**
 * Reads along in what a provider sends down a tunnel, as far as to see that a REGISTER was answered
 * with 2xx: status, CSeq and Content-Length, and nothing else. Bodies are skipped, so that what one
 * person writes to another cannot pass for an answer. A stream that is not SIP is never looked at
 * again.
 */
export class RegisterWatch {
  readonly #onRegistered: () => void
  /** The part of a head that is here; latin1, so that a character is a byte. */
  #head = ''
  /** Bytes of a body that are still to come. */
  #skip = 0
  #isLost = false

  constructor(onRegistered: () => void) {
    this.#onRegistered = onRegistered
  }

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.#isLost; ) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, bytes.length - at)
        this.#skip -= skipped
        at += skipped
      } else {
        at += this.#readHead(bytes, at)
      }
    }
  }

  /** @returns how many bytes it took */
  #readHead(bytes: Buffer, at: number): number {
    const before = this.#head.length
    // The end may lie across the seam: look again at the last three characters of before.
    const text = bytes.toString('latin1', at, Math.min(bytes.length, at + HEAD_MAX))
    const seam = Math.max(0, before - 3)
    const end = (this.#head.slice(seam) + text).indexOf('\r\n\r\n')
    if (end === -1) {
      // Line breaks between messages are keep-alives (RFC 5626 §3.5.1).
      this.#head = (this.#head + text).replace(/^(?:\r\n)+/, '')
      if (this.#head.length > HEAD_MAX) this.#giveUp()
      return text.length
    }
    const head = (this.#head + text).slice(0, seam + end + 4)
    this.#head = ''
    this.#onHead(head.replace(/^(?:\r\n)+/, ''))
    return head.length - before
  }

  #onHead(head: string): void {
    if (head === '') return
    const length = Number(
      /\r\n(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})\r\n/i.exec(head)?.[1] ?? 0,
    )
    if (!SIP.test(head) || length > BODY_MAX) return this.#giveUp()
    this.#skip = length
    const isSuccess = /^SIP\/2\.0 2\d\d /i.test(head)
    if (isSuccess && /\r\ncseq[ \t]*:[ \t]*\d+[ \t]+REGISTER[ \t]*\r\n/i.test(head)) {
      this.#onRegistered()
    }
  }

  #giveUp(): void {
    this.#isLost = true
    this.#head = ''
  }
}

/** A status line, or a request line. */
const SIP = /^(?:SIP\/2\.0 \d{3} [^\r\n]*|[A-Z]+ [^ \r\n]+ SIP\/2\.0)\r\n/i
