import { MsrpConnection, header as msrpHeader, newSessionUri } from '../msrp/index.ts'
import { type EdgeEnv, randomToken } from './env.ts'
import { ALLOW, dialogKey, FocusDialog, focusContact } from './focus-dialog.ts'
import { PARTICIPANTS_MAX, ROOM_NAME_MAX, ROOMS_MAX } from './focus-limits.ts'
import { addressOf, type Participant, Room } from './focus-room.ts'
import { isActive, readOffer, writeAnswer } from './focus-sdp.ts'
import { Subscriptions } from './focus-subscriptions.ts'
import { type Place, Wishes } from './focus-wishes.ts'
import type { MsrpRelay } from './msrp-relay.ts'
import type { InsideAgent, SipDomain } from './sip-domain.ts'
import { answer, cseqMethod, displayName, parseNameAddr, parseUri, tagIn } from './sip-fields.ts'
import {
  header,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts'

export interface ConferenceFocusOptions {
  /** Host part of its rooms, `conference.<domain>`. */
  readonly host: string
  readonly sip: Pick<SipDomain, 'attach'>
  readonly relay: Pick<MsrpRelay, 'attach'>
  readonly env: EdgeEnv
}

/** Somebody in a room, or on the way into it. */
interface Seat {
  readonly room: Room
  readonly dialog: FocusDialog
  readonly connection: MsrpConnection
  readonly participant: Participant
  /** What the INVITE was answered; an unchanged offer is answered the same. */
  readonly answer: string
}

/**
 * Rooms at `sip:NAME@conference.<domain>` (RFC 4579, RFC 7701). A room is there when somebody enters
 * it, and gone with the last one. What is said in it is not encrypted from end to end.
 */
export class ConferenceFocus implements InsideAgent {
  readonly #options: ConferenceFocusOptions
  readonly #env: EdgeEnv
  readonly #send: (message: SipMessage) => void
  readonly #rooms = new Map<string, Room>()
  readonly #seats = new Map<string, Seat>()
  readonly #subscriptions: Subscriptions
  readonly #wishes: Wishes

  constructor(options: ConferenceFocusOptions) {
    this.#options = options
    this.#env = options.env
    this.#send = options.sip.attach(options.host, this)
    this.#subscriptions = new Subscriptions(this.#env)
    this.#wishes = new Wishes(
      {
        isOpen: (room) => this.#rooms.get(room.address) === room,
        place: (room) => this.#place(room),
        sendAway: (room, address) => this.#sendAway(room, address),
      },
      this.#send,
      this.#env,
    )
  }

  /** Figures for the operator. */
  get counts(): { readonly rooms: number; readonly participants: number } {
    return { rooms: this.#rooms.size, participants: this.#seats.size }
  }

  receive(message: SipMessage): void {
    if (message.kind === 'response') this.#onResponse(message)
    else this.#onRequest(message)
  }

  #onResponse(response: SipResponse): void {
    const key = dialogKey(response)
    this.#wishes.receive(key, response)
    // A subscriber that does not want to be told has gone (RFC 6665 §4.2.2).
    if (response.status >= 300 && cseqMethod(response) === 'NOTIFY') {
      this.#subscriptions.end(key)
      this.#wishes.stop(key)
    }
  }

  #onRequest(request: SipRequest): void {
    const address = this.#roomAddress(request)
    if (request.method === 'ACK') return
    if (address === null) return this.#answer(request, 404)
    const inDialog = tagIn(request, 'to') !== null
    switch (request.method) {
      case 'INVITE':
        return inDialog ? this.#reinvite(request) : this.#invite(request, address)
      case 'BYE':
        return this.#bye(request)
      case 'SUBSCRIBE':
        return this.#subscribe(request, address)
      case 'REFER':
        return this.#refer(request, address)
      case 'OPTIONS':
        return this.#answer(request, 200, [
          focusContact(address),
          ['Allow', ALLOW],
          ['Accept', 'application/sdp, message/sipfrag'],
          ['Allow-Events', 'conference, refer'],
        ])
      case 'CANCEL':
        return this.#answer(request, 200) // Too late as a rule: an INVITE is answered at once.
      default:
        return this.#answer(request, 405, [['Allow', ALLOW]])
    }
  }

  #invite(request: SipRequest, address: string): void {
    const offer = readOffer(Buffer.from(request.body).toString('utf8'))
    const from = parseNameAddr(header(request, 'from')!)
    const caller = addressOf(from?.uri ?? '')
    if (offer === null) return this.#answer(request, 488)
    if (caller === null || parseNameAddr(header(request, 'contact') ?? '') === null) {
      return this.#answer(request, 400)
    }
    const room = this.#roomAt(address)
    const place = room === null ? null : this.#place(room)
    if (room === null || place === null) {
      return this.#answer(request, 503, [['Retry-After', '60']])
    }
    const dialog = FocusDialog.answering(request, address, this.#send, this.#env)
    const sdp = writeAnswer(offer, String(this.#env.now()), place.path)
    const participant = {
      address: caller,
      name: displayName(header(request, 'from')!),
      contact: dialog.target,
      offer,
      session: place.session,
      joining: 'dialed-in',
      joined: this.#env.now(),
    } as const
    place.take(dialog, participant, sdp)
    place.session.start({ remotePath: offer.path, active: isActive(offer) })
    dialog.respond(request, 200, SDP, Buffer.from(sdp))
  }

  /** @returns `null` if the relay has no room for it */
  #place(room: Room): Place | null {
    const uri = newSessionUri((length) => this.#env.random(length))
    const attached = this.#options.relay.attach(uri)
    if (attached === null) return null
    let seat: Seat | null = null
    const connection = new MsrpConnection(attached.wire, this.#env)
    const session = connection.open(
      {
        uri,
        usePath: [attached.uri],
        onRequest: (request) =>
          request.method === 'NICKNAME' && seat !== null
            ? room.name(seat.participant, msrpHeader(request, 'Use-Nickname'))
            : { status: 501, comment: 'Unknown method' },
      },
      (event) => {
        if (seat === null) return
        if (event.type === 'bound') room.enter(seat.participant)
        else if (event.type === 'message') room.say(seat.participant, event.message)
        else if (event.type === 'closed') this.#unseat(seat, 'BYE')
      },
    )
    const take: Place['take'] = (dialog, participant, answer) => {
      seat = { room, dialog, connection, participant, answer }
      this.#seats.set(dialog.key, seat)
    }
    return { session, path: [attached.uri, uri], take, leave: () => connection.close() }
  }

  /** Keeps a session that stays the same; a new path needs a new call. */
  #reinvite(request: SipRequest): void {
    const seat = this.#seats.get(dialogKey(request))
    if (seat === undefined) return this.#answer(request, 481)
    const offer = readOffer(Buffer.from(request.body).toString('utf8'))
    const isSame =
      request.body.length === 0 || offer?.path.join(' ') === seat.participant.offer.path.join(' ')
    if (isSame) seat.dialog.respond(request, 200, SDP, Buffer.from(seat.answer))
    else seat.dialog.respond(request, 488)
  }

  #bye(request: SipRequest): void {
    const seat = this.#seats.get(dialogKey(request))
    if (seat === undefined) return this.#answer(request, 481)
    seat.dialog.respond(request, 200)
    this.#unseat(seat, null)
  }

  #subscribe(request: SipRequest, address: string): void {
    const event = (header(request, 'event') ?? '').split(';', 1)[0]!.trim()
    const caller = addressOf(parseNameAddr(header(request, 'from')!)?.uri ?? '')
    const room = this.#rooms.get(address)
    if (event === 'refer') return this.#answer(request, ...this.#wishes.resubscribe(request))
    if (event !== 'conference') {
      return this.#answer(request, 489, [['Allow-Events', 'conference, refer']])
    }
    if (room === undefined) return this.#answer(request, 480)
    if (caller === null || !room.has(caller)) return this.#answer(request, 403)
    const status = this.#subscriptions.subscribe(request, room, this.#send)
    if (status !== 200) this.#answer(request, status)
  }

  #refer(request: SipRequest, address: string): void {
    const caller = addressOf(parseNameAddr(header(request, 'from')!)?.uri ?? '')
    const room = this.#rooms.get(address)
    const own = this.#seats.get(dialogKey(request))?.dialog ?? null
    if (room === undefined) return this.#answer(request, 404)
    if (caller === null || !room.has(caller)) return this.#answer(request, 403)
    if (own === null && tagIn(request, 'to') !== null) return this.#answer(request, 481)
    const status = this.#wishes.refer(request, room, caller, own)
    if (status !== 202) this.#answer(request, status)
  }

  #sendAway(room: Room, address: string): boolean {
    const seats = [...this.#seats.values()].filter(
      (seat) => seat.room === room && seat.participant.address === address,
    )
    for (const seat of seats) this.#unseat(seat, 'BYE')
    return seats.length > 0
  }

  /** @param method - `BYE` where the participant does not know yet */
  #unseat(seat: Seat, method: 'BYE' | null): void {
    if (!this.#seats.delete(seat.dialog.key)) return
    if (method !== null) seat.dialog.request(method)
    seat.connection.close()
    seat.room.leave(seat.participant)
    if (this.#isEmpty(seat.room)) {
      this.#rooms.delete(seat.room.address)
      this.#wishes.endAllOf(seat.room)
      this.#subscriptions.endAllOf(seat.room)
    }
  }

  #isEmpty(room: Room): boolean {
    return room.size === 0 && ![...this.#seats.values()].some((seat) => seat.room === room)
  }

  /** The room, new if need be; `null` if it, or the house, is full. */
  #roomAt(address: string): Room | null {
    let room = this.#rooms.get(address)
    if (room === undefined) {
      if (this.#rooms.size >= ROOMS_MAX) return null
      const opened = new Room(address, this.#env, () => this.#subscriptions.changed(opened))
      room = opened
      this.#rooms.set(address, room)
    }
    return room.size < PARTICIPANTS_MAX ? room : null
  }

  /** The address of the room that a request is for; `null` if that cannot be one. */
  #roomAddress(request: SipRequest): string | null {
    const uri = parseUri(request.uri)
    if (uri?.host !== this.#options.host || uri.user === null) return null
    if (!/^[\p{L}\p{N}._+-]+$/u.test(uri.user) || uri.user.length > ROOM_NAME_MAX) return null
    return addressOf(request.uri)
  }

  #answer(request: SipRequest, status: number, more: readonly SipHeader[] = []): void {
    this.#send(answer(request, status, randomToken(this.#env), more))
  }
}

const SDP: readonly SipHeader[] = [['Content-Type', 'application/sdp']]
