import {
  acceptsType,
  type MsrpMessage,
  type MsrpSession,
  newIdent,
  nicknameKey,
} from '../msrp/index.ts'
import type { EdgeEnv } from './env.ts'
import { type CpimHead, readCpimHead, writeAddressees, writeNotice } from './focus-cpim.ts'
import { NICKNAME_QUARANTINE_MS, QUARANTINE_MAX, ROOM_MESSAGE_MAX } from './focus-limits.ts'
import { type Nickname, readNickname } from './focus-nickname.ts'
import type { RosterUser } from './focus-roster.ts'
import type { RoomOffer } from './focus-sdp.ts'
import { parseUri } from './sip-fields.ts'

/** One session in a room; a user may have several. */
export interface Participant {
  /** SIP address of record. */
  readonly address: string
  /** Display name, if the user has one. */
  readonly name: string | null
  readonly contact: string
  readonly offer: RoomOffer
  readonly session: Pick<MsrpSession, 'send' | 'report'>
  readonly joining: 'dialed-in' | 'dialed-out'
  /** Milliseconds since the epoch. */
  readonly joined: number
}

interface Reservation {
  readonly address: string
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** Answer to a NICKNAME (RFC 7701 §7.2). */
interface NicknameAnswer {
  readonly status: 200 | 424 | 425 | 501
  readonly comment: string
}

/**
 * The MSRP switch of one room (RFC 7701): it sends what one says to all others, as it is, and keeps
 * nothing. Who comes later does not hear what was said before: those who said it saw who was there.
 */
export class Room {
  /** SIP address. */
  readonly address: string
  readonly #env: EdgeEnv
  readonly #onRoster: () => void
  readonly #participants = new Set<Participant>()
  readonly #nicknames = new Map<Participant, Nickname>()
  /** Nicknames of those who have gone, the longest gone first. */
  readonly #reserved = new Map<string, Reservation>()

  /** @param onRoster - called when who is here, or by which name, has changed */
  constructor(address: string, env: EdgeEnv, onRoster: () => void) {
    this.address = address
    this.#env = env
    this.#onRoster = onRoster
  }

  get size(): number {
    return this.#participants.size
  }

  has(address: string): boolean {
    return [...this.#participants].some((other) => other.address === address)
  }

  enter(newcomer: Participant): void {
    const others = [...this.#participants].map((other) => this.#nameOf(other))
    this.#tellUnaware(`${this.#nameOf(newcomer)} has come in.`)
    this.#participants.add(newcomer)
    if (newcomer.offer.chatroom === null) this.#notice(newcomer, welcome(others))
    this.#onRoster()
  }

  leave(leaver: Participant): void {
    if (!this.#participants.delete(leaver)) return
    this.#tellUnaware(`${this.#nameOf(leaver)} has left.`)
    this.#reserve(leaver)
    this.#nicknames.delete(leaver)
    this.#onRoster()
  }

  /** Passes on what a participant says, and reports what became of it (RFC 7701 §6). */
  say(speaker: Participant, message: MsrpMessage): void {
    const { status, head } = this.#pass(speaker, message)
    const isPrivate = head !== null && addressOf(head.to[0]!) !== this.address
    // Of a private message the report says whom it was for (RFC 7701 §6.2).
    if (isPrivate) speaker.session.report(message.id, status, writeAddressees(head))
    else speaker.session.report(message.id, status)
  }

  /** Answers Use-Nickname. A name is one user's as long as a session of that user bears it. */
  name(participant: Participant, value: string | null): NicknameAnswer {
    const nickname = value === null ? null : readNickname(value)
    if (nickname === null) return { status: 424, comment: 'Malformed nickname' }
    if (nickname === '') this.#nicknames.delete(participant)
    else if (this.#isTaken(nickname, participant)) {
      return { status: 425, comment: 'Nickname in use' }
    } else this.#nicknames.set(participant, nickname)
    this.#onRoster()
    return { status: 200, comment: 'OK' }
  }

  /** Who is here, in the order of their coming. */
  roster(): RosterUser[] {
    const users = new Map<string, Participant[]>()
    for (const one of this.#participants) {
      users.set(one.address, [...(users.get(one.address) ?? []), one])
    }
    return [...users].map(([address, sessions]) => ({
      address,
      name: sessions[0]!.name,
      nickname: sessions.map((one) => this.#nicknames.get(one)?.shown).find(Boolean) ?? null,
      endpoints: sessions,
    }))
  }

  #pass(
    speaker: Participant,
    message: MsrpMessage,
  ): { readonly status: number; readonly head: CpimHead | null } {
    if (!acceptsType(['message/cpim'], message.contentType)) return { status: 415, head: null }
    if (message.body.length > ROOM_MESSAGE_MAX) return { status: 413, head: null }
    const head = readCpimHead(message.body)
    if (head === null) return { status: 400, head }
    if (addressOf(head.from) !== speaker.address || head.to.length !== 1) {
      return { status: 403, head: null }
    }
    const to = addressOf(head.to[0]!)
    const status =
      to === this.address ? this.#toAll(speaker, head, message) : this.#toOne(to, head, message)
    return { status, head }
  }

  #toAll(speaker: Participant, head: CpimHead, message: MsrpMessage): number {
    for (const other of this.#participants) {
      if (other !== speaker) this.#deliver(other, head.contentType, message)
    }
    return 200
  }

  /** A private message (RFC 7701 §6.2): to all sessions of one user, if they know what that is. */
  #toOne(to: string | null, head: CpimHead, message: MsrpMessage): number {
    const sessions = [...this.#participants].filter(({ address }) => address === to)
    if (sessions.length === 0) return 404
    const able = sessions.filter(({ offer }) => offer.chatroom?.includes('private-messages'))
    for (const session of able) this.#deliver(session, head.contentType, message)
    return able.length === 0 ? 428 : 200
  }

  /** The content stays as it came (RFC 7701 §6.1); whoever does not take its type is passed over. */
  #deliver(to: Participant, contentType: string, message: MsrpMessage): void {
    if (!acceptsType(to.offer.wrappedTypes, contentType)) return
    const id = newIdent((length) => this.#env.random(length))
    to.session.send({ ...message, id }, { success: 'no', failure: 'no' })
  }

  /** Taken by another user, or what people know another user by. */
  #isTaken({ key }: Nickname, by: Participant): boolean {
    const reserved = this.#reserved.get(key)
    if (reserved !== undefined && reserved.address !== by.address) {
      if (this.#env.now() < reserved.until) return true
      this.#reserved.delete(key)
    }
    for (const other of this.#participants) {
      if (other.address === by.address) continue
      const names = [this.#nicknames.get(other)?.shown, other.name, parseUri(other.address)?.user]
      if (names.some((name) => name && nicknameKey(name) === key)) return true
    }
    return false
  }

  /** A nickname is not for the next one to take, but for its holder to come back to (RFC 7701 §7). */
  #reserve(leaver: Participant): void {
    const nickname = this.#nicknames.get(leaver)
    if (nickname === undefined) return
    const { address } = leaver
    this.#reserved.delete(nickname.key)
    this.#reserved.set(nickname.key, { address, until: this.#env.now() + NICKNAME_QUARANTINE_MS })
    if (this.#reserved.size > QUARANTINE_MAX) {
      this.#reserved.delete(this.#reserved.keys().next().value!)
    }
  }

  /** Those who do not know rooms have no roster: they are told in words (RFC 7701 §5.2). */
  #tellUnaware(text: string): void {
    for (const participant of this.#participants) {
      if (participant.offer.chatroom === null) this.#notice(participant, text)
    }
  }

  #notice(to: Participant, text: string): void {
    const body = writeNotice(this.address, to.address, this.#env.now(), text)
    this.#deliver(to, 'text/plain', { id: '', contentType: 'message/cpim', body })
  }

  #nameOf(participant: Participant): string {
    return this.#nicknames.get(participant)?.shown ?? participant.name ?? participant.address
  }
}

/** `sip:user@host` of any SIP URI, to compare by; `null` for what is none. */
export function addressOf(uri: string): string | null {
  const parsed = parseUri(uri)
  return parsed === null || parsed.user === null
    ? null
    : `sip:${parsed.user.toLowerCase()}@${parsed.host}`
}

function welcome(others: readonly string[]): string {
  const company =
    others.length === 0 ? 'You are the first one here.' : `Here are: ${others.join(', ')}.`
  return `This is a room: everybody in it, and its server, reads what you write. ${company}`
}
