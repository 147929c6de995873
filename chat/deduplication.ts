import { SEEN_MAX } from './limits.ts'

/** Shortest Message-ID that says anything: SylkServer's gateway writes `None` for every message. */
const ID_MIN = 8

/**
 * Recognises what has come before: a message that its sender repeated because nobody confirmed it,
 * and copies that SylkServer makes of one OTR text.
 *
 * A text counts as the same by length and a 64-bit digest. That is no cryptography, and need not be:
 * whoever can make two texts collide is their author, and loses a message of his own.
 */
export class Deduplication {
  readonly #seen = new Set<string>()

  /** True the first time for a Message-ID together with its text. */
  isNewMessage(id: string, text: string): boolean {
    return id.length < ID_MIN || this.#isNew(`${id} ${digest(text)}`)
  }

  /**
   * True the first time for what somebody wrote into a room. Message-IDs say nothing there, since the
   * room gives its own to each copy; when it was written stays.
   */
  isNewInRoom(from: string, writtenAt: number, text: string): boolean {
    return this.#isNew(`${from} ${writtenAt} ${digest(text.replaceAll('\r\n', '\n'))}`)
  }

  /** True the first time for a text on the wire. Queries and the handshake may be repeated. */
  isNewWire(text: string): boolean {
    return !DATA_MESSAGE.test(text) || this.#isNew(digest(text))
  }

  #isNew(key: string): boolean {
    if (this.#seen.has(key)) return false
    this.#seen.add(key)
    if (this.#seen.size > SEEN_MAX) this.#seen.delete(this.#seen.values().next().value!)
    return true
  }
}

/** Base64 of version 2 or 3 and type 0x03 (OTRv3, "Data Message"). */
const DATA_MESSAGE = /^\?OTR:AA[IM]D/

/** Two 32-bit FNV-1a variants and the length. */
function digest(text: string): string {
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x85ebca6b)
    b ^= b >>> 13
  }
  return `${text.length}.${(a >>> 0).toString(36)}.${(b >>> 0).toString(36)}`
}
