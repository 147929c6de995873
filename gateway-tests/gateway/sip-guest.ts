import { type MsrpMessage, type MsrpSessionEvent, newIdent } from '../../msrp/index.ts'
import {
  answerSetup,
  type MsrpDescription,
  type SipAgentDoor,
  type SipEvent,
} from '../../sip/index.ts'
import { childOf, type Xml, xml } from '../clients/xml.ts'
import { jidOf, parseJid, sipOf } from './address.ts'
import { CPIM, open, seal, someone } from './envelope.ts'
import type { Berth, RelayPort } from './relay-port.ts'
import { type RosterEntry, RosterNotifier } from './roster-notifier.ts'
import { MUC, MUC_USER, readMessage } from './stanzas.ts'
import { clock } from './trunk.ts'

/** What a guest is given by the gateway. */
export interface GuestHost {
  /** The SIP user agent of the room, or of the XMPP user. */
  readonly agent: SipAgentDoor
  readonly relay: RelayPort
  readonly sendStanza: (stanza: Xml) => void
  /** Puts SIP on the trunk as it is. */
  readonly sendSip: (message: string) => void
  /** The guest has left. */
  readonly onLeft: () => void
}

const REPORTS = { success: 'no', failure: 'yes' } as const

/** A SIP user in an XMPP room (RFC 7702 §5): to SIP the gateway is the room's focus. */
export class SipGuest {
  readonly #room: string
  /** With a resource: an occupant is a full JID. */
  readonly #jid: string
  readonly #host: GuestHost
  readonly #notifier: RosterNotifier
  readonly #occupants = new Set<string>()
  readonly #call: string
  #berth: Berth | null = null
  #nickname: string
  #isIn = false
  /** Own messages that have not come back yet: stanza id to Message-ID. */
  readonly #unreflected = new Map<string, string>()

  /** @param call - the INVITE that begins it @param jid - full */
  constructor(room: string, jid: string, call: string, host: GuestHost) {
    this.#room = room
    this.#jid = jid
    this.#call = call
    this.#host = host
    this.#nickname = parseJid(jid).local
    this.#notifier = new RosterNotifier(sipOf(room), host.sendSip)
  }

  async take(remote: MsrpDescription): Promise<void> {
    const berth = await this.#host.relay.reserve(
      [CPIM],
      (event) => this.#onMsrp(event),
      ({ method, headers }) => {
        const [, nickname = ''] = headers.find(([name]) => name === 'Use-Nickname') ?? []
        if (method !== 'NICKNAME') return { status: 501, comment: 'Not Implemented' }
        return this.#rename(nickname.replace(/^"(.*)"$/, '$1'))
      },
    )
    this.#berth = berth
    this.#host.agent.accept(this.#call, describeRoom(berth.path, answerSetup(remote.setup)))
  }

  fromSip(event: SipEvent): void {
    if (!('call' in event) || event.call !== this.#call) return
    if (event.type === 'established') {
      const { remote, active } = event
      this.#berth?.session.start({ remotePath: remote.path, active })
    } else if (event.type === 'ended') this.leave()
  }

  subscribe(request: string): void {
    this.#notifier.subscribe(request, this.#isIn ? this.#roster() : [])
  }

  /** Something from the room. */
  fromXmpp(stanza: Xml): void {
    const nickname = parseJid(stanza.attributes['from'] ?? '').resource
    if (stanza.name === 'message') this.#message(stanza, nickname)
    else if (stanza.name === 'presence' && nickname !== null) this.#presence(stanza, nickname)
  }

  /** Out of the room, and hangs up. */
  leave(): void {
    this.#presenceTo(this.#nickname, 'unavailable')
    this.#berth?.session.close()
    this.#berth = null
    this.#host.agent.end(this.#call)
    this.#host.onLeft()
  }

  #onMsrp(event: MsrpSessionEvent): void {
    if (event.type === 'bound') this.#presenceTo(this.#nickname)
    else if (event.type === 'message') this.#say(event.message)
    else if (event.type === 'closed' && this.#berth !== null) this.leave()
  }

  #say(message: MsrpMessage): void {
    const parcel = open(message)
    if (parcel === null) return this.#berth?.session.report(message.id, 400)
    const { to, type, text } = parcel
    if (!type.startsWith('text/')) return this.#berth?.session.report(message.id, 413)
    const id = newIdent(clock.random)
    const target = jidOf(to?.uri ?? '') ?? this.#room
    const isPrivate = parseJid(target).resource !== null
    const attributes = { from: this.#jid, to: target, type: isPrivate ? 'chat' : 'groupchat', id }
    this.#host.sendStanza(xml('message', attributes, xml('body', {}, text)))
    // Delivered is what the room has said again (RFC 7702 §5.3).
    if (isPrivate) this.#berth?.session.report(message.id, 200)
    else this.#unreflected.set(id, message.id)
  }

  #rename(nickname: string): { status: number; comment: string } {
    if (this.#occupants.has(nickname) && nickname !== this.#nickname) {
      return { status: 425, comment: 'Nickname reserved or in use' }
    }
    if (nickname !== '') this.#presenceTo(nickname)
    return { status: 200, comment: 'OK' }
  }

  #message(stanza: Xml, nickname: string | null): void {
    const { type, id, body, error } = readMessage(stanza)
    const own = this.#unreflected.get(id ?? '')
    if (own !== undefined) {
      this.#unreflected.delete(id ?? '')
      this.#berth?.session.report(own, error === null ? 200 : 403)
    } else if (body !== null && error === null && childOf(stanza, 'delay') === undefined) {
      const from = nickname === null ? this.#room : `${this.#room}/${nickname}`
      const to = type === 'groupchat' ? sipOf(this.#room) : sipOf(parseJid(this.#jid).bare)
      const message = seal(someone(sipOf(from), nickname), someone(to), 'text/plain', body)
      this.#berth?.session.send(message, REPORTS)
    }
  }

  #presence(stanza: Xml, nickname: string): void {
    const { type } = stanza.attributes
    const user = childOf(stanza, 'x', MUC_USER)
    const isOwn = user !== undefined && hasStatus(user, '110')
    if (type === 'error') return this.#refused(stanza)
    if (type === 'unavailable') {
      this.#occupants.delete(nickname)
      const renamed = user && childOf(user, 'item')?.attributes['nick']
      if (isOwn && renamed === undefined) return this.leave() // Kicked, banned, or the room is gone.
    } else {
      this.#occupants.add(nickname)
      if (isOwn) {
        this.#nickname = nickname
        this.#isIn = true
      }
    }
    if (this.#isIn) this.#notifier.changed(this.#roster())
  }

  /** A name that is taken at the door is changed (RFC 7702 §5.1); anything else ends the visit. */
  #refused(stanza: Xml): void {
    const error = childOf(stanza, 'error')
    const isTaken = error !== undefined && childOf(error, 'conflict') !== undefined
    if (this.#isIn) return
    if (!isTaken) return this.leave()
    this.#nickname += '_'
    this.#presenceTo(this.#nickname)
  }

  #presenceTo(nickname: string, type?: 'unavailable'): void {
    const join = xml('x', { xmlns: MUC }, xml('history', { maxchars: '0' }))
    const attributes = { from: this.#jid, to: `${this.#room}/${nickname}`, type }
    this.#host.sendStanza(xml('presence', attributes, ...(type === undefined ? [join] : [])))
  }

  #roster(): RosterEntry[] {
    return [...this.#occupants].map((nickname) => {
      const isOwn = nickname === this.#nickname
      const entity = isOwn ? parseJid(this.#jid).bare : `${this.#room}/${nickname}`
      return { entity: sipOf(entity), nickname }
    })
  }
}

export function hasStatus(user: Xml, code: string): boolean {
  return user.children.some(
    (child) =>
      typeof child !== 'string' && child.name === 'status' && child.attributes['code'] === code,
  )
}

/** RFC 7701 §8. */
export function describeRoom(
  path: readonly string[],
  setup: MsrpDescription['setup'],
): MsrpDescription {
  return {
    protocol: path[0]?.startsWith('msrps:') ? 'TCP/TLS/MSRP' : 'TCP/MSRP',
    path,
    acceptTypes: [CPIM],
    acceptWrappedTypes: ['text/plain', 'text/html'],
    setup,
    direction: 'sendrecv',
    maxSize: null,
    chatroom: ['nickname', 'private-messages'],
  }
}
