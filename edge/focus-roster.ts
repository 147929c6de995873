/** Who is in a room, for its roster (RFC 4575 §5). */
export interface RosterUser {
  /** SIP address. */
  readonly address: string
  readonly name: string | null
  readonly nickname: string | null
  /** One for each of the user's sessions. */
  readonly endpoints: readonly RosterEndpoint[]
}

export interface RosterEndpoint {
  /** Contact URI. */
  readonly contact: string
  /** Whether they came by themselves or were called in (RFC 4575 §5.6.3). */
  readonly joining: 'dialed-in' | 'dialed-out'
  /** Milliseconds since the epoch. */
  readonly joined: number
}

/**
 * A whole roster, in the order that the schema demands (RFC 4575 §6). Nicknames stand where RFC 7701
 * §7.3 puts them.
 *
 * @param version - grows by one from one document of a subscription to the next
 */
export function writeRoster(room: string, version: number, users: readonly RosterUser[]): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info"' +
      ' xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info"' +
      ` entity="${escapeXml(room)}" state="full" version="${version}">`,
    '<conference-description>',
    `<conf-uris><entry><uri>${escapeXml(room)}</uri><purpose>participation</purpose></entry></conf-uris>`,
    '</conference-description>',
    '<conference-state>',
    `<user-count>${users.length}</user-count><active>true</active>`,
    '</conference-state>',
    '<users>',
    ...users.map(writeUser),
    '</users>',
    '</conference-info>',
  ].join('\n')
}

function writeUser({ address, name, nickname, endpoints }: RosterUser): string {
  const attribute = nickname === null ? '' : ` xcon:nickname="${escapeXml(nickname)}"`
  const text = nickname ?? name
  return [
    `<user entity="${escapeXml(address)}" state="full"${attribute}>`,
    ...(text === null ? [] : [`<display-text>${escapeXml(text)}</display-text>`]),
    ...endpoints.map(
      ({ contact, joining, joined }) =>
        `<endpoint entity="${escapeXml(contact)}"><status>connected</status>` +
        `<joining-method>${joining}</joining-method>` +
        `<joining-info><when>${new Date(joined).toISOString()}</when></joining-info>` +
        '<media id="1"><type>message</type><status>sendrecv</status></media></endpoint>',
    ),
    '</user>',
  ].join('\n')
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character]!)
}
