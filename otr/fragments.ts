import { OtrError } from './errors.ts'
import type { OtrVersion } from './events.ts'
import {
  FRAGMENT_AGE_MAX_MS,
  FRAGMENT_CHARS_MAX,
  FRAGMENT_CHARS_MIN,
  FRAGMENTS_MAX,
  INSTANCES_MAX,
} from './limits.ts'
import type { Header } from './messages.ts'

/** One piece of an encoded message (OTRv3, "Fragmentation"). */
export interface Fragment {
  readonly version: OtrVersion
  /** 0 in version 2. Not authenticated, like everything here. */
  readonly senderTag: number
  readonly receiverTag: number
  /** 1 to `total`. */
  readonly index: number
  readonly total: number
  readonly piece: string
}

/**
 * Splits a message for a path that carries at most `limit` characters at a time.
 *
 * @returns texts in sending order; the message itself if it fits
 * @throws RangeError if `limit` leaves no room for content, or more than 65535 pieces would be needed
 */
export function split(message: string, limit: number, header: Header): string[] {
  if (message.length <= limit) return [message]
  const room = limit - write(header, 1, 1, '').length
  if (room < 1) throw new RangeError(`nothing fits in ${limit} characters`)
  const total = Math.ceil(message.length / room)
  if (total > FRAGMENTS_MAX) throw new RangeError(`${total} fragments`)
  return Array.from({ length: total }, (_, i) =>
    write(header, i + 1, total, message.slice(i * room, (i + 1) * room)),
  )
}

function write(header: Header, index: number, total: number, piece: string): string {
  const tags = header.version === 3 ? `|${hex(header.senderTag)}|${hex(header.receiverTag)},` : ','
  return `?OTR${tags}${decimal(index)},${decimal(total)},${piece},`
}

const hex = (tag: number) => tag.toString(16).padStart(8, '0')
const decimal = (count: number) => count.toString().padStart(5, '0')

/** @throws OtrError `OTR_MALFORMED` */
export function parseFragment(text: string): Fragment {
  // The specification wants no empty piece, but otr3's last one is, where the others divide evenly.
  const parts = /^\?OTR(?:\|([\da-f]{1,8})\|([\da-f]{1,8}))?,(\d{1,5}),(\d{1,5}),([^,]*),/i.exec(
    text,
  )
  if (parts === null) throw new OtrError('OTR_MALFORMED', `fragment of ${text.length} characters`)
  const [, senderTag, receiverTag, index, total, piece] = parts
  const fragment: Fragment = {
    version: senderTag === undefined ? 2 : 3,
    senderTag: Number.parseInt(senderTag ?? '0', 16),
    receiverTag: Number.parseInt(receiverTag ?? '0', 16),
    index: Number(index),
    total: Number(total),
    piece: piece!,
  }
  if (fragment.index < 1 || fragment.index > fragment.total || fragment.total > FRAGMENTS_MAX) {
    throw new OtrError('OTR_MALFORMED', 'fragment count')
  }
  return fragment
}

interface Partial {
  readonly total: number
  readonly since: number
  readonly pieces: string[]
  /** Characters, each piece counted as at least {@link FRAGMENT_CHARS_MIN}. */
  size: number
}

/**
 * Puts the fragments of one peer together, those of each of its devices for themselves. Only
 * fragments in sequence are taken; whatever is out of sequence ends the message it belongs to.
 */
export class Reassembler {
  /** By sender tag, the one begun first in front. */
  readonly #partials = new Map<number, Partial>()

  /**
   * @param now - milliseconds
   * @returns the whole message once its last fragment is in, else `null`
   * @throws OtrError `OTR_TOO_LARGE`; the message is forgotten
   */
  accept(fragment: Fragment, now: number): string | null {
    const { senderTag, index, total, piece } = fragment
    if (index === 1) {
      this.#partials.delete(senderTag)
      this.#partials.set(senderTag, { total, since: now, pieces: [], size: 0 })
    }
    const partial = this.#partials.get(senderTag)
    if (partial === undefined) return null
    const inSequence = total === partial.total && index === partial.pieces.length + 1
    if (!inSequence || now - partial.since > FRAGMENT_AGE_MAX_MS) {
      this.#partials.delete(senderTag)
      return null
    }
    partial.pieces.push(piece)
    partial.size += Math.max(piece.length, FRAGMENT_CHARS_MIN)
    if (partial.size > FRAGMENT_CHARS_MAX) {
      this.#partials.delete(senderTag)
      throw new OtrError('OTR_TOO_LARGE', `${index} of ${total} fragments`)
    }
    if (index === total) {
      this.#partials.delete(senderTag)
      return partial.pieces.join('')
    }
    this.#makeRoom(partial)
    return null
  }

  /** An unfragmented message came from that device: what it had begun will not be finished. */
  interrupt(senderTag: number): void {
    this.#partials.delete(senderTag)
  }

  /** Characters kept, as {@link FRAGMENT_CHARS_MAX} counts them. */
  get size(): number {
    let size = 0
    for (const partial of this.#partials.values()) size += partial.size
    return size
  }

  #makeRoom(spared: Partial): void {
    for (const [tag, partial] of this.#partials) {
      if (this.size <= FRAGMENT_CHARS_MAX && this.#partials.size <= INSTANCES_MAX) return
      if (partial !== spared) this.#partials.delete(tag)
    }
  }
}
