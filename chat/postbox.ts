import { IMDN_TYPE, type MsrpReports } from '../msrp/index.ts'
import type { OtrWire, PeerProfile } from '../otr/index.ts'
import type { Channel } from './channel.ts'
import type { ChatContext } from './context.ts'
import { COMPOSING, seal, TEXT } from './envelope.ts'
import type { Address, Message } from './events.ts'
import { ENVELOPE_BYTES, TEXT_PART_BYTES, TEXT_PART_MAX_BYTES } from './limits.ts'

/** People's text: we want to hear what becomes of it. */
const REPORTED: MsrpReports = { success: 'yes', failure: 'yes' }
/** OTR's own messages and is-composing: nobody answers (Blink does the same). */
const UNREPORTED: MsrpReports = { success: 'no', failure: 'no' }

/** What OTR carries for us under these ids is no text of a person but a document. */
export const COMPOSING_ID = 'composing'
export const RECEIPT_ID = 'receipt'

const DOCUMENTS: Readonly<Record<string, string>> = {
  [COMPOSING_ID]: COMPOSING,
  [RECEIPT_ID]: IMDN_TYPE,
}

/**
 * OTR as MSRP carries it: whole, since a fragment kills Blink's session, and padded to multiples of
 * 256 bytes, so that lengths say little.
 */
export const OTR_PROFILE: PeerProfile = { fragmentAbove: null, padTo: 256, errors: true }

interface Content {
  readonly contentType: string
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Puts what leaves into envelopes, and those onto the channel. */
export class Postbox {
  readonly #context: ChatContext
  readonly #peer: Address
  #channel: Channel | null = null
  /** Message-IDs that this channel has carried, and for each the message it stands for. */
  readonly #carried = new Map<string, string>()

  constructor(context: ChatContext, peer: Address) {
    this.#context = context
    this.#peer = peer
  }

  /** The channel that a conversation works on; `null` between two. */
  get channel(): Channel | null {
    return this.#channel
  }

  set channel(channel: Channel | null) {
    if (channel !== this.#channel) this.#carried.clear()
    this.#channel = channel
  }

  /** The message that a Message-ID on the channel stands for. */
  messageOf(wireId: string): string {
    return this.#carried.get(wireId) ?? wireId
  }

  /** What OTR made, whatever it is. */
  postWire(wire: OtrWire): void {
    const { text, carries } = wire
    const document = carries === null ? undefined : DOCUMENTS[carries]
    const content = { contentType: document ?? TEXT, text, at: this.#context.env.now() }
    this.#post(document === undefined ? carries : null, content, this.#peer)
  }

  /**
   * Text of a person, as it is: for rooms. It bears the time at which it was written, by which it is
   * known again when the room repeats it.
   */
  postText({ id, text, at, privately }: Message): void {
    this.#post(id, { contentType: TEXT, text, at }, privately?.address ?? this.#peer)
  }

  /** @param id - of a person's message; `null` for what nobody wants to hear of again */
  #post(id: string | null, { contentType, text, at }: Content, recipient: string): void {
    const channel = this.#channel
    if (channel === null) return
    const { own, displayName, newId, receipts } = this.#context
    const from = { name: displayName, uri: own }
    const to = { name: null, uri: recipient }
    const asksReceipt = receipts() && channel.takesReceipts && !channel.isRoom
    // By the id that stays: a second attempt has another one on the wire.
    const receiptFor = asksReceipt ? id : null
    const route = { from, to, wraps: channel.takesCpim, receiptFor }
    // In one session a Message-ID stands for one attempt: a second one would be taken for a copy.
    const wireId = id === null || this.#carried.has(id) ? newId() : id
    if (id !== null) this.#carried.set(wireId, id)
    const message = seal(wireId, contentType, text, route, at)
    channel.send(message, id === null ? UNREPORTED : REPORTED)
  }
}

/** Bytes of text that the path to the peer carries in one message, once encrypted and wrapped. */
export function textLimit(channel: Channel | null): number {
  if (channel === null) return TEXT_PART_BYTES
  const encoded = channel.profile.maxMessage - ENVELOPE_BYTES
  return Math.min(Math.floor((encoded * 3) / 4), TEXT_PART_MAX_BYTES)
}
