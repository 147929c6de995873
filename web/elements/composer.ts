import { css, html, LitElement, nothing } from 'lit'
import type { Privacy } from '../../chat/index.ts'
import { ChatIntentEvent } from '../intents.ts'
import { TEXT_MAX } from '../limits.ts'
import { COMPOSER, composerHint } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'

/**
 * Where text is written. Enter sends, Shift+Enter starts a line, and an Enter that ends an input
 * method's composition does neither. While the composer is locked the draft stays and nothing is sent.
 *
 * @fires chat-intent {ChatIntentEvent} send, draft
 */
export class SottoComposer extends LitElement {
  static override properties = {
    peer: {},
    name: {},
    draft: {},
    privacy: { attribute: false },
    always: { type: Boolean },
    isEmpty: { state: true },
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        padding: var(--gap-2) var(--gap-5) var(--gap-4);
      }

      @media (max-width: 45rem) {
        :host {
          padding: var(--gap-2) var(--gap-2) max(var(--gap-2), env(safe-area-inset-bottom));
        }
      }

      form {
        display: flex;
        align-items: flex-end;
        gap: var(--gap-2);
        max-inline-size: 56rem;
        margin-inline: auto;
        padding: 0.3125rem;
        border: 1px solid var(--line-strong);
        border-radius: 1.5rem;
        background: var(--surface);
      }

      form:focus-within {
        border-color: var(--accent);
        box-shadow: 0 0 0 1px var(--accent);
      }

      form.locked {
        background: var(--sunken);
      }

      textarea {
        flex: 1;
        min-inline-size: 0;
        max-block-size: min(12rem, 35dvh);
        min-block-size: var(--control);
        padding: 0.5rem 0 0.5rem var(--gap-3);
        border: 0;
        background: transparent;
        resize: none;
        field-sizing: content;
        line-height: 1.45;
      }

      /* The frame around field and button shows the focus of both. */
      textarea:focus-visible {
        outline: 0;
      }

      textarea::placeholder {
        color: var(--ink-soft);
        opacity: 1;
      }

      textarea:read-only {
        color: var(--ink-soft);
      }

      .send {
        border-radius: 50%;
      }

      .hint {
        max-inline-size: 56rem;
        min-block-size: 1.2em;
        margin: 0 auto var(--gap-1);
        padding-inline: var(--gap-4);
      }

      .hint:empty {
        min-block-size: 0;
        margin: 0;
      }
    `,
  ]

  declare peer: string
  declare name: string
  /** The text to begin with when `peer` changes. */
  declare draft: string
  declare privacy: Privacy
  declare always: boolean
  declare isEmpty: boolean

  constructor() {
    super()
    this.peer = ''
    this.name = ''
    this.draft = ''
    this.always = false
    this.isEmpty = true
  }

  override focus(): void {
    this.#field.focus()
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('peer')) this.isEmpty = this.draft.trim() === ''
  }

  override updated(changed: Map<string, unknown>): void {
    if (!changed.has('peer')) return
    this.#field.value = this.draft
    this.#fit()
  }

  override render() {
    const { state, composer } = this.privacy
    const isLocked = composer === 'locked'
    return html`
      <p class="hint" role="status" id="hint">${composerHint(state, composer, this.name, this.always)}</p>
      <form class=${isLocked ? 'locked' : nothing} @submit=${this.#onSubmit}>
        <textarea rows="1" dir="auto" enterkeyhint="send" maxlength=${TEXT_MAX} aria-label=${COMPOSER.field}
          aria-describedby="hint" placeholder=${COMPOSER.placeholder(this.name)} ?readonly=${isLocked}
          @input=${this.#onInput} @keydown=${this.#onKey}></textarea>
        <button class="primary icon send" type="submit" aria-label=${COMPOSER.send} title=${COMPOSER.send}
          ?disabled=${isLocked || this.isEmpty}>
          <sotto-icon name="arrow-up"></sotto-icon>
        </button>
      </form>`
  }

  get #field(): HTMLTextAreaElement {
    return this.renderRoot.querySelector('textarea')!
  }

  #onInput(): void {
    const text = this.#field.value
    this.isEmpty = text.trim() === ''
    this.#fit()
    this.dispatchEvent(new ChatIntentEvent({ do: 'draft', text }))
  }

  #onKey(event: KeyboardEvent): void {
    // 229 is what some input methods report instead of `isComposing`.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229)
      return
    event.preventDefault()
    this.#send()
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    this.#send()
    this.#field.focus()
  }

  #send(): void {
    const text = this.#field.value
    if (text.trim() === '' || this.privacy.composer === 'locked') return
    this.#field.value = ''
    this.isEmpty = true
    this.#fit()
    this.dispatchEvent(new ChatIntentEvent({ do: 'send', text }))
  }

  /** As high as its text, where CSS cannot do it alone. */
  #fit(): void {
    if (CSS.supports('field-sizing', 'content')) return
    this.#field.style.height = 'auto'
    this.#field.style.height = `${this.#field.scrollHeight}px`
  }
}
customElements.define('sotto-composer', SottoComposer)
