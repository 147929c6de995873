import { MsrpConnection, header as msrpHeader, newSessionUri } from '../msrp/index.ts'
import { type EdgeEnv, randomToken } from './env.ts'
import { ALLOW, dialogKey, FocusDialog, focusContact } from './focus-dialog.ts'
import { PARTICIPANTS_MAX, ROOM_NAME_MAX, ROOMS_MAX } from './focus-limits.ts'
import { addressOf, type Participant, Room } from './focus-room.ts'
import { isActive, readOffer, writeAnswer } from './focus-sdp.ts'
import { Subscriptions } from './focus-subscriptions.ts'
import type { MsrpRelay } from './msrp-relay.ts'
import type { InsideAgent, SipDomain } from './sip-domain.ts'
import { answer, cseqMethod, parseNameAddr, parseUri, tagIn } from './sip-fields.ts'
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

  constructor(options: ConferenceFocusOptions) {
    this.#options = options
    this.#env = options.env
    this.#send = options.sip.attach(options.host, this)
    this.#subscriptions = new Subscriptions(this.#env)
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
    // A subscriber that does not want its roster has gone (RFC 6665 §4.2.2).
    if (response.status >= 300 && cseqMethod(response) === 'NOTIFY') {
      this.#subscriptions.end(dialogKey(response))
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
      case 'OPTIONS':
        return this.#answer(request, 200, [
          focusContact(address),
          ['Allow', ALLOW],
          ['Accept', 'application/sdp'],
          ['Allow-Events', 'conference'],
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
    const uri = newSessionUri((length) => this.#env.random(length))
    const attached = room === null ? null : this.#options.relay.attach(uri)
    if (room === null || attached === null) {
      return this.#answer(request, 503, [['Retry-After', '60']])
    }

    const dialog = new FocusDialog(request, address, this.#send, this.#env)
    const connection = new MsrpConnection(attached.wire, this.#env)
    const session = connection.open(
      {
        uri,
        usePath: [attached.uri],
        onRequest: (request) =>
          request.method === 'NICKNAME'
            ? room.name(participant, msrpHeader(request, 'Use-Nickname'))
            : { status: 501, comment: 'Unknown method' },
      },
      (event) => {
        if (event.type === 'bound') room.enter(participant)
        else if (event.type === 'message') room.say(participant, event.message)
        else if (event.type === 'closed') this.#unseat(seat, 'BYE')
      },
    )
    const participant: Participant = {
      address: caller,
      name: displayName(header(request, 'from')!),
      contact: dialog.target,
      offer,
      session,
      joined: this.#env.now(),
    }
    const sdp = writeAnswer(offer, String(this.#env.now()), [attached.uri, uri])
    const seat: Seat = { room, dialog, connection, participant, answer: sdp }
    this.#seats.set(dialog.key, seat)
    session.start({ remotePath: offer.path, active: isActive(offer) })
    dialog.respond(request, 200, SDP, Buffer.from(sdp))
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
    if (event !== 'conference') {
      return this.#answer(request, 489, [['Allow-Events', 'conference']])
    }
    if (room === undefined) return this.#answer(request, 480)
    if (caller === null || !room.has(caller)) return this.#answer(request, 403)
    const status = this.#subscriptions.subscribe(request, room, this.#send)
    if (status !== 200) this.#answer(request, status)
  }

  /** @param method - `BYE` where the participant does not know yet */
  #unseat(seat: Seat, method: 'BYE' | null): void {
    if (!this.#seats.delete(seat.dialog.key)) return
    if (method !== null) seat.dialog.request(method)
    seat.connection.close()
    seat.room.leave(seat.participant)
    if (this.#isEmpty(seat.room)) {
      this.#rooms.delete(seat.room.address)
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

/** The display name of a From (RFC 3261 §20.10); SIP headers come as Latin-1 octets. */
function displayName(from: string): string | null {
  const [, quoted, token] = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*</.exec(from) ?? []
  const name = quoted?.replaceAll(/\\(.)/g, '$1') ?? token ?? ''
  return name === '' ? null : Buffer.from(name, 'latin1').toString('utf8')
}
