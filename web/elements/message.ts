import { css, html, nothing } from 'lit'
import type { Delivery, Message } from '../../chat/index.ts'
import { messageKey } from '../app-state.ts'
import { HISTORY } from '../history-words.ts'
import type { IconName } from '../icons.ts'
import { ChatIntentEvent, EnterRoomEvent } from '../intents.ts'
import { type Piece, piecesOf } from '../links.ts'
import { reasonSentence } from '../notice-words.ts'
import { PROTECTION_ICON } from '../privacy-look.ts'
import { ROOM } from '../room-words.ts'
import { momentOf, timeOf } from '../time-words.ts'
import { CHAT, DELIVERY_HINT, DELIVERY_LABEL, PROTECTION_LABEL } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

const DELIVERY_ICON: Record<Delivery, IconName> = {
  queued: 'clock',
  sent: 'check',
  delivered: 'check-check',
  displayed: 'eye',
  failed: 'circle-alert',
}

/**
 * One message: its text as text nodes, how it was protected, and how far an own one has come.
 *
 * @fires chat-intent {ChatIntentEvent} retry, discard, deleteMessage
 * @fires enter-room {EnterRoomEvent}
 */
export class SottoMessage extends SottoElement {
  static override properties = {
    message: { attribute: false },
    continues: { type: Boolean },
    continued: { type: Boolean, reflect: true },
    current: { type: Boolean, reflect: true },
    writer: {},
    author: { reflect: true },
    name: {},
    smileys: { type: Boolean },
    alone: { type: Boolean },
  }

  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: grid;
        justify-items: start;
      }

      :host([author='us']) {
        justify-items: end;
      }

      .bubble {
        max-inline-size: min(34rem, 82%);
        padding: 0.5rem 0.8rem;
        border: 1px solid var(--line);
        border-radius: var(--round-l);
        border-end-start-radius: 0.3rem;
        background: var(--raised);
      }

      :host([author='us']) .bubble {
        border-color: transparent;
        border-end-start-radius: var(--round-l);
        border-end-end-radius: 0.3rem;
        background: var(--own);
      }

      :host([continued]) .bubble {
        border-end-start-radius: var(--round-l);
        border-end-end-radius: var(--round-l);
      }

      .nickname {
        color: var(--accent);
        font-size: var(--text-s);
        font-weight: 600;
      }

      .text {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }

      a,
      .room {
        color: var(--accent);
      }

      .room {
        display: inline;
        min-block-size: 0;
        padding: 0;
        border: 0;
        background: none;
        font: inherit;
        text-align: start;
        text-decoration: underline;
      }

      /* Drawn as an emoji; selected, copied and read out as it was typed. */
      .smiley {
        display: inline-block;
        font-size: 0;
      }

      .smiley::before {
        font-size: 1rem;
        font-variant-emoji: emoji;
        content: attr(data-emoji);
        content: attr(data-emoji) / '';
      }

      .meta {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.125rem 0.375rem;
        margin-block: 0.2rem 0;
        padding-inline: 0.4rem;
        color: var(--ink-soft);
        font-size: 0.75rem;
        --icon-size: 0.9rem;
      }

      :host([author='us']) .meta {
        justify-content: flex-end;
      }

      .meta span {
        display: inline-flex;
        align-items: center;
        gap: 0.2rem;
      }

      .lock.verified {
        color: var(--safe);
      }

      .lock.none {
        color: var(--ink-soft);
      }

      .reason {
        color: var(--ink-soft);
      }

      .failed {
        color: var(--danger);
      }

      .address {
        margin-inline-start: var(--gap-2);
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .private {
        display: flex;
        align-items: center;
        gap: 0.25rem;
        color: var(--ink-soft);
        font-size: var(--text-s);
        --icon-size: 1em;
      }

      :host([private]) .bubble {
        border: 1px dashed var(--line-strong);
      }

      button {
        min-block-size: 1.5rem;
        padding: 0 var(--gap-2);
        font-size: 0.75rem;
      }

      /* On the free side of the bubble, when the message is pointed or tabbed to. */
      .delete {
        position: absolute;
        inset-block-start: 0.25rem;
        inset-inline-end: 0;
        min-inline-size: 1.75rem;
        inline-size: 1.75rem;
        min-block-size: 1.75rem;
        padding: 0;
        color: var(--ink-soft);
        opacity: 0;
        --icon-size: 1rem;
      }

      :host([author='us']) .delete {
        inset-inline: 0 auto;
      }

      :host(:hover) .delete,
      :host([current]) .delete,
      .delete:focus-visible {
        opacity: 1;
      }

      @media (hover: none) {
        .delete {
          opacity: 0.6;
        }
      }
    `,
  ]

  declare message: Message
  /** Goes on from the row above, which has the writer's name. */
  declare continues: boolean
  /** The keyboard is at this message: what can be done with it comes next. */
  declare current: boolean
  /** Address of the writer, where the name alone does not say who it is. */
  declare writer: string | null
  /** The next row goes on in the same breath; it shows the time for both. */
  declare continued: boolean
  declare author: Message['author']
  /** The contact's, for sentences about the message. */
  declare name: string
  /** Smileys are drawn as emoji. */
  declare smileys: boolean
  /** There is no place for another conversation: a room is not offered. */
  declare alone: boolean

  constructor() {
    super()
    this.continues = false
    this.continued = false
    this.current = false
    this.writer = null
    this.author = 'peer'
    this.name = ''
    this.smileys = false
    this.alone = false
  }

  override willUpdate(): void {
    this.author = this.message.author
    this.toggleAttribute('private', this.message.privately !== undefined)
  }

  override render() {
    const { message } = this
    const isPending = message.delivery === 'queued' || message.delivery === 'failed'
    return html`
      <div class="bubble">
        ${this.#writer()}
        <div class="text" dir="auto">${piecesOf(message.text, this.smileys).map((piece) => this.#piece(piece))}</div>
      </div>
      ${this.#meta(this.continued && !isPending)}
      ${isPending ? nothing : this.#delete()}`
  }

  /** Who said it in a room, and for whose eyes. In a group the name stands once, and is read each time. */
  #writer() {
    const { nickname, privately, author } = this.message
    const isSeen = !this.continues
    return html`
      ${
        nickname === null || author === 'us'
          ? nothing
          : html`<bdi class=${isSeen ? 'nickname' : 'visually-hidden'}>${nickname}</bdi>`
      }
      ${this.writer === null || !isSeen ? nothing : html`<bdi class="address">${this.writer.replace('sip:', '')}</bdi>`}
      ${
        privately === undefined
          ? nothing
          : html`<p class="private"><sotto-icon name="user-lock"></sotto-icon>
              <bdi>${author === 'us' ? ROOM.onlyTo(privately.name) : ROOM.onlyToYou}</bdi></p>`
      }`
  }

  #piece(piece: Piece) {
    switch (piece.kind) {
      case 'text':
        return piece.text
      case 'link':
        return html`<a href=${piece.url} target="_blank" rel="noopener noreferrer nofollow">${piece.text}</a>`
      case 'room':
        return this.alone
          ? piece.text
          : html`<button type="button" class="room" title=${ROOM.enter} @click=${() => this.dispatchEvent(new EnterRoomEvent(piece.room))}>${piece.text}</button>`
      case 'smiley':
        return html`<span class="smiley" title=${piece.text} data-emoji=${piece.emoji}>${piece.text}</span>`
    }
  }

  #delete() {
    const { id } = this.message
    const key = messageKey(this.message)
    return html`
      <button type="button" class="quiet icon delete" tabindex=${this.current ? 0 : -1} aria-label=${HISTORY.delete} title=${HISTORY.delete}
        @click=${() => this.#intend({ do: 'deleteMessage', id, key })}>
        <sotto-icon name="trash"></sotto-icon>
      </button>`
  }

  /** @param isQuiet - not drawn, because the row below says it for both; still there to be read */
  #meta(isQuiet: boolean) {
    const { id, at, protection, delivery, resent } = this.message
    const reason = reasonSentence(this.message, this.name)
    const isPending = delivery === 'queued' || delivery === 'failed'
    return html`
      <div class=${isQuiet ? 'visually-hidden' : 'meta'}>
        <time datetime=${new Date(at).toISOString()} title=${momentOf(at)}>${timeOf(at)}</time>
        ${isPending ? nothing : this.#lock(protection)}
        ${resent ? html`<span>${CHAT.resent}</span>` : nothing}
        ${
          delivery === null
            ? nothing
            : html`
              <span class=${delivery} title=${reason ?? DELIVERY_HINT[delivery]}>
                <sotto-icon name=${DELIVERY_ICON[delivery]}></sotto-icon>${DELIVERY_LABEL[delivery]}</span>`
        }
        ${isPending && reason !== null ? html`<span class="reason">${reason}</span>` : nothing}
        ${
          delivery === 'failed'
            ? html`<button type="button" @click=${() => this.#intend({ do: 'retry', id })}>${CHAT.retry}</button>`
            : nothing
        }
        ${
          isPending
            ? html`<button type="button" class="quiet" @click=${() => this.#intend({ do: 'discard', id })}>${CHAT.discard}</button>`
            : nothing
        }
      </div>`
  }

  #lock(protection: Message['protection']) {
    const label = PROTECTION_LABEL[protection]
    return html`
      <span class="lock ${protection}" role="img" aria-label=${label} title=${label}>
        <sotto-icon name=${PROTECTION_ICON[protection]}></sotto-icon>
      </span>`
  }

  #intend(intent: ConstructorParameters<typeof ChatIntentEvent>[0]): void {
    this.dispatchEvent(new ChatIntentEvent(intent))
  }
}
customElements.define('sotto-message', SottoMessage)
