import type { MsrpSession } from '../msrp/index.ts'
import type { EdgeEnv } from './env.ts'
import { DialOut } from './focus-dial-out.ts'
import { dialogKey, FocusDialog } from './focus-dialog.ts'
import { DIAL_OUTS_MAX, PARTICIPANTS_MAX, REFERRAL_S } from './focus-limits.ts'
import { Referral, readWish, type Wish } from './focus-referral.ts'
import type { Participant, Room } from './focus-room.ts'
import { isActiveOffering, readOffer, writeOffer } from './focus-sdp.ts'
import { TRANSACTION_TIMEOUT_MS } from './limits.ts'
import { displayName } from './sip-fields.ts'
import {
  header,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts'

/** A session at the relay for somebody who is about to come. */
export interface Place {
  readonly session: MsrpSession
  /** What the room's SDP says. */
  readonly path: readonly string[]
  /** They have come. @param sdp - what the room says of the session, now and later */
  take(dialog: FocusDialog, participant: Participant, sdp: string): void
  /** They do not come. */
  leave(): void
}

/** What wishes need of the focus. */
export interface Rooms {
  isOpen(room: Room): boolean
  /** @returns `null` if there is none left */
  place(room: Room): Place | null
  /** @returns whether they were there */
  sendAway(room: Room, address: string): boolean
}

interface Calling {
  readonly room: Room
  readonly call: DialOut
  isOver: boolean
}

/**
 * What members of rooms ask the focus to do by REFER (RFC 4579 §5.5, §5.11): to call somebody in, or
 * to send somebody away. Every member may call people in. To send others away is for the member who
 * has been here longest; everybody may send away other sessions of their own.
 */
export class Wishes {
  readonly #rooms: Rooms
  readonly #send: (message: SipMessage) => void
  readonly #env: EdgeEnv
  readonly #calling = new Map<string, Calling>()
  /** By the dialog of their NOTIFYs, if the REFER began it. */
  readonly #referrals = new Map<string, Referral>()

  constructor(rooms: Rooms, send: (message: SipMessage) => void, env: EdgeEnv) {
    this.#rooms = rooms
    this.#send = send
    this.#env = env
  }

  /**
   * Takes a REFER of a member.
   *
   * @param own - the dialog it came in; `null`: it begins one
   * @returns 202 if it has answered itself
   */
  refer(request: SipRequest, room: Room, member: string, own: FocusDialog | null): 202 | 400 | 403 {
    const wish = readWish(request)
    if (wish === null || header(request, 'contact') === null) return 400
    const isAllowed = wish.method === 'INVITE' || wish.who === member || isOldest(room, member)
    if (!isAllowed) return 403
    const dialog = own ?? FocusDialog.answering(request, room.address, this.#send, this.#env)
    const referral = new Referral(request, dialog, own !== null)
    if (own === null) this.#remember(dialog.key, referral)
    const tell = (status: number) => referral.tell(status)
    if (wish.method === 'INVITE') this.#callIn(room, wish, member, tell)
    else tell(this.#rooms.sendAway(room, wish.who) ? 200 : 404)
    return 202
  }

  /** An answer to something of the focus's. @param key - its dialog */
  receive(key: string, response: SipResponse): void {
    this.#calling.get(key)?.call.receive(response)
  }

  /** Whoever asked does not want to hear more. @param key - dialog of the NOTIFYs */
  stop(key: string): void {
    this.#referrals.get(key)?.stop()
  }

  /** A subscription that a REFER began can be ended by its subscriber (RFC 3515 §2.4.4), and no more. */
  resubscribe(request: SipRequest): [status: 200 | 481, headers?: readonly SipHeader[]] {
    const key = dialogKey(request)
    if (!this.#referrals.has(key)) return [481]
    const seconds = header(request, 'expires') === '0' ? 0 : REFERRAL_S
    if (seconds === 0) this.stop(key)
    return [200, [['Expires', String(seconds)]]]
  }

  /** The room has gone: whoever is still ringing may stop. */
  endAllOf(room: Room): void {
    for (const calling of this.#calling.values()) {
      if (calling.room === room && !calling.isOver) calling.call.cancel()
    }
  }

  #callIn(room: Room, { who }: Wish, referrer: string, tell: (status: number) => void): void {
    if (room.has(who)) return tell(200)
    const waiting = [...this.#calling.values()].filter(
      (other) => other.room === room && !other.isOver,
    ).length
    const isFull = waiting >= DIAL_OUTS_MAX || room.size + waiting >= PARTICIPANTS_MAX
    const place = isFull ? null : this.#rooms.place(room)
    if (place === null) return tell(503)
    tell(100)
    const sdp = writeOffer(String(this.#env.now()), place.path)
    const call = new DialOut({ room: room.address, who, referrer, sdp }, this.#send, this.#env, {
      onRinging: tell,
      onRefusal: (status) => {
        this.#end(calling)
        place.leave()
        tell(status)
      },
      onAnswer: (dialog, response) => {
        this.#end(calling)
        const offer = readOffer(Buffer.from(response.body).toString('utf8'))
        const isWanted = offer !== null && this.#rooms.isOpen(room)
        if (isWanted) {
          const participant = {
            address: who,
            name: displayName(header(response, 'to')!),
            contact: dialog.target,
            offer,
            session: place.session,
            joining: 'dialed-out',
            joined: this.#env.now(),
          } as const
          place.take(dialog, participant, sdp)
          place.session.start({ remotePath: offer.path, active: isActiveOffering(offer) })
        } else place.leave()
        tell(isWanted ? 200 : 488)
        return isWanted
      },
    })
    const calling: Calling = { room, call, isOver: false }
    this.#calling.set(call.key, calling)
  }

  /** An answer may come twice, or another one late: for a while somebody must take it. */
  #end(calling: Calling): void {
    calling.isOver = true
    this.#env.after(TRANSACTION_TIMEOUT_MS, () => this.#calling.delete(calling.call.key))
  }

  #remember(key: string, referral: Referral): void {
    if (referral.isOver) return
    this.#referrals.set(key, referral)
    this.#env.after(REFERRAL_S * 1000, () => this.#referrals.delete(key))
  }
}

function isOldest(room: Room, address: string): boolean {
  return room.roster()[0]?.address === address
}
