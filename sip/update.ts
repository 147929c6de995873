import type { Session } from 'sip.js'
import {
  Dialog,
  type IncomingRequestMessage,
  NameAddrHeader,
  SignalingState,
  type UserAgentCore,
} from 'sip.js/lib/core/index.js'
import type { MsrpDescriptionHandler } from './description-handler.ts'

/** For INVITE and its 2xx, beside what sip.js says of itself (RFC 3311 §5.1). */
export const ALLOW_UPDATE = 'Allow: UPDATE'

/**
 * sip.js answers 405 to UPDATE before anybody can look at it. From here on `take` sees each first.
 *
 * @param take - answers the UPDATE if it is of a session of ours; false leaves it to sip.js
 * @returns what undoes it
 */
export function interceptUpdates(
  core: UserAgentCore,
  take: (request: IncomingRequestMessage) => boolean,
): () => void {
  const theirs = core.receiveIncomingRequestFromTransport
  const ours = (request: IncomingRequestMessage) => {
    if (request.method !== 'UPDATE' || !take(request)) theirs.call(core, request)
  }
  core.receiveIncomingRequestFromTransport = ours
  return () => {
    if (core.receiveIncomingRequestFromTransport === ours) {
      core.receiveIncomingRequestFromTransport = theirs
    }
  }
}

/**
 * Answers UPDATE in one session (RFC 3311 §5.2): a refresh of a session timer as of its target, with
 * an offer or without. There is no transaction: over a reliable transport no request comes twice.
 */
export class UpdateServer {
  readonly #session: Session
  readonly #description: MsrpDescriptionHandler
  readonly #onTaken: (request: IncomingRequestMessage) => void
  /** An offer of an UPDATE has not been answered yet. */
  #isBusy = false

  /** @param onTaken - called once an UPDATE has been accepted */
  constructor(
    session: Session,
    description: MsrpDescriptionHandler,
    onTaken: (request: IncomingRequestMessage) => void,
  ) {
    this.#session = session
    this.#description = description
    this.#onTaken = onTaken
  }

  /** @returns false if it is of another session */
  take(request: IncomingRequestMessage): boolean {
    const { dialog } = this.#session
    if (!(dialog instanceof Dialog)) return false // Not yet.
    if (dialog.id !== request.callId + request.toTag + request.fromTag) return false
    const required = request.getHeaders('require').join(', ')
    if (request.cseq <= (dialog.remoteSequenceNumber ?? 0)) this.#reply(request, 500)
    else {
      Dialog.prototype.receiveRequest.call(dialog, request) // It counts, and no more.
      if (required !== '') this.#reply(request, 420, [`Unsupported: ${required}`])
      else if (request.body === '') this.#accept(request)
      else if (dialog.signalingState === SignalingState.HaveLocalOffer) this.#reply(request, 491)
      else if (this.#isBusy || dialog.signalingState !== SignalingState.Stable) {
        this.#reply(request, 500, ['Retry-After: 1'])
      } else if (!this.#description.hasDescription(request.getHeader('content-type') ?? '')) {
        this.#reply(request, 415, ['Accept: application/sdp'])
      } else void this.#negotiate(request)
    }
    return true
  }

  async #negotiate(request: IncomingRequestMessage): Promise<void> {
    this.#isBusy = true
    try {
      await this.#description.setDescription(request.body)
      this.#accept(request, (await this.#description.getDescription()).body)
    } catch {
      await this.#description.rollbackDescription()
      this.#reply(request, 488)
    } finally {
      this.#isBusy = false
    }
  }

  #accept(request: IncomingRequestMessage, sdp?: string): void {
    const contact: unknown = request.parseHeader('contact')
    // A target refresh (RFC 3311 §5.2), which sip.js knows of re-INVITE alone.
    if (contact instanceof NameAddrHeader) {
      Object.assign(Reflect.get(this.#session.dialog!, 'dialogState'), {
        remoteTarget: contact.uri,
      })
    }
    this.#reply(request, 200, [`Contact: ${this.#session.userAgent.contact}`, ALLOW_UPDATE], sdp)
    this.#onTaken(request)
  }

  #reply(
    request: IncomingRequestMessage,
    statusCode: number,
    extraHeaders: string[] = [],
    sdp?: string,
  ): void {
    const body = { contentDisposition: 'session', contentType: 'application/sdp' }
    this.#session.userAgent.userAgentCore.replyStateless(request, {
      statusCode,
      extraHeaders,
      ...(sdp !== undefined && { body: { ...body, content: sdp } }),
    })
  }
}
