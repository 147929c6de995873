import { css, html, nothing } from 'lit'
import { EMOJI } from '../emoji-words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** The person chose this emoji. Bubbles; composed. */
export class EmojiChosenEvent extends CustomEvent<string> {
  constructor(unicode: string) {
    super('emoji-chosen', { detail: unicode, bubbles: true, composed: true })
  }
}

/**
 * The way to the emoji, which are fetched when they are first wanted.
 *
 * @fires emoji-chosen {EmojiChosenEvent}
 */
export class SottoEmojiButton extends SottoElement {
  static override properties = { disabled: { type: Boolean }, open: { state: true } }

  static override styles = [
    shared,
    css`
      :host {
        display: inline-flex;
      }

      [popover] {
        inset: auto;
        margin: 0;
        inline-size: min(22rem, 100vw - 1rem);
        block-size: min(24rem, 60dvh);
        padding: var(--gap-2);
        border: 1px solid var(--line);
        border-radius: var(--round-m);
        background: var(--raised);
        color: var(--ink);
        box-shadow: var(--shadow);
        overflow: hidden;
      }
    `,
  ]

  declare disabled: boolean
  declare open: boolean

  constructor() {
    super()
    this.disabled = false
    this.open = false
  }

  override render() {
    return html`
      <button type="button" class="quiet icon" aria-label=${EMOJI.open} title=${EMOJI.open} aria-haspopup="dialog"
        aria-expanded=${String(this.open)} ?disabled=${this.disabled} @click=${this.#toggle}>
        <sotto-icon name="face-slightly-smiling"></sotto-icon>
      </button>
      <div popover role="dialog" aria-label=${EMOJI.open} @toggle=${this.#onToggle} @emoji-chosen=${this.#close}>
        ${this.open ? html`<sotto-emoji-picker></sotto-emoji-picker>` : nothing}
      </div>`
  }

  get #popover(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('[popover]')!
  }

  async #toggle(): Promise<void> {
    await import('./emoji-picker.ts')
    this.#popover.togglePopover()
  }

  #close(): void {
    this.#popover.hidePopover()
  }

  #onToggle(event: ToggleEvent): void {
    this.open = event.newState === 'open'
    if (this.open) this.#place()
    else if (document.activeElement === document.body || this.matches(':focus-within'))
      this.renderRoot.querySelector('button')?.focus()
  }

  /** Above the button, its end flush with the button's, inside the window. */
  #place(): void {
    const button = this.renderRoot.querySelector('button')!.getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height, style } = this.#popover
    const flush = this.matches(':dir(rtl)') ? button.left : button.right - width
    style.left = `${Math.max(8, Math.min(flush, innerWidth - width - 8))}px`
    style.top = `${Math.max(8, button.top - height - 8)}px`
  }
}
customElements.define('sotto-emoji-button', SottoEmojiButton)
