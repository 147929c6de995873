import { css, html } from 'lit'
import { FILE } from '../file-words.ts'
import { ChatIntentEvent } from '../intents.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * The way to send files that needs neither a mouse nor a clipboard.
 *
 * @fires chat-intent {ChatIntentEvent} file
 */
export class SottoAttachButton extends SottoElement {
  static override properties = { disabled: { type: Boolean } }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        flex: none;
      }

      button {
        border-radius: 50%;
      }
    `,
  ]

  declare disabled: boolean

  constructor() {
    super()
    this.disabled = false
  }

  override render() {
    return html`
      <button type="button" class="quiet icon" aria-label=${FILE.attach} title=${FILE.attach}
        ?disabled=${this.disabled} @click=${() => this.#field.click()}>
        <sotto-icon name="paperclip"></sotto-icon>
      </button>
      <input type="file" multiple hidden @change=${this.#onChosen}>`
  }

  get #field(): HTMLInputElement {
    return this.renderRoot.querySelector('input')!
  }

  #onChosen(): void {
    const files = [...(this.#field.files ?? [])]
    this.#field.value = '' // The same file may be chosen again.
    if (files.length === 0) return
    this.dispatchEvent(
      new ChatIntentEvent({ do: 'file', wish: { wish: 'send', files, folders: 0 } }),
    )
  }
}
customElements.define('sotto-attach-button', SottoAttachButton)
