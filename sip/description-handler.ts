import type { BodyAndContentType, SessionDescriptionHandler } from 'sip.js'
import { type MsrpDescription, SipError } from './events.ts'
import { type MediaLine, readMedia, readWithdrawal, writeSdp } from './sdp.ts'
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
  /** Whether we connect since a later offer or answer of the peer's; `null` before there was one. */
  #activeSince: boolean | null = null
  #moved = false

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

  /** True once a later offer of the peer's is without the chat, or the file (RFC 5547 §8.4). */
  get withdrawn(): boolean {
    return this.#withdrawn
  }

  /** Where the peer is, if that has changed since this was asked. */
  takeMove(): MsrpDescription | null {
    const isMoved = this.#moved
    this.#moved = false
    return isMoved ? this.#remote : null
  }

  /** Whether we connect, by RFC 6135; false until both sides are known. */
  get active(): boolean {
    if (this.#local === null || this.#remote === null) return false
    if (this.#activeSince !== null) return this.#activeSince
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
    const place = this.#media?.findIndex(({ isChat }) => isChat) ?? 0
    const others = this.#remote === null ? null : readWithdrawal(sdp, place)
    if (others !== null) {
      this.#withdrawn = true
      this.#media = others
      return
    }
    try {
      const { chat, media } = readMedia(sdp)
      if (this.#remote !== null) this.#update(this.#remote, chat)
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

  /**
   * A later offer or answer (RFC 4975 §8.6): it may lead elsewhere, and change who connects.
   *
   * @throws SipError of a file, which does not go on elsewhere; whoever hears 488 keeps what it has
   */
  #update(before: MsrpDescription, now: MsrpDescription): void {
    const isElsewhere = before.path.join(' ') !== now.path.join(' ')
    if (isElsewhere && (before.file !== undefined || now.file !== undefined)) {
      throw new SipError('SIP_NOT_ACCEPTABLE', 'The other side wants to move the file.', 488)
    }
    this.#activeSince = now.setup === 'passive' || (now.setup !== 'active' && this.active)
    if (isElsewhere) this.#moved = true
  }

  #write(described: MsrpDescription): string {
    const isAsked = described.setup !== null && this.#activeSince !== null
    const local: MsrpDescription = isAsked
      ? { ...described, setup: this.#activeSince ? 'active' : 'passive' }
      : described
    return writeSdp(local, {
      sessionId: this.#sessionId,
      version: this.#version,
      origin: this.#origin,
      ...(this.#media === undefined ? {} : { media: this.#media }),
    })
  }
}
