import { css, html, LitElement, nothing } from 'lit'
import type { Delivery, Message } from '../../chat/index.ts'
import type { IconName } from '../icons.ts'
import { ChatIntentEvent } from '../intents.ts'
import { piecesOf } from '../links.ts'
import { PROTECTION_ICON } from '../privacy-look.ts'
import { momentOf, timeOf } from '../time-words.ts'
import { CHAT, DELIVERY_HINT, DELIVERY_LABEL, PROTECTION_LABEL } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'

const DELIVERY_ICON: Record<Delivery, IconName> = {
  queued: 'clock',
  sent: 'check',
  delivered: 'check-check',
  failed: 'circle-alert',
}

/**
 * One message: its text as text nodes, how it was protected, and how far an own one has come.
 *
 * @fires chat-intent {ChatIntentEvent} retry, discard
 */
export class SottoMessage extends LitElement {
  static override properties = {
    message: { attribute: false },
    continued: { type: Boolean, reflect: true },
    author: { reflect: true },
  }

  static override styles = [
    shared,
    css`
      :host {
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

      a {
        color: var(--accent);
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

      button {
        min-block-size: 1.5rem;
        padding: 0 var(--gap-2);
        font-size: 0.75rem;
      }
    `,
  ]

  declare message: Message
  /** The next row goes on in the same breath; it shows the time for both. */
  declare continued: boolean
  declare author: Message['author']

  constructor() {
    super()
    this.continued = false
    this.author = 'peer'
  }

  override willUpdate(): void {
    this.author = this.message.author
  }

  override render() {
    const { message } = this
    const isPending = message.delivery === 'queued' || message.delivery === 'failed'
    return html`
      <div class="bubble">
        ${message.nickname === null ? nothing : html`<bdi class="nickname">${message.nickname}</bdi>`}
        <div class="text" dir="auto">${piecesOf(message.text).map((piece) =>
          piece.kind === 'text'
            ? piece.text
            : html`<a href=${piece.url} target="_blank" rel="noopener noreferrer nofollow">${piece.text}</a>`,
        )}</div>
      </div>
      ${this.#meta(this.continued && !isPending)}`
  }

  /** @param isQuiet - not drawn, because the row below says it for both; still there to be read */
  #meta(isQuiet: boolean) {
    const { id, at, protection, delivery, reason, resent } = this.message
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
