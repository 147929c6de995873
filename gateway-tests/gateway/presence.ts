import { childOf, type Xml, xml } from '../clients/xml.ts'
import { parseJid } from './address.ts'
import { CHAT_STATES, errorFor, MUC, RECEIPTS, XHTML_IM } from './stanzas.ts'

/** The one resource of every SIP user: which of their devices it is, XMPP does not learn. */
export const RESOURCE = 'sip'

const DISCO = 'http://jabber.org/protocol/disco#info'
const FEATURES = [DISCO, CHAT_STATES, RECEIPTS, XHTML_IM, MUC, 'urn:xmpp:ping']

/** SIP users as contacts of XMPP users: everybody may have them, and they are always there. */
export class Presences {
  readonly #send: (stanza: Xml) => void
  /** `who watches whom`, both bare. */
  readonly #watchers = new Set<string>()

  constructor(send: (stanza: Xml) => void) {
    this.#send = send
  }

  /** Takes a presence that is not about a room. */
  receive({ attributes }: Xml): void {
    const { from = '', to = '', type } = attributes
    const [who, whom] = [parseJid(from).bare, parseJid(to).bare]
    if (type === 'subscribe') {
      this.#watchers.add(`${who} ${whom}`)
      this.#send(xml('presence', { type: 'subscribed', from: whom, to: who }))
      // In return we hear when they come and go.
      this.#send(xml('presence', { type: 'subscribe', from: whom, to: who }))
      this.#tell(who, whom)
    } else if (type === 'unsubscribe') {
      this.#watchers.delete(`${who} ${whom}`)
      this.#send(xml('presence', { type: 'unsubscribed', from: whom, to: who }))
    } else if (type === 'probe') {
      this.#watchers.add(`${who} ${whom}`)
      this.#tell(who, whom)
    }
  }

  /** The gateway comes, or goes: so do all who are behind it. */
  all(type?: 'unavailable'): void {
    for (const pair of this.#watchers) {
      const [who = '', whom = ''] = pair.split(' ')
      this.#tell(who, whom, type)
    }
  }

  #tell(who: string, whom: string, type?: 'unavailable'): void {
    this.#send(xml('presence', { from: `${whom}/${RESOURCE}`, to: who, type }))
  }
}

/** Every question has an answer (RFC 6120 §8.2.3). */
export function answerTo(iq: Xml): Xml | null {
  const { from, to, id, type } = iq.attributes
  if (type !== 'get' && type !== 'set') return null
  const result = (...children: Xml[]) => {
    return xml('iq', { type: 'result', from: to, to: from, id }, ...children)
  }
  if (childOf(iq, 'ping', 'urn:xmpp:ping')) return result()
  if (childOf(iq, 'query', DISCO)) {
    const isGateway = !to?.includes('@')
    const identity = isGateway
      ? { category: 'gateway', type: 'simple', name: 'SIP' }
      : { category: 'client', type: 'pc', name: 'SIP' }
    const features = FEATURES.map((name) => xml('feature', { var: name }))
    return result(xml('query', { xmlns: DISCO }, xml('identity', identity), ...features))
  }
  return errorFor(iq, 'feature-not-implemented')
}
