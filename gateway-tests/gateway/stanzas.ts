import { childOf, textOf, type Xml, xml } from '../clients/xml.ts'
import { parseJid } from './address.ts'
import { type Condition, errorTypeOf } from './errors.ts'

export const CHAT_STATES = 'http://jabber.org/protocol/chatstates'
export const RECEIPTS = 'urn:xmpp:receipts'
export const HINTS = 'urn:xmpp:hints'
export const XHTML_IM = 'http://jabber.org/protocol/xhtml-im'
export const XHTML = 'http://www.w3.org/1999/xhtml'
export const MUC = 'http://jabber.org/protocol/muc'
export const MUC_USER = 'http://jabber.org/protocol/muc#user'
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas'

const STATES = ['active', 'composing', 'paused', 'inactive', 'gone'] as const
export type ChatState = (typeof STATES)[number]

/** What a `<message/>` says that has a counterpart in MSRP. */
export interface ChatStanza {
  readonly from: string
  readonly to: string
  readonly type: string
  readonly id: string | null
  readonly body: string | null
  readonly xhtml: Xml | null
  readonly thread: string | null
  readonly state: ChatState | null
  readonly wantsReceipt: boolean
  readonly receiptFor: string | null
  /** Of an error: its condition. */
  readonly error: string | null
}

export function readMessage(stanza: Xml): ChatStanza {
  const { from = '', to = '', type = 'normal', id = null } = stanza.attributes
  const text = (name: string) => {
    const child = childOf(stanza, name)
    return child === undefined ? null : textOf(child)
  }
  const html = childOf(stanza, 'html', XHTML_IM)
  const conditions = childOf(stanza, 'error')?.children ?? []
  const condition = conditions.find((child): child is Xml => typeof child !== 'string')
  return {
    from,
    to,
    type,
    id,
    body: text('body'),
    xhtml: (html && childOf(html, 'body')) ?? null,
    thread: text('thread'),
    state: STATES.find((state) => childOf(stanza, state, CHAT_STATES)) ?? null,
    wantsReceipt: childOf(stanza, 'request', RECEIPTS) !== undefined,
    receiptFor: childOf(stanza, 'received', RECEIPTS)?.attributes['id'] ?? null,
    error: type === 'error' ? (condition?.name ?? 'undefined-condition') : null,
  }
}

/** What an OTR message must carry outside (XEP-0364 §4, XEP-0334, XEP-0280, XEP-0380). */
export function otrHints(body: string, to: string): Xml[] {
  if (!body.startsWith('?OTR')) return []
  const isData = /^\?OTR:AA[IM]D/.test(body)
  return [
    ...(isData
      ? [xml('encryption', { xmlns: 'urn:xmpp:eme:0', namespace: 'urn:xmpp:otr:0' })]
      : []),
    ...(parseJid(to).resource === null ? [] : [xml('no-copy', { xmlns: HINTS })]),
    xml('no-permanent-store', { xmlns: HINTS }),
    xml('private', { xmlns: 'urn:xmpp:carbons:2' }),
  ]
}

/** A refusal of a stanza, back to its sender (RFC 6120 §8.3). */
export function errorFor(stanza: Xml, condition: Condition): Xml {
  const { from, to, id } = stanza.attributes
  return xml(
    stanza.name,
    { type: 'error', from: to, to: from, id },
    xml('error', { type: errorTypeOf(condition) }, xml(condition, { xmlns: STANZAS })),
  )
}
