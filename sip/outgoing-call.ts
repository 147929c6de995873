import { type Inviter, SessionState } from 'sip.js'
import type { IncomingResponseMessage, OutgoingRequestMessage } from 'sip.js/lib/core/index.js'
import { failureOf } from './answer.ts'
import { Call, type CallHost, settle } from './call.ts'
import type { MsrpDescriptionHandler } from './description-handler.ts'
import { SipError, type SipPeer } from './events.ts'
import { RING_TIMEOUT_MS } from './limits.ts'
import { refusal } from './refusal.ts'

/** An INVITE of ours and what comes of it. */
export class OutgoingCall extends Call {
  protected readonly ownsCallId = true
  protected readonly failedBefore = new SipError(
    'SIP_NOT_ACCEPTABLE',
    'The other side offers no chat.',
  )
  readonly #inviter: Inviter
  readonly #withdrawn: WeakSet<OutgoingRequestMessage>
  #rings = false
  #cancelRing = () => {}

  /** @param withdrawn - where requests go that sip.js must not send again */
  constructor(
    id: string,
    inviter: Inviter,
    description: MsrpDescriptionHandler,
    peer: SipPeer,
    host: CallHost,
    withdrawn: WeakSet<OutgoingRequestMessage>,
  ) {
    super(id, inviter, description, peer, host)
    this.#inviter = inviter
    this.#withdrawn = withdrawn
  }

  begin(): void {
    this.#cancelRing = this.host.env.after(RING_TIMEOUT_MS, () => {
      this.conclude('local', refusal(408, 'ringing'))
      this.hangUp()
    })
    const invited = this.#inviter.invite({
      requestDelegate: {
        onProgress: ({ message }) => {
          if (message.statusCode === 180 || message.statusCode === 183) this.#onRinging()
        },
        onAccept: ({ message }) => {
          this.#cancelRing()
          if (this.session.state === SessionState.Established) this.establish(message)
        },
        onRedirect: ({ message }) => this.#onRefused(message),
        onReject: ({ message }) => this.#onRefused(message),
      },
    })
    settle(invited)
  }

  protected override hangUp(cause?: number): void {
    this.#cancelRing()
    if (this.session.state === SessionState.Established) return this.bye(cause)
    // Withdrawn first: a challenge that is already on its way must not send the INVITE again.
    this.#withdrawn.add(this.#inviter.request)
    settle(this.#inviter.cancel())
  }

  #onRinging(): void {
    if (this.#rings || this.over) return
    this.#rings = true
    this.host.tell({ type: 'ringing', call: this.id })
  }

  #onRefused(message: IncomingResponseMessage): void {
    this.#cancelRing()
    const { by, error } = failureOf(message, this.#rings ? 'ringing' : 'invite')
    this.conclude(by, error)
  }
}
