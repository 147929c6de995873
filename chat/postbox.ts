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
  /** The channel that a conversation works on; `null` between two. */
  channel: Channel | null = null
  readonly #context: ChatContext
  readonly #peer: Address

  constructor(context: ChatContext, peer: Address) {
    this.#context = context
    this.#peer = peer
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
    const { channel } = this
    if (channel === null) return
    const { own, displayName, env, newId } = this.#context
    const from = { name: displayName, uri: own }
    const to = { name: null, uri: this.#peer }
    const route = { from, to, wraps: channel.takesCpim }
    const message = seal(id ?? newId(), contentType, text, route, env.now())
    channel.send(message, id === null ? UNREPORTED : REPORTED)
  }
}

/** Bytes of text that the path to the peer carries in one message, once encrypted and wrapped. */
export function textLimit(channel: Channel | null): number {
  if (channel === null) return TEXT_PART_BYTES
  const encoded = channel.profile.maxMessage - ENVELOPE_BYTES
  return Math.min(Math.floor((encoded * 3) / 4), TEXT_PART_MAX_BYTES)
}
