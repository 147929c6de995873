import type { BodyAndContentType, SessionDescriptionHandler } from 'sip.js'
import { type MsrpDescription, SipError } from './events.ts'
import { isWithdrawn, type MediaLine, readMedia, writeSdp } from './sdp.ts'
import { activeRole } from './setup.ts'

/**
 * sip.js's media seam, with MSRP where WebRTC usually goes. It holds no socket: it translates
 * {@link MsrpDescription} to SDP and back, and keeps what one session has agreed on.
 */
export class MsrpDescriptionHandler implements SessionDescriptionHandler {
  readonly #side: 'offerer' | 'answerer'
  readonly #sessionId: string
  readonly #origin: string
  #local: MsrpDescription | null = null
  #remote: MsrpDescription | null = null
  #media: readonly MediaLine[] | undefined
  #version = 1
  #written = ''
  #failure: SipError | null = null
  #withdrawn = false

  /** @param frame - what `o=` says of us */
  constructor(
    side: 'offerer' | 'answerer',
    frame: { readonly sessionId: string; readonly origin: string },
  ) {
    this.#side = side
    this.#sessionId = frame.sessionId
    this.#origin = frame.origin
  }

  /**
   * Our side, given before sip.js asks for it.
   *
   * @throws TypeError if it cannot be written as SDP
   */
  describe(local: MsrpDescription): void {
    this.#write(local)
    this.#local = local
  }

  get remote(): MsrpDescription | null {
    return this.#remote
  }

  /** Why the peer's SDP was refused; `null` if it was not. */
  get failure(): SipError | null {
    return this.#failure
  }

  /** True once the peer has taken back its file by an offer of nothing (RFC 5547 §8.4). */
  get withdrawn(): boolean {
    return this.#withdrawn
  }

  /** Whether we connect, by RFC 6135; false until both sides are known. */
  get active(): boolean {
    if (this.#local === null || this.#remote === null) return false
    const [ours, theirs] = [this.#local.setup, this.#remote.setup]
    return this.#side === 'offerer'
      ? activeRole('offerer', ours, theirs)
      : activeRole('answerer', theirs, ours)
  }

  async getDescription(): Promise<BodyAndContentType> {
    if (this.#local === null) throw new Error('no description to answer with')
    if (this.#written !== '' && this.#write(this.#local) !== this.#written) this.#version++
    this.#written = this.#write(this.#local)
    return { body: this.#written, contentType: 'application/sdp' }
  }

  hasDescription(contentType: string): boolean {
    return /^(?:application\/sdp|multipart\/related)\s*(?:;|$)/i.test(contentType)
  }

  async setDescription(sdp: string): Promise<void> {
    if (this.#remote?.file !== undefined && isWithdrawn(sdp)) {
      this.#withdrawn = true
      this.#media = this.#media?.map((medium) => ({ ...medium, isChat: false }))
      return
    }
    try {
      const { chat, media } = readMedia(sdp)
      // A changed path would be a new MSRP session; no deployed peer does it, and whoever hears 488
      // keeps the session that it has (RFC 3261 §14.2).
      if (this.#remote !== null && this.#remote.path.join(' ') !== chat.path.join(' ')) {
        throw new SipError('SIP_NOT_ACCEPTABLE', 'The other side wants to move the chat.', 488)
      }
      this.#media = media
      this.#remote = chat
    } catch (error) {
      if (error instanceof SipError) this.#failure = error
      throw error
    }
  }

  async rollbackDescription(): Promise<void> {
    this.#failure = null // What was agreed before is kept; nothing of the refused offer was.
  }

  close(): void {} // Nothing is held.

  sendDtmf(): boolean {
    return false
  }

  #write(local: MsrpDescription): string {
    return writeSdp(local, {
      sessionId: this.#sessionId,
      version: this.#version,
      origin: this.#origin,
      ...(this.#media === undefined ? {} : { media: this.#media }),
    })
  }
}
