import type { FocusDialog } from './focus-dialog.ts'
import { REFERRAL_S } from './focus-limits.ts'
import { addressOf } from './focus-room.ts'
import { cseqOf, parseNameAddr, parseUri, reasonOf } from './sip-fields.ts'
import { header, type SipHeader, type SipRequest } from './sip-message.ts'

/** What a member asks the room to do (RFC 4579 §5.5, §5.11). */
export interface Wish {
  readonly method: 'INVITE' | 'BYE'
  /** SIP address. */
  readonly who: string
}

/** @returns `null` for a Refer-To that is not of one SIP user, or asks for something else */
export function readWish(request: SipRequest): Wish | null {
  const referTo = parseNameAddr(header(request, 'refer-to') ?? '')
  const uri = parseUri(referTo?.uri ?? '')
  const who = addressOf(referTo?.uri ?? '')
  if (referTo === null || uri === null || who === null || !PRINTABLE.test(who)) return null
  // In the URI, as the RFC has it, or behind it, as Blink and SylkServer do.
  const method = uri.params.get('method') ?? referTo.params.get('method') ?? 'INVITE'
  if (method !== 'INVITE' && method !== 'BYE') return null
  return { method, who }
}

/** An escaped user part is unescaped by now, and must not break out of a request line. */
const PRINTABLE = /^[!#-;=?-~]+$/

/** Tells who asked what becomes of it (RFC 3515 §2.4.4), unless they do not want to know (RFC 4488). */
export class Referral {
  readonly #dialog: FocusDialog
  readonly #event: string
  #isOver: boolean

  /** @param dialog - the one that the REFER came in, or began */
  constructor(request: SipRequest, dialog: FocusDialog, isInDialog: boolean) {
    this.#dialog = dialog
    this.#event = isInDialog ? `refer;id=${cseqOf(request)}` : 'refer'
    this.#isOver = header(request, 'refer-sub')?.toLowerCase() === 'false'
    const more: SipHeader[] = this.#isOver ? [['Refer-Sub', 'false']] : []
    dialog.respond(request, 202, more)
  }

  /** @param status - 200 and above is the end */
  tell(status: number): void {
    if (this.#isOver) return
    this.#isOver = status >= 200
    this.#dialog.request(
      'NOTIFY',
      [
        ['Event', this.#event],
        [
          'Subscription-State',
          this.#isOver ? 'terminated;reason=noresource' : `active;expires=${REFERRAL_S}`,
        ],
        ['Content-Type', 'message/sipfrag;version=2.0'],
      ],
      `SIP/2.0 ${status} ${reasonOf(status)}`,
    )
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** They no longer want to know. */
  stop(): void {
    this.#isOver = true
  }
}
