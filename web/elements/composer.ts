import { css, html, nothing } from 'lit'
import type { Privacy } from '../../chat/index.ts'
import type { Whom } from '../app-state.ts'
import { droppedOf } from '../files/dropped.ts'
import { ChatIntentEvent } from '../intents.ts'
import { TEXT_MAX } from '../limits.ts'
import { ROOM } from '../room-words.ts'
import { COMPOSER, composerHint } from '../words.ts'
import './attach-button.ts'
import './emoji-button.ts'
import type { EmojiChosenEvent } from './emoji-button.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Where text is written. Enter sends, Shift+Enter starts a line, and an Enter that ends an input
 * method's composition does neither. While the composer is locked, or holds more than goes into one
 * message, the draft stays and nothing is sent.
 *
 * @fires chat-intent {ChatIntentEvent} send, draft, writeTo, file
 */
export class SottoComposer extends SottoElement {
  static override properties = {
    peer: {},
    name: {},
    draft: {},
    privacy: { attribute: false },
    always: { type: Boolean },
    whom: { attribute: false },
    files: { type: Boolean },
    isEmpty: { state: true },
    excess: { state: true },
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        padding: var(--gap-2) var(--gap-5) var(--gap-4);
      }

      @container (max-width: 45rem) {
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

      form.private {
        flex-wrap: wrap;
        border-style: dashed;
        border-color: var(--caution);
      }

      .only {
        display: flex;
        align-items: center;
        gap: var(--gap-2);
        flex-basis: 100%;
        padding-inline: var(--gap-3) 0;
        color: var(--caution);
        font-size: var(--text-s);
        font-weight: 600;
      }

      form.locked {
        background: var(--sunken);
      }

      textarea {
        flex: 1;
        min-inline-size: 0;
        max-block-size: min(12rem, 35dvh);
        min-block-size: var(--control);
        padding-block: 0.5rem;
        padding-inline: var(--gap-3) 0;
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

      sotto-emoji-button {
        flex: none;
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

      .excess {
        color: var(--caution);
        font-variant-numeric: tabular-nums;
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
  /** Who alone gets what is written; `null` for everybody in the conversation. */
  declare whom: Whom | null
  /** Files can be sent here. */
  declare files: boolean
  declare isEmpty: boolean
  /** What is typed beyond {@link TEXT_MAX}, in UTF-16 units. */
  declare excess: number

  constructor() {
    super()
    this.peer = ''
    this.name = ''
    this.draft = ''
    this.always = false
    this.whom = null
    this.files = false
    this.isEmpty = true
    this.excess = 0
  }

  override focus(): void {
    void this.updateComplete.then(() => this.#field.focus())
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('peer')) this.#measure(this.draft)
  }

  override updated(changed: Map<string, unknown>): void {
    if (!changed.has('peer')) return
    this.#field.value = this.draft
    this.#fit()
  }

  override render() {
    const { state, composer } = this.privacy
    const isLocked = composer === 'locked'
    const { whom } = this
    const label = whom === null ? COMPOSER.placeholder(this.name) : ROOM.onlyTo(whom.name)
    const isTooLong = this.excess > 0
    return html`
      <p class="hint" role="status" id="hint">${
        isTooLong
          ? COMPOSER.tooLong(TEXT_MAX, this.files)
          : whom === null
            ? composerHint(state, composer, this.name, this.always)
            : ROOM.privateHint(whom.name)
      }</p>
      ${isTooLong ? html`<p class="hint excess" id="excess">${COMPOSER.excess(this.excess)}</p>` : nothing}
      <form class=${isLocked ? 'locked' : whom === null ? nothing : 'private'} @submit=${this.#onSubmit}>
        ${whom === null ? nothing : this.#onlyTo(whom)}
        <textarea rows="1" dir=${this.isEmpty ? nothing : 'auto'} enterkeyhint="send" aria-label=${COMPOSER.field}
          aria-describedby="hint excess" aria-invalid=${isTooLong ? 'true' : nothing} placeholder=${label} ?readonly=${isLocked}
          @input=${this.#onInput} @keydown=${this.#onKey} @paste=${this.#onPaste}></textarea>
        ${this.files ? html`<sotto-attach-button ?disabled=${isLocked}></sotto-attach-button>` : nothing}
        <sotto-emoji-button ?disabled=${isLocked} @emoji-chosen=${this.#insert}></sotto-emoji-button>
        <button class="primary icon send" type="submit" aria-label=${COMPOSER.send} title=${COMPOSER.send}
          ?disabled=${isLocked || isTooLong || this.isEmpty}>
          <sotto-icon name="arrow-up"></sotto-icon>
        </button>
      </form>`
  }

  get #field(): HTMLTextAreaElement {
    return this.renderRoot.querySelector('textarea')!
  }

  #onInput(): void {
    const text = this.#field.value
    this.#measure(text)
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

  /** Pictures and files; of what is text as well, such as cells of a table, the text. */
  #onPaste(event: ClipboardEvent): void {
    const { clipboardData } = event
    if (!this.files || this.privacy.composer === 'locked' || clipboardData === null) return
    if (clipboardData.types.includes('text/plain')) return
    const { files, folders } = droppedOf(clipboardData)
    if (files.length + folders === 0) return
    event.preventDefault()
    this.dispatchEvent(new ChatIntentEvent({ do: 'file', wish: { wish: 'send', files, folders } }))
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    this.#send()
    this.#field.focus()
  }

  #send(): void {
    const text = this.#field.value
    this.#measure(text)
    if (this.isEmpty || this.excess > 0 || this.privacy.composer === 'locked') return
    this.#field.value = ''
    this.isEmpty = true
    this.#fit()
    const to = this.whom === null ? {} : { to: this.whom.address }
    this.dispatchEvent(new ChatIntentEvent({ do: 'send', text, ...to }))
  }

  /** Plain to see, and to be ended, while it lasts. */
  #onlyTo({ name }: Whom) {
    return html`
      <span class="only" id="only">
        <sotto-icon name="user-lock"></sotto-icon><bdi>${ROOM.onlyTo(name)}</bdi>
        <button type="button" class="quiet small icon" aria-label=${ROOM.everybody} title=${ROOM.everybody} @click=${() => {
          this.dispatchEvent(new ChatIntentEvent({ do: 'writeTo', whom: null }))
          this.#field.focus()
        }}>
          <sotto-icon name="x"></sotto-icon>
        </button>
      </span>`
  }

  #insert({ detail }: EmojiChosenEvent): void {
    this.#field.focus()
    this.#field.setRangeText(detail, this.#field.selectionStart, this.#field.selectionEnd, 'end')
    this.#onInput()
  }

  #measure(text: string): void {
    this.isEmpty = text.trim() === ''
    this.excess = Math.max(0, text.length - TEXT_MAX)
  }

  /** As high as its text, where CSS cannot do it alone. */
  #fit(): void {
    if (CSS.supports('field-sizing', 'content')) return
    this.#field.style.height = 'auto'
    this.#field.style.height = `${this.#field.scrollHeight}px`
  }
}
customElements.define('sotto-composer', SottoComposer)
