import { type Invitation, SessionState } from 'sip.js'
import { Call, type CallHost, settle } from './call.ts'
import type { MsrpDescriptionHandler } from './description-handler.ts'
import { type MsrpDescription, SipError, type SipPeer } from './events.ts'
import { ALLOW_UPDATE } from './update.ts'

/** An INVITE of a peer and what we make of it. */
export class IncomingCall extends Call {
  protected readonly ownsCallId = false
  protected readonly failedBefore = new SipError('SIP_TIMEOUT', 'The call was not taken in time.')
  readonly #invitation: Invitation

  constructor(
    id: string,
    invitation: Invitation,
    description: MsrpDescriptionHandler,
    peer: SipPeer,
    host: CallHost,
  ) {
    super(id, invitation, description, peer, host)
    this.#invitation = invitation
  }

  /** Tells the caller that somebody is asked. */
  ring(): void {
    settle(this.#invitation.progress())
  }

  /** @throws TypeError if the answer cannot be written as SDP */
  accept(answer: MsrpDescription): void {
    if (this.over || this.session.state !== SessionState.Initial) return
    this.description.describe(answer)
    this.#invitation.accept({ extraHeaders: [ALLOW_UPDATE] }).then(
      () => this.establish(this.#invitation.request),
      () => this.conclude('network', new SipError('SIP_CONNECTION_LOST', 'The call was lost.')),
    )
  }

  refuse(statusCode: number): void {
    if (this.over) return
    this.conclude('local', null)
    this.#reject(statusCode)
  }

  protected override hangUp(cause?: number): void {
    if (this.session.state === SessionState.Established) this.bye(cause)
    else this.#reject(480)
  }

  #reject(statusCode: number): void {
    try {
      settle(this.#invitation.reject({ statusCode }))
    } catch {
      // The transaction is over, since the caller withdrew in the same instant.
    }
  }
}
