import { css, html, nothing } from 'lit'
import type { Conversation } from '../app-state.ts'
import { CARD, ENCRYPTION, hasVerifiedKey } from '../encryption-words.ts'
import { type ChatIntent, ChatIntentEvent } from '../intents.ts'
import type { Who } from '../own-device-words.ts'
import { cardStyles } from './card-styles.ts'
import './fingerprint.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * The choice that waits when encryption ended, is not answered, or comes from another key. Nothing
 * here takes the focus, and no key but the button's own chooses.
 *
 * @fires chat-intent {ChatIntentEvent} startOtr, stopOtr, trust
 * @fires open-verify {Event}
 */
export class SottoPrivacyCard extends SottoElement {
  static override properties = {
    conversation: { attribute: false },
    name: {},
    self: { type: Boolean },
  }

  static override styles = [
    shared,
    cardStyles,
    css`
      :host {
        display: block;
      }

      dl {
        display: grid;
        gap: var(--gap-1);
        padding-block: var(--gap-2);
      }

      dt {
        color: var(--ink-soft);
      }
    `,
  ]

  declare conversation: Conversation
  declare name: string
  /** The other devices of the account itself. */
  declare self: boolean

  constructor() {
    super()
    this.name = ''
    this.self = false
  }

  override render() {
    switch (this.conversation.privacy.state) {
      case 'ended':
        return this.#ended()
      case 'unsupported':
        return this.#unsupported()
      case 'keyChanged':
        return this.#keyChanged()
      default:
        return nothing
    }
  }

  get #who(): Who {
    return this.self ? null : this.name
  }

  get #isAlways(): boolean {
    return this.conversation.contact?.alwaysOtr ?? false
  }

  #ended() {
    return html`
      <div class="card caution" role="alert">
        <sotto-icon name="shield-off"></sotto-icon>
        <p class="title">${CARD.ended.title(this.#who)}</p>
        <div class="text">
          <p>${CARD.ended.text}</p>
          ${this.#isAlways ? html`<p>${CARD.unsupported.always(this.name)}</p>` : nothing}
        </div>
        <div class="actions">
          <button type="button" class="primary" @click=${() => this.#intend({ do: 'startOtr' })}>${CARD.ended.again}</button>
          <button type="button" ?hidden=${this.#isAlways} @click=${() => this.#intend({ do: 'stopOtr' })}>${CARD.ended.plain}</button>
        </div>
      </div>`
  }

  #unsupported() {
    const holds = this.conversation.privacy.composer !== 'sends'
    return html`
      <div class="card caution" role="status">
        <sotto-icon name="circle-question-mark"></sotto-icon>
        <p class="title">${CARD.unsupported.title(this.name)}</p>
        <div class="text">
          <p>${holds ? CARD.unsupported.text : CARD.unsupported.sent}</p>
          ${this.#isAlways ? html`<p>${CARD.unsupported.always(this.name)}</p>` : nothing}
        </div>
        <div class="actions">
          <button type="button" class="primary" @click=${() => this.#intend({ do: 'startOtr' })}>${CARD.unsupported.again}</button>
          <button type="button" ?hidden=${this.#isAlways || !holds} @click=${() => this.#intend({ do: 'stopOtr' })}>${CARD.unsupported.plain}</button>
        </div>
      </div>`
  }

  #keyChanged() {
    const { keyChange, privacy, contact } = this.conversation
    const isAgain = hasVerifiedKey(contact)
    const now = privacy.peerFingerprint ?? keyChange?.fingerprint ?? ''
    // Without another key it is the version of encryption that is not what it was.
    const title =
      keyChange === null
        ? CARD.keyChanged.older(this.name)
        : CARD.keyChanged.title(this.#who, isAgain)
    return html`
      <div class="card danger" role="alert">
        <sotto-icon name="shield-alert"></sotto-icon>
        <p class="title">${title}</p>
        <div class="text"><p>${CARD.keyChanged.text}</p></div>
        <details>
          <summary>${CARD.keyChanged.details}</summary>
          <dl>
            ${
              keyChange === null
                ? nothing
                : html`<dt>${CARD.keyChanged.before}</dt><dd><sotto-fingerprint .value=${keyChange.previous}></sotto-fingerprint></dd>`
            }
            <dt>${CARD.keyChanged.now}</dt><dd><sotto-fingerprint .value=${now}></sotto-fingerprint></dd>
          </dl>
        </details>
        <div class="actions">
          <button type="button" class="primary" @click=${() => this.dispatchEvent(new Event('open-verify'))}>${isAgain ? CARD.keyChanged.verify : ENCRYPTION.verifyNow(this.#who)}</button>
          <button type="button" @click=${() => this.#intend({ do: 'trust', fingerprint: now, decision: 'accepted' })}>${CARD.keyChanged.accept}</button>
        </div>
      </div>`
  }

  #intend(intent: ChatIntent): void {
    this.dispatchEvent(new ChatIntentEvent(intent))
  }
}
customElements.define('sotto-privacy-card', SottoPrivacyCard)
