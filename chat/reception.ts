import type { MsrpMessage, PeerProfile } from '../msrp/index.ts'
import { FILE_KEY_USE, type OtrEvent } from '../otr/index.ts'
import { PeerComposing } from './composing.ts'
import { type ChatContext, notice } from './context.ts'
import { type Content, readComposingText, unseal } from './envelope.ts'
import type { Address, Protection } from './events.ts'
import { maySeal } from './file-keys.ts'
import { htmlToText } from './html-to-text.ts'
import { GAPS_MAX, PEER_ERROR_MAX, WARNING_EVERY_MS } from './limits.ts'
import { DELIVERY_REASONS } from './notices.ts'
import { PeerWriting } from './peer-markup.ts'
import { clearTextIsOdd } from './policy.ts'
import type { PrivacyGate } from './privacy-gate.ts'
import type { Receipts } from './receipts.ts'
import type { RoomVisit } from './room-visit.ts'
import type { Timeline } from './timeline.ts'
import { keyOf } from './trust.ts'
import type { VerificationFlow } from './verification-flow.ts'

/** What came in an envelope, and under which Message-ID. */
interface Parcel {
  readonly id: string
  readonly content: Extract<Content, { text: string }>
  /** What the peer's software calls plain text, once it is encrypted. */
  readonly writes: PeerProfile['plainTextIs']
}

/** MSRP status codes for reports: read and stored; not readable; not a kind that was offered. */
const READ = 200
const UNREADABLE = 400
const UNWANTED = 413

/** What a reception works with; all of it belongs to one conversation. */
export interface ReceptionParts {
  readonly gate: PrivacyGate
  readonly timeline: Timeline
  readonly verification: VerificationFlow
  readonly receipts: Receipts
  readonly room: RoomVisit
}

/** What one peer sends, from the envelope to the person. */
export class Reception {
  readonly #context: ChatContext
  readonly #peer: Address
  readonly #gate: PrivacyGate
  readonly #timeline: Timeline
  readonly #verification: VerificationFlow
  readonly #receipts: Receipts
  readonly #room: RoomVisit
  readonly #composing: PeerComposing
  readonly #peerWriting = new PeerWriting()
  readonly #warnedAt = new Map<string, number>()
  /** Notices of messages that could not be read and have not been asked for. */
  readonly #gaps = new Set<string>()

  constructor(context: ChatContext, peer: Address, parts: ReceptionParts) {
    this.#context = context
    this.#peer = peer
    this.#gate = parts.gate
    this.#timeline = parts.timeline
    this.#verification = parts.verification
    this.#receipts = parts.receipts
    this.#room = parts.room
    this.#composing = new PeerComposing(context.env.after, (active) => {
      context.emit({ type: 'composing', peer, active })
    })
  }

  /**
   * @param writes - see {@link Parcel}
   * @returns the status to report: what could not be read or stored was not delivered
   */
  async receive(message: MsrpMessage, isRoom: boolean, writes: Parcel['writes']): Promise<number> {
    const content = unseal(message)
    if (content.kind === 'malformed') return UNREADABLE
    if (content.kind === 'unwanted') return UNWANTED
    const parcel = { id: message.id, content, writes }
    if (isRoom) return this.#receiveInRoom(parcel)
    if (!this.#timeline.isNewWire(content.text)) return READ
    if (content.kind !== 'text' && !content.text.startsWith('?OTR')) {
      this.#readDocument(content.kind, content.text, false)
      return READ
    }
    return this.dispatch(await this.#gate.run({ op: 'receive', text: content.text }), parcel)
  }

  /**
   * Acts on what the OTR session said.
   *
   * @param parcel - what made it say so; `null` for commands of ours
   * @returns the status to report
   */
  async dispatch(events: readonly OtrEvent[], parcel: Parcel | null): Promise<number> {
    let status = READ
    for (const event of events) {
      switch (event.type) {
        case 'text':
          if (parcel) await this.#show(parcel, event.text, event.fingerprint)
          break
        case 'unreadable':
          if (event.silent) break
          status = UNREADABLE
          this.#onGap()
          break
        case 'ignored':
          if (event.why !== 'OTR_REPLAYED') status = UNREADABLE // A replay has been read before.
          break
        case 'peerError':
          this.#warn('peer-otr-error', event.text.slice(0, PEER_ERROR_MAX))
          break
        case 'state':
          this.#verification.sessionEnded()
          break
        case 'smp':
          await this.#verification.heard(event)
          break
        case 'extraKey':
          this.#announceFile(event)
          break
        case 'refused':
          this.#timeline.putBack(event.id)
          break
        default: // Handled by the gate, or without meaning to people.
      }
    }
    return status
  }

  /** A single message outside a session (RFC 3428). OTR is not spoken there. */
  async page(id: string, contentType: string, body: string): Promise<void> {
    const content = unseal({ id, contentType, body: new TextEncoder().encode(body) })
    if (content.kind !== 'text' || content.text.startsWith('?OTR')) return
    const text = readable(content, content.text)
    if (text === '' || !this.#timeline.isNewMessage(id, text)) return
    notice(this.#context, this.#peer, 'page-message')
    const author = 'peer'
    await this.#timeline.receive({ id, author, nickname: null, text, protection: 'none' })
  }

  /** @returns false if there is no such gap, or it has been asked for */
  closeGap(gapId: string): boolean {
    return this.#gaps.delete(gapId)
  }

  /** The session is gone. */
  reset(): void {
    this.#composing.reset()
  }

  async #receiveInRoom({ id, content }: Parcel): Promise<number> {
    if (content.kind !== 'text' || content.text.startsWith('?OTR')) return READ
    const text = readable(content, content.text)
    const { from, to, dateTime } = content
    if (text !== '') await this.#room.receive({ id, text, from, to, dateTime })
    return READ
  }

  async #show(parcel: Parcel, clear: string, fingerprint: string | null): Promise<void> {
    const { id, content } = parcel
    if (fingerprint !== null) this.#timeline.proven()
    if (content.kind !== 'text')
      return this.#readDocument(content.kind, clear, fingerprint !== null)
    if (fingerprint === null && clear.startsWith('?OTR')) return
    const text = this.#isMarkup(parcel, clear, fingerprint)
      ? htmlToText(clear)
      : readable(content, clear)
    if (text === '' || !this.#timeline.isNewMessage(id, text)) return
    const contact = this.#context.contacts.get(this.#peer)
    if (fingerprint === null && clearTextIsOdd(this.#gate.state, contact)) {
      this.#warn('message-unencrypted')
      this.#timeline.doubt(DELIVERY_REASONS.unconfirmed)
    }
    const protection = this.#protectionBy(fingerprint)
    this.#composing.reset()
    const received = { id, author: 'peer', nickname: null, text, protection } as const
    const message = await this.#timeline.receive(received)
    const { receiptFor, dateTime } = content
    if (receiptFor === null || dateTime === null) return
    const wasEncrypted = protection !== 'none'
    this.#receipts.asked(message.id, { receiptFor, dateTime, wasEncrypted })
  }

  #isMarkup({ writes }: Parcel, text: string, fingerprint: string | null): boolean {
    if (fingerprint === null || writes === 'plain') return false
    return writes === 'html' ? hasMarkup(text) : this.#peerWriting.isHtml(text, fingerprint)
  }

  #onGap(): void {
    const gap = this.#warn('message-unreadable')
    if (gap === null) return
    this.#gaps.add(gap)
    if (this.#gaps.size > GAPS_MAX) this.#gaps.delete(this.#gaps.values().next().value!)
  }

  /**
   * Says what anyone on the way can provoke at will: not more often than it can be read.
   * @returns the id of the notice, `null` if there is none
   */
  #warn(
    form: 'message-unreadable' | 'message-unencrypted' | 'peer-otr-error',
    detail = '',
  ): string | null {
    const now = this.#context.env.now()
    if (now - (this.#warnedAt.get(form) ?? Number.NEGATIVE_INFINITY) < WARNING_EVERY_MS) return null
    this.#warnedAt.set(form, now)
    return notice(this.#context, this.#peer, form, detail)
  }

  #announceFile({ by, use, data, key }: Extract<OtrEvent, { type: 'extraKey' }>): void {
    const { fingerprint, state } = this.#gate
    if (by !== 'peer' || use !== FILE_KEY_USE || fingerprint === null || !maySeal(state)) return
    this.#context.fileAnnounced(this.#peer, { key, fingerprint, announcement: data })
  }

  #readDocument(kind: 'composing' | 'receipt', text: string, isProven: boolean): void {
    if (kind === 'receipt') return this.#receipts.heard(text, isProven)
    const composing = readComposingText(text)
    if (composing === null) return
    this.#composing.received(composing.active, composing.refresh)
    if (composing.active) this.#verification.peerWrites()
  }

  #protectionBy(fingerprint: string | null): Protection {
    const contact = this.#context.contacts.get(this.#peer)
    if (fingerprint === null || contact === null) return 'none'
    return keyOf(contact, fingerprint)?.verified ? 'verified' : 'unverified'
  }
}

/** Tags or escapes that nobody types: Pidgin and its kin send them as plain text. */
function hasMarkup(text: string): boolean {
  return /<\/?(?:html|body|font|span|p|br|b|i|u|a|div)\b[^<>]{0,1000}>|&(?:amp|lt|gt|quot);/i.test(
    text,
  )
}

/** Text for a person: as it was written, or what the markup says. */
function readable(content: Parcel['content'], text: string): string {
  return content.isHtml ? htmlToText(text) : text
}
