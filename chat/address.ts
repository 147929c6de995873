import type { Address } from './events.ts'

/**
 * Reads what a person types as a contact's address: `alice`, `alice@host`, `sip:alice@Host;x=y`,
 * `<sips:alice@host>`. Parameters, port and scheme are dropped, the host becomes lower case; the
 * user part keeps its case (RFC 3261 §19.1.4).
 *
 * @param near - a domain, or an address in it, for a user part alone
 * @throws AddressError with a sentence for people
 */
export function parseAddress(text: string, near?: string): Address {
  const match = SHAPE.exec(text.trim())
  const host = match?.[2] ?? near?.slice(near.indexOf('@') + 1)
  if (match === null || text.length > ADDRESS_MAX) {
    throw new AddressError(
      'ADDRESS_MALFORMED',
      'That is not an address. One looks like alice@example.com.',
    )
  }
  if (host === undefined) {
    throw new AddressError(
      'ADDRESS_WITHOUT_DOMAIN',
      'The address needs a domain, as in alice@example.com.',
    )
  }
  return `sip:${match[1]}@${host.toLowerCase()}` as Address
}

/** What was typed cannot be read as an address. The code is the contract. */
export class AddressError extends RangeError {
  readonly code: 'ADDRESS_MALFORMED' | 'ADDRESS_WITHOUT_DOMAIN'

  constructor(code: AddressError['code'], sentence: string) {
    super(sentence)
    this.code = code
  }
}

/** `alice` of `sip:alice@example.com`. */
export function userOf(address: Address): string {
  return address.slice('sip:'.length, address.lastIndexOf('@'))
}

/** `example.com` of `sip:alice@example.com`. */
export function domainOf(address: Address): string {
  return address.slice(address.lastIndexOf('@') + 1)
}

/** Longest address taken, in characters: longer ones are pasted by accident. */
const ADDRESS_MAX = 320

/** Scheme, user (RFC 3261 §25.1 less `;` and `?`), host, port, parameters. */
const SHAPE =
  /^<?(?:sips?:)?([A-Za-z0-9_.!~*'()&=+$,/%-]+)(?:@([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?)?(?:[;?][^\s<>]*)?>?$/
