import { css, html } from 'lit'
import { APP } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * A modal dialog: the browser's own, so that focus stays inside, Escape closes, and focus returns to
 * where it came from. Its content is slotted, what is marked `data-first` in it has the focus; its owner calls {@link show} and listens for `close`.
 *
 * @fires close {Event} It was closed, by whatever way.
 */
export class SottoDialog extends SottoElement {
  static override properties = { heading: {}, wide: { type: Boolean, reflect: true } }

  static override styles = [
    shared,
    css`
      :host {
        display: contents;
      }

      dialog {
        inline-size: min(27rem, 100vw - 2rem);
        max-block-size: min(46rem, 100dvh - 2rem);
        padding: 0;
        border: 1px solid var(--line);
        border-radius: var(--round-l);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow);
      }

      :host([wide]) dialog {
        inline-size: min(36rem, 100vw - 2rem);
      }

      dialog::backdrop {
        background: rgb(10 10 14 / 45%);
      }

      .bar {
        position: sticky;
        inset-block-start: 0;
        z-index: 1;
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--gap-2);
        padding-block: var(--gap-4) var(--gap-3);
        padding-inline: var(--gap-5) var(--gap-3);
        background: var(--surface);
      }

      h2 {
        font-size: var(--text-l);
        overflow-wrap: anywhere;
      }

      .body {
        padding: 0 var(--gap-5) var(--gap-5);
      }

      @media (max-width: 30rem) {
        .bar {
          padding-inline-start: var(--gap-4);
        }

        .body {
          padding: 0 var(--gap-4) var(--gap-4);
        }
      }
    `,
  ]

  declare heading: string
  declare wide: boolean

  constructor() {
    super()
    this.heading = ''
    this.wide = false
  }

  show(): void {
    if (this.#dialog === null || this.#dialog.open) return
    this.#dialog.showModal()
    this.querySelector<HTMLElement>('[data-first]')?.focus()
  }

  close(): void {
    this.#dialog?.close()
  }

  override render() {
    return html`
      <dialog aria-labelledby="heading" @close=${this.#onClose}>
        <div class="bar">
          <h2 id="heading">${this.heading}</h2>
          <button type="button" class="quiet icon" aria-label=${APP.close} @click=${this.close}>
            <sotto-icon name="x"></sotto-icon>
          </button>
        </div>
        <div class="body"><slot></slot></div>
      </dialog>`
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }

  /** The browser's event stays inside the shadow root; the owner gets one of its own. */
  #onClose(): void {
    this.dispatchEvent(new Event('close'))
  }
}
customElements.define('sotto-dialog', SottoDialog)
