import { newIdent } from '../../msrp/index.ts'
import { type Xml, xml } from '../clients/xml.ts'
import type { Parcel } from './envelope.ts'
import { CHAT_STATES, type ChatStanza, type ChatState, otrHints, RECEIPTS } from './stanzas.ts'
import { clock } from './trunk.ts'
import { plainOf, xhtmlOf } from './xhtml.ts'

/** What a SIP user says to one XMPP user: the stanzas of a chat. */
export class XmppLeg {
  readonly #from: string
  readonly #to: string
  readonly #send: (stanza: Xml) => void
  /** Of the XMPP user's clients the one that spoke last (RFC 6121 §5.1). */
  #client: string | null = null
  #thread = newIdent(clock.random)
  #told: ChatState = 'active'

  /** @param from - full @param to - bare */
  constructor(from: string, to: string, send: (stanza: Xml) => void) {
    this.#from = from
    this.#to = to
    this.#send = send
  }

  /** What is said from now on is for the client that has spoken, and in its thread. */
  heard({ from, thread }: ChatStanza): void {
    this.#client = from
    this.#thread = thread ?? this.#thread
  }

  /** A client has gone. @returns whether it was the one that is spoken to */
  leave(client: string): boolean {
    if (this.#client !== client) return false
    this.#client = null
    return true
  }

  /** @returns the stanza's id */
  say({ text, type }: Pick<Parcel, 'text' | 'type'>, wantsReceipt = false): string {
    this.#told = 'active'
    const isMarkup = type === 'text/html' && !text.startsWith('?OTR')
    return this.#tell([
      ...(wantsReceipt ? [xml('request', { xmlns: RECEIPTS })] : []),
      xml('body', {}, isMarkup ? plainOf(text) : text),
      ...(isMarkup ? [xhtmlOf(text)] : []),
      xml('active', { xmlns: CHAT_STATES }),
      ...otrHints(text, this.#client ?? this.#to),
    ])
  }

  state(state: ChatState): void {
    if (state === this.#told) return // XEP-0085 §5.3: never the same twice.
    this.#told = state
    this.#tell([xml(state, { xmlns: CHAT_STATES })])
  }

  /** The session is over; the next one is another thread (XEP-0085 §5.4). */
  gone(): void {
    this.#tell([xml('gone', { xmlns: CHAT_STATES })])
    this.#thread = newIdent(clock.random)
    this.#told = 'active'
  }

  received(client: string, id: string): void {
    this.#client = client
    this.#tell([xml('received', { xmlns: RECEIPTS, id })])
  }

  /** What the deployed gateway says when SIP opens a session. */
  wake(): void {
    const blank = [xml('body', {}, ' '), xml('html', {}, 'text/plain')]
    this.#tell([...blank, xml('active', { xmlns: CHAT_STATES })])
  }

  #tell(children: readonly Xml[]): string {
    const id = newIdent(clock.random)
    const attributes = { from: this.#from, to: this.#client ?? this.#to, type: 'chat', id }
    const thread = xml('thread', {}, this.#thread)
    this.#send(xml('message', attributes, ...children, thread))
    return id
  }
}
