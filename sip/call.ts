import { type Info, type Session, SessionState } from 'sip.js'
import type { IncomingRequestMessage, IncomingResponseMessage } from 'sip.js/lib/core/index.js'
import { hasFocus } from './address.ts'
import type { SipClock, SipSink } from './agent-door.ts'
import type { MsrpDescriptionHandler } from './description-handler.ts'
import { SipError, type SipEvent, type SipPeer } from './events.ts'
import { GLARE_OTHER_MS, GLARE_OWNER_MS, REFRESH_ATTEMPTS } from './limits.ts'
import { peerOf } from './peer.ts'
import { randomFraction } from './random.ts'
import { refusal } from './refusal.ts'
import { UpdateServer } from './update.ts'

type Ended = Extract<SipEvent, { type: 'ended' }>

/** What a call is given by its agent. */
export interface CallHost {
  readonly env: SipClock
  readonly tell: SipSink
  /** Called once, when the call is over. */
  readonly forget: (id: string) => void
}

/**
 * One session of sip.js as the rest of the program sees it: one `ended`, always, and nothing after
 * it. `OutgoingCall` and `IncomingCall` add how it begins.
 */
export abstract class Call {
  readonly id: string
  protected readonly host: CallHost
  protected readonly session: Session
  protected readonly description: MsrpDescriptionHandler
  #peer: SipPeer
  #established = false
  #over = false
  #refreshing = false
  #refreshAgain = false
  #cancelGlare = () => {}
  readonly #updates: UpdateServer

  constructor(
    id: string,
    session: Session,
    description: MsrpDescriptionHandler,
    peer: SipPeer,
    host: CallHost,
  ) {
    this.id = id
    this.host = host
    this.session = session
    this.description = description
    this.#peer = peer
    this.#updates = new UpdateServer(session, description, (request) => this.#observe(request))
    session.data = description
    session.stateChange.addListener((state) => {
      // Whoever knows better why, such as the answer that refused it, is heard right after this.
      if (state !== SessionState.Terminated) return
      queueMicrotask(() => this.conclude('network', this.#failure()))
    })
    // Always set: without them sip.js would follow a REFER, and lose a MESSAGE that it answers.
    session.delegate = {
      onBye: (bye) => {
        settle(bye.accept())
        this.conclude('remote', byeReason(bye.request))
      },
      onCancel: () => this.conclude('remote', refusal(487, 'invite')),
      onInvite: (request) => this.#observe(request),
      onMessage: (message) => {
        settle(message.accept())
        const contentType = message.request.getHeader('content-type') ?? 'text/plain'
        const { body } = message.request
        this.host.tell({ type: 'page', peer: this.#peer, contentType, body })
      },
      onInfo: answerInfo,
      onNotify: (notification) => settle(notification.reject({ statusCode: 481 })),
      onRefer: (referral) => settle(referral.reject({ statusCode: 603 })),
    }
  }

  protected get over(): boolean {
    return this.#over
  }

  /** The peer's address, if this is an established call with a focus. */
  get room(): string | null {
    return this.#established && !this.#over && this.#peer.isFocus ? this.#peer.address : null
  }

  /** An UPDATE has come. @returns false if it is of another session */
  update(request: IncomingRequestMessage): boolean {
    return this.#updates.take(request)
  }

  /** CANCEL, BYE or a refusal, whichever fits; `ended` is told at once. */
  end(cause?: number): void {
    this.conclude('local', null)
    this.hangUp(cause)
  }

  /** The flow is gone. What was being set up on it cannot go on; what stands may be refreshed. */
  flowLost(error: SipError): void {
    if (this.#established) return
    this.conclude('network', error)
    this.hangUp()
  }

  /**
   * A new flow is up: a re-INVITE with the same description tells the peer and the proxies between
   * the way to us (RFC 3261 §12.2, target refresh), and shows whether the session still stands.
   */
  refresh(attempts = REFRESH_ATTEMPTS): void {
    if (!this.#established || this.#over) return
    if (this.#refreshing) {
      this.#refreshAgain = true // On the newer flow; the answer on the older one may never come.
      return
    }
    this.#refreshing = true
    const again = this.session.invite({
      requestDelegate: {
        onAccept: ({ message }) => {
          this.#observe(message)
          this.#onRefreshed()
        },
        onReject: ({ message }) => {
          if (!this.#onRefreshed()) this.#onRefreshRefused(message, attempts - 1)
        },
      },
    })
    settle(again)
  }

  /** Stops the session on the wire, whatever state it is in. */
  protected abstract hangUp(cause?: number): void

  protected conclude(by: Ended['by'], error: SipError | null): void {
    if (this.#over) return
    this.#over = true
    this.#cancelGlare()
    this.host.forget(this.id)
    this.host.tell({ type: 'ended', call: this.id, by, error })
  }

  /** @param answer - the peer's message that established or began it: its Contact tells who */
  protected establish(answer: IncomingRequestMessage | IncomingResponseMessage): void {
    const remote = this.description.remote
    if (this.#over || remote === null) return
    this.#established = true
    this.#peer = peerOf(answer, this.#peer)
    const { active } = this.description
    this.host.tell({ type: 'established', call: this.id, peer: this.#peer, remote, active })
  }

  protected bye(cause?: number): void {
    const extraHeaders = cause === undefined ? [] : [`Reason: SIP;cause=${cause}`]
    settle(this.session.bye({ requestOptions: { extraHeaders } }))
  }

  #failure(): SipError {
    if (this.description.failure !== null) return this.description.failure
    return this.#established
      ? new SipError('SIP_CONNECTION_LOST', 'The other side can no longer be reached.')
      : this.failedBefore
  }

  /** A room may take a two-party session over, or give it back (RFC 4579 §5). */
  #observe(message: IncomingRequestMessage | IncomingResponseMessage): void {
    if (this.description.withdrawn && !this.#over) {
      this.conclude('remote', null)
      return this.bye()
    }
    if (this.#over) return
    const remote = this.description.takeMove()
    const { active } = this.description
    if (remote !== null) this.host.tell({ type: 'moved', call: this.id, remote, active })
    const contact = message.getHeader('contact')
    if (contact === undefined) return
    const isFocus = hasFocus(contact)
    if (isFocus === this.#peer.isFocus) return
    this.#peer = { ...this.#peer, isFocus }
    this.host.tell({ type: 'peer', call: this.id, peer: this.#peer })
  }

  /** @returns whether another refresh was asked for meanwhile, and has begun */
  #onRefreshed(): boolean {
    this.#refreshing = false
    if (!this.#refreshAgain) return false
    this.#refreshAgain = false
    this.refresh()
    return true
  }

  /**
   * 488 leaves the session as it was (RFC 3261 §14.1). Glare, which is 491 or 500 with Retry-After
   * (§14.2), is tried again. Anything else says that the peer is no longer at the other end; a
   * proxy that has lost the way, as Kamailio after a restart, says 500 without more.
   */
  #onRefreshRefused(response: IncomingResponseMessage, attempts: number): void {
    const { statusCode } = response
    if (statusCode === 488) return
    const isGlare = statusCode === 491 || (statusCode === 500 && response.hasHeader('retry-after'))
    if (isGlare && attempts > 0) {
      const { from, to } = this.ownsCallId ? GLARE_OWNER_MS : GLARE_OTHER_MS
      const wait = from + (to - from) * randomFraction(this.host.env)
      this.#cancelGlare()
      this.#cancelGlare = this.host.env.after(wait, () => this.refresh(attempts))
    } else {
      this.conclude('network', this.#failure())
      this.bye()
    }
  }

  protected abstract readonly ownsCallId: boolean
  /** What it means that sip.js ended the session before it stood, and nobody said why. */
  protected abstract readonly failedBefore: SipError
}

/** sip.js tells of failures by promise and by callback; the callback is the one that is heard. */
export function settle(promise: Promise<unknown>): void {
  promise.catch(() => {})
}

/** `null` for an ordinary end; Blink says `SIP;cause=500` when the chat did not come up. */
function byeReason(request: IncomingRequestMessage): SipError | null {
  const cause = /^\s*SIP\s*;(?:.*;)?\s*cause\s*=\s*([3-6]\d\d)\b/i.exec(
    request.getHeader('reason') ?? '',
  )
  return cause === null ? null : refusal(Number(cause[1]), 'invite')
}

/** RFC 6086 §4.2: an empty INFO asks whether we are there; a package or a body is none of ours. */
function answerInfo(info: Info): void {
  if (info.request.hasHeader('info-package')) {
    settle(info.reject({ statusCode: 469, extraHeaders: ['Recv-Info:'] }))
  } else {
    settle(info.request.body ? info.reject({ statusCode: 415 }) : info.accept())
  }
}
