import type { MsrpReports } from '../msrp/index.ts'
import type { OtrWire, PeerProfile } from '../otr/index.ts'
import type { Channel } from './channel.ts'
import type { ChatContext } from './context.ts'
import { COMPOSING, seal, TEXT } from './envelope.ts'
import type { Address } from './events.ts'
import { ENVELOPE_BYTES, TEXT_PART_BYTES, TEXT_PART_MAX_BYTES } from './limits.ts'

/** People's text: we want to hear what becomes of it. */
const REPORTED: MsrpReports = { success: 'yes', failure: 'yes' }
/** OTR's own messages and is-composing: nobody answers (Blink does the same). */
const UNREPORTED: MsrpReports = { success: 'no', failure: 'no' }

/** What OTR carries for us under this id is not text of a person but an is-composing document. */
export const COMPOSING_ID = 'composing'

/**
 * OTR as MSRP carries it: whole, since a fragment kills Blink's session, and padded to multiples of
 * 256 bytes, so that lengths say little.
 */
export const OTR_PROFILE: PeerProfile = { fragmentAbove: null, padTo: 256, errors: true }

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
    if (wire.carries === COMPOSING_ID) this.#post(null, COMPOSING, wire.text)
    else this.#post(wire.carries, TEXT, wire.text)
  }

  /** Text of a person, as it is: for rooms. */
  postText(id: string, text: string): void {
    this.#post(id, TEXT, text)
  }

  /** @param id - of a person's message; `null` for what nobody wants to hear of again */
  #post(id: string | null, contentType: string, text: string): void {
    const channel = this.#channel
    if (channel === null) return
    const { own, displayName, env, newId } = this.#context
    const from = { name: displayName, uri: own }
    const to = { name: null, uri: this.#peer }
    const route = { from, to, wraps: channel.takesCpim }
    // In one session a Message-ID stands for one attempt: a second one would be taken for a copy.
    const wireId = id === null || this.#carried.has(id) ? newId() : id
    if (id !== null) this.#carried.set(wireId, id)
    const message = seal(wireId, contentType, text, route, env.now())
    channel.send(message, id === null ? UNREPORTED : REPORTED)
  }
}

/** Bytes of text that the path to the peer carries in one message, once encrypted and wrapped. */
export function textLimit(channel: Channel | null): number {
  if (channel === null) return TEXT_PART_BYTES
  const encoded = channel.profile.maxMessage - ENVELOPE_BYTES
  return Math.min(Math.floor((encoded * 3) / 4), TEXT_PART_MAX_BYTES)
}
