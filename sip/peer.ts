import type { IncomingRequestMessage, IncomingResponseMessage } from 'sip.js/lib/core/index.js'
import { hasFocus, parseAddress, parseNameAddr } from './address.ts'
import type { SipPeer } from './events.ts'

/** @returns `null` if From holds no SIP address */
export function senderOf(request: IncomingRequestMessage): SipPeer | null {
  const from = parseNameAddr(request.getHeader('from') ?? '')
  const address = from === null ? null : parseAddress(from.uri)
  if (from === null || address === null) return null
  const { displayName } = from
  return peerOf(request, { address, displayName, isFocus: false, userAgent: null })
}

/** The peer, with what a message of it says of its device and of its role. */
export function peerOf(
  message: IncomingRequestMessage | IncomingResponseMessage,
  peer: SipPeer,
): SipPeer {
  const contact = message.getHeader('contact')
  return {
    ...peer,
    isFocus: contact === undefined ? peer.isFocus : hasFocus(contact),
    userAgent: message.getHeader('user-agent') ?? message.getHeader('server') ?? peer.userAgent,
  }
}
