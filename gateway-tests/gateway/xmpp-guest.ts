import { type MsrpMessage, type MsrpSessionEvent, newIdent } from '../../msrp/index.ts'
import type { Roster, SipEvent } from '../../sip/index.ts'
import { type Xml, xml } from '../clients/xml.ts'
import { parseJid, sipOf } from './address.ts'
import { CPIM, open, seal, someone } from './envelope.ts'
import { conditionOf } from './errors.ts'
import type { Berth } from './relay-port.ts'
import { describeRoom, type GuestHost } from './sip-guest.ts'
import { errorFor, MUC_USER, readMessage } from './stanzas.ts'
import { clock } from './trunk.ts'

const REPORTS = { success: 'no', failure: 'yes' } as const

/** An XMPP user in a SIP room (RFC 7702 §4): to XMPP the gateway is the room's service. */
export class XmppGuest {
  /** Bare. */
  readonly #room: string
  /** Full. */
  readonly #jid: string
  readonly #host: GuestHost
  #nickname: string
  #call: string | null = null
  #berth: Berth | null = null
  /** Those whom XMPP has been told of: nickname by SIP address. */
  #known = new Map<string, string>()
  #isIn = false
  /** Own messages that the room has not taken yet, by Message-ID. */
  readonly #said = new Map<string, Xml>()

  /** @param jid - full @param nickname - that is asked for */
  constructor(room: string, jid: string, nickname: string, host: GuestHost) {
    this.#room = room
    this.#jid = jid
    this.#nickname = nickname
    this.#host = host
  }

  async enter(): Promise<void> {
    this.#berth = await this.#host.relay.reserve([CPIM], (event) => void this.#onMsrp(event))
    this.#call = this.#host.agent.invite(
      sipOf(this.#room),
      describeRoom(this.#berth.path, 'actpass'),
    )
  }

  fromSip(event: SipEvent): void {
    if (!('call' in event) || event.call !== this.#call) return
    if (event.type === 'established') {
      const { remote, active } = event
      this.#berth?.session.start({ remotePath: remote.path, active })
    } else if (event.type === 'roster') this.#roster(event.roster)
    else if (event.type === 'ended') {
      if (!this.#isIn && event.error !== null) this.#refuse(event.error.status ?? 480)
      this.#over()
    }
  }

  fromXmpp(stanza: Xml): void {
    const { to = '', type } = stanza.attributes
    if (stanza.name === 'message') this.#say(stanza)
    else if (type === 'unavailable') this.leave()
    else void this.#rename(parseJid(to).resource ?? this.#nickname)
  }

  leave(): void {
    const call = this.#call
    this.#over()
    if (call !== null) this.#host.agent.end(call)
  }

  async #onMsrp(event: MsrpSessionEvent): Promise<void> {
    if (event.type === 'bound') {
      await this.#rename(this.#nickname)
      if (this.#call !== null) this.#host.agent.watchRoom(this.#call)
    } else if (event.type === 'message') this.#hear(event.message)
    else if (event.type === 'sent') this.#reflect(event.id)
    else if (event.type === 'failed') this.#failed(event.id, event.status)
    else if (event.type === 'closed' && this.#berth !== null) this.leave()
  }

  /** A name that is taken keeps somebody who is outside outside (XEP-0045 §7.2.8). */
  async #rename(nickname: string): Promise<void> {
    const status = await this.#berth?.session.setNickname(nickname)
    if (status === 200) this.#nickname = nickname
    else if (status !== undefined) {
      this.#refuse(status)
      if (!this.#isIn) this.leave()
    }
  }

  #say(stanza: Xml): void {
    const { to, type, body } = readMessage(stanza)
    if (body === null) return
    const nickname = parseJid(to).resource
    const [member] = [...this.#known].find(([, name]) => name === nickname) ?? []
    const target = nickname === null ? sipOf(this.#room) : member
    if (target === undefined) return this.#host.sendStanza(errorFor(stanza, 'item-not-found'))
    const own = someone(sipOf(parseJid(this.#jid).bare), this.#nickname)
    const message = seal(own, someone(target), 'text/plain', body)
    if (type === 'groupchat') this.#said.set(message.id, stanza)
    this.#berth?.session.send(message, REPORTS)
  }

  /** What the room has taken, its service says to all, the speaker too (XEP-0045 §7.4). */
  #reflect(id: string): void {
    const stanza = this.#said.get(id)
    this.#said.delete(id)
    if (stanza === undefined) return
    const from = `${this.#room}/${this.#nickname}`
    this.#host.sendStanza({ ...stanza, attributes: { ...stanza.attributes, from, to: this.#jid } })
  }

  #failed(id: string, status: number): void {
    const stanza = this.#said.get(id)
    this.#said.delete(id)
    if (stanza !== undefined) this.#host.sendStanza(errorFor(stanza, conditionOf(status)))
  }

  #hear(message: MsrpMessage): void {
    const parcel = open(message)
    this.#berth?.session.report(message.id, parcel === null ? 400 : 200)
    if (!parcel?.type.startsWith('text/')) return
    const { from, to, text } = parcel
    const name = this.#known.get(from?.uri ?? '') ?? from?.name ?? 'room'
    const isPrivate = to?.uri === sipOf(parseJid(this.#jid).bare)
    const attributes = {
      from: `${this.#room}/${name}`,
      to: this.#jid,
      type: isPrivate ? 'chat' : 'groupchat',
      id: newIdent(clock.random),
    }
    const marks = isPrivate ? [xml('x', { xmlns: MUC_USER })] : []
    this.#host.sendStanza(xml('message', attributes, xml('body', {}, text), ...marks))
  }

  /** Others first, oneself last, then the subject (XEP-0045 §7.2). */
  #roster({ users, subject }: Roster): void {
    const now = new Map(
      users.map((user) => [
        user.entity,
        user.isOwn ? this.#nickname : (user.nickname ?? user.displayName ?? user.entity),
      ]),
    )
    const own = sipOf(parseJid(this.#jid).bare)
    for (const [entity, name] of this.#known) {
      if (now.get(entity) !== name && entity !== own) this.#presence(name, 'unavailable')
    }
    for (const [entity, name] of now) {
      if (this.#known.get(entity) !== name && entity !== own) this.#presence(name)
    }
    this.#known = now
    if (this.#isIn || !now.has(own)) return
    this.#isIn = true
    this.#presence(this.#nickname)
    const attributes = { from: this.#room, to: this.#jid, type: 'groupchat' }
    this.#host.sendStanza(xml('message', attributes, xml('subject', {}, subject ?? '')))
  }

  #presence(nickname: string, type?: 'unavailable'): void {
    const isOwn = nickname === this.#nickname
    const user = xml(
      'x',
      { xmlns: MUC_USER },
      xml('item', { affiliation: 'none', role: type === undefined ? 'participant' : 'none' }),
      ...(isOwn ? [xml('status', { code: '110' })] : []),
    )
    const attributes = { from: `${this.#room}/${nickname}`, to: this.#jid, type }
    this.#host.sendStanza(xml('presence', attributes, user))
  }

  #refuse(status: number): void {
    const condition = status === 425 ? 'conflict' : conditionOf(status)
    const asked = xml('presence', { from: this.#jid, to: `${this.#room}/${this.#nickname}` })
    this.#host.sendStanza(errorFor(asked, condition))
  }

  #over(): void {
    const berth = this.#berth
    this.#berth = null
    this.#call = null
    if (this.#isIn) this.#presence(this.#nickname, 'unavailable')
    this.#isIn = false
    berth?.session.close()
    this.#host.onLeft()
  }
}
