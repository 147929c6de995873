import { enforceNickname, nicknameKey } from '../msrp/index.ts'
import { type Roster, type RosterUser, parseAddress as sameForm } from '../sip/index.ts'
import type { Channel } from './channel.ts'
import { type ChatContext, notice, refuse } from './context.ts'
import type { Address, ChatFault, Message, Room, RoomMember } from './events.ts'
import type { ChatFaultCode } from './faults.ts'
import { REPLAY_MS, ROOM_CHANGES_MAX, STATUS_MAX } from './limits.ts'
import type { InRoom, Timeline } from './timeline.ts'

/** What came in a room, as its envelope says. */
export interface RoomMail {
  readonly id: string
  readonly text: string
  readonly from: { readonly name: string | null; readonly uri: string } | null
  readonly to: { readonly uri: string } | null
  readonly dateTime: string | null
}

/** Being in one room: who is there, what may be done, and what is said (RFC 7701, RFC 4575). */
export class RoomVisit {
  readonly #context: ChatContext
  readonly #peer: Address
  readonly #timeline: Timeline
  #channel: Channel | null = null
  #subject: string | null = null
  #members: readonly RoomMember[] | null = null
  #nickname: string | null = null
  /** The room itself says who comes and goes. */
  #announces = false
  #enteredAt = 0
  /** What was said before may still be coming. */
  #isReplaying = false

  constructor(context: ChatContext, peer: Address, timeline: Timeline) {
    this.#context = context
    this.#peer = peer
    this.#timeline = timeline
  }

  /** We are in the room, or in again over another channel. */
  enter(channel: Channel): void {
    this.#channel = channel
    this.#enteredAt = this.#context.env.now()
    this.#isReplaying = true
    channel.watchRoom()
    this.#tell()
    // A new session comes without the nickname of the one before (RFC 7701 §7.1).
    if (this.#nickname !== null) this.setNickname(this.#nickname)
  }

  /** The session is over. Whoever comes back wants to be called the same. */
  left(): void {
    this.#channel = null
    this.#members = null
    this.#announces = false
  }

  onRoster(roster: Roster): void {
    const before = this.#members
    this.#subject = roster.subject
    this.#members = describeMembers(roster.users, this.#peer)
    if (before !== null && !this.#announces) this.#noticeChanges(before, this.#members)
    this.#tell()
  }

  onInvitation(who: string, fault: ChatFault | null): void {
    this.#context.emit({ type: 'roomInvitation', peer: this.#peer, who: who as Address, fault })
  }

  invite(who: Address): void {
    if (this.#channel === null) this.#refuse('CHAT_NOT_A_ROOM')
    else this.#channel.inviteToRoom(who)
  }

  /** Asks for a nickname, or gives it back with `''`. A refusal is told as a fault. */
  setNickname(wanted: string): void {
    const channel = this.#channel
    const nickname = wanted === '' ? '' : enforceNickname(wanted)
    if (channel === null) return this.#refuse('CHAT_NOT_A_ROOM')
    if (!this.#allows.nicknames) return this.#refuse('CHAT_NICKNAME_OFF')
    if (nickname === null) return this.#refuse('CHAT_NICKNAME_MALFORMED')
    const onAnswer = (status: number) => {
      if (channel !== this.#channel) return
      if (status !== 200) return this.#refuse(REFUSALS[status] ?? 'CHAT_NICKNAME_REFUSED')
      this.#nickname = nickname || null
      this.#tell()
    }
    // A connection that is lost meanwhile is told of as such.
    channel.setNickname(nickname).then(onAnswer, () => {})
  }

  /**
   * Whoever is not on the roster may have come since it was told: the room knows.
   *
   * @returns whom a private message will be for; `null`, and a fault is told, if it cannot be
   */
  addressee(member: string): Message['privately'] | null {
    const address = plain(member, this.#peer)
    const there = this.#members?.find((one) => one.address === address)
    if (this.#channel === null) this.#refuse('CHAT_NOT_A_ROOM')
    else if (!this.#allows.privateMessages) this.#refuse('CHAT_NO_PRIVATE')
    else return { address, name: there?.name ?? nameIn(address) }
    return null
  }

  /** Shows what somebody said, or what the room says itself. OTR is never among it. */
  async receive({ id, text, from, to, dateTime }: RoomMail): Promise<void> {
    const writer = from === null ? this.#peer : plain(from.uri, this.#peer)
    const writtenAt = dateTime === null ? Number.NaN : Date.parse(dateTime)
    const isNew = Number.isNaN(writtenAt)
      ? this.#timeline.isNewMessage(id, text)
      : this.#timeline.isNewInRoom(writer, writtenAt, text)
    if (!isNew) return
    if (writer === this.#peer) return this.#onRoomsWord(text)
    const author = writer === this.#context.own ? 'us' : 'peer'
    const nickname = this.#nameOf(writer, from?.name ?? null)
    const other = author === 'us' ? plain(to?.uri ?? this.#peer, this.#peer) : writer
    const isPrivate = to !== null && plain(to.uri, this.#peer) !== this.#peer
    const isEarlier = this.#isEarlier(writtenAt, author)
    const inRoom: InRoom = {
      ...(author === 'peer' ? { from: writer } : {}),
      ...(isPrivate ? { privately: { address: other, name: this.#nameOf(other, null) } } : {}),
      ...(isEarlier ? { earlier: true } : {}),
      ...(Number.isNaN(writtenAt) ? {} : { writtenAt }),
    }
    const at = isEarlier ? Math.min(writtenAt, this.#enteredAt) : this.#context.env.now()
    await this.#timeline.receive({ id, author, nickname, text, protection: 'none', at, ...inRoom })
  }

  /** What the room says of itself; who else marks a message so is not believed. */
  #onRoomsWord(text: string): void {
    this.#announces ||= this.#members !== null
    notice(this.#context, this.#peer, 'room-status', text.slice(0, STATUS_MAX))
  }

  /**
   * A room gives newcomers its last messages as they were, with the time of writing, and does not mark
   * them. Those that come first and were written before we came are taken for such; the first one that
   * was not ends it.
   */
  #isEarlier(writtenAt: number, author: Message['author']): boolean {
    const isSoon = this.#context.env.now() - this.#enteredAt <= REPLAY_MS
    if (!this.#isReplaying || !isSoon || Number.isNaN(writtenAt)) return false
    const isEarlier = writtenAt < this.#enteredAt
    if (!isEarlier && author === 'peer') this.#isReplaying = false
    return isEarlier
  }

  #noticeChanges(before: readonly RoomMember[], after: readonly RoomMember[]): void {
    const wasHere = new Map(before.map((member) => [member.address, member]))
    const isHere = new Set(after.map(({ address }) => address))
    const others = after.filter(({ isOwn }) => !isOwn)
    this.#noticeEach(
      'room-joined',
      others.filter(({ address }) => !wasHere.has(address)),
    )
    this.#noticeEach(
      'room-left',
      before.filter(({ address }) => !isHere.has(address)),
    )
    const renamed = others.filter(({ address, name }) => {
      const old = wasHere.get(address)
      return old !== undefined && old.name !== name
    })
    for (const { address, name } of renamed.slice(0, ROOM_CHANGES_MAX)) {
      notice(this.#context, this.#peer, 'room-renamed', name, wasHere.get(address)!.name)
    }
  }

  #noticeEach(form: 'room-joined' | 'room-left', members: readonly RoomMember[]): void {
    if (members.length > ROOM_CHANGES_MAX) {
      notice(this.#context, this.#peer, `${form}-many`, String(members.length))
    } else for (const { name } of members) notice(this.#context, this.#peer, form, name)
  }

  /** By the roster, which the room answers for, rather than by what a message calls its sender. */
  #nameOf(address: string, claimed: string | null): string {
    const member = this.#members?.find((one) => one.address === address)
    return member?.name ?? claimed ?? nameIn(address)
  }

  #tell(): void {
    const own = this.#members?.find(({ isOwn }) => isOwn)
    const room: Room = {
      peer: this.#peer,
      subject: this.#subject,
      members: this.#members,
      allows: this.#allows,
      nickname: this.#nickname ?? own?.nickname ?? null,
    }
    this.#context.emit({ type: 'room', room })
  }

  get #allows(): Room['allows'] {
    const tokens = this.#channel?.chatroom ?? []
    return {
      nicknames: tokens.some((token) => /^nicknames?$/i.test(token)), // RFC 7701 writes it both ways.
      privateMessages: tokens.some((token) => /^private-messages$/i.test(token)),
    }
  }

  #refuse(code: ChatFaultCode): void {
    refuse(this.#context, this.#peer, code)
  }
}

const REFUSALS: Readonly<Record<number, ChatFaultCode>> = {
  403: 'CHAT_NICKNAME_OFF',
  424: 'CHAT_NICKNAME_MALFORMED',
  425: 'CHAT_NICKNAME_TAKEN',
  501: 'CHAT_NICKNAME_UNKNOWN',
}

function describeMembers(users: readonly RosterUser[], room: string): readonly RoomMember[] {
  const members = users.map(({ entity, nickname, endpoints, isOwn, ...user }) => {
    const address = plain(entity, room)
    // A focus may write the address where it was told no name (RFC 4575 §5.6.1 wants a name there).
    const displayName = isItself(user.displayName, address) ? null : user.displayName
    return {
      address,
      name: nickname ?? displayName ?? nameIn(entity),
      nickname,
      displayName,
      status: statusOf(endpoints.map(({ status }) => status)),
      isOwn,
    }
  })
  const bearers = new Map<string, number>()
  for (const { name } of members) bearers.set(look(name), (bearers.get(look(name)) ?? 0) + 1)
  return members.map((one) => ({ ...one, isNameShared: (bearers.get(look(one.name)) ?? 0) > 1 }))
}

/** What a name looks like to people. */
function look(name: string): string {
  return nicknameKey(name) ?? name
}

/** Of the best that any of a user's devices is. */
function statusOf(
  statuses: readonly RosterUser['endpoints'][number]['status'][],
): RoomMember['status'] {
  const isAny = (...wanted: readonly unknown[]) => statuses.some((one) => wanted.includes(one))
  if (statuses.length === 0 || isAny('connected', 'muted-via-focus', null)) return 'here'
  return isAny('on-hold') ? 'onHold' : 'joining'
}

/** One spelling for each address; what is no SIP address stays as it is. */
function plain(uri: string, room: string): string {
  const address = sameForm(uri) ?? uri
  const [gr] = /;gr=[^;?\s]+/i.exec(uri) ?? []
  // Members of a room behind a gateway are the room, but for this (RFC 7702 §5).
  return address === room && gr !== undefined ? `${address}${gr}` : address
}

function isItself(name: string | null, address: string): boolean {
  return name !== null && (name === address || `sip:${name}` === address)
}

function nameIn(address: string): string {
  return address.replace(/^[a-z]+:|@.*$/gi, '') || address
}
