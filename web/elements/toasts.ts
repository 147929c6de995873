import { css, html, nothing } from 'lit'
import type { Toast } from '../app-state.ts'
import { HISTORY } from '../history-words.ts'
import { AppIntentEvent } from '../intents.ts'
import { APP } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * A line above the screen for faults that belong to no conversation, and for what can still be undone.
 * It has a place of its own: nothing is covered while it is there.
 *
 * @fires app-intent {AppIntentEvent} dismissToast, undo
 */
export class SottoToasts extends SottoElement {
  static override properties = { toasts: { attribute: false } }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }

      .toasts > div {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: var(--gap-1) var(--gap-3);
        padding-block: var(--gap-1);
        padding-inline: var(--gap-4) var(--gap-2);
        border-block-end: 1px solid var(--line);
        background: var(--raised);
        font-size: var(--text-s);
      }
    `,
  ]

  declare toasts: readonly Toast[]

  constructor() {
    super()
    this.toasts = []
  }

  override render() {
    return html`
      <div class="toasts" role="status" aria-label=${APP.notifications}>
        ${this.toasts.map(
          ({ id, sentence, undo }) => html`
            <div>
              <p>${sentence}</p>
              ${
                undo === undefined
                  ? nothing
                  : html`<button type="button" class="small" @click=${() => this.dispatchEvent(new AppIntentEvent({ do: 'undo', id }))}>${HISTORY.undo}</button>`
              }
              <button type="button" class="quiet small icon" aria-label=${APP.dismiss}
                @click=${() => this.dispatchEvent(new AppIntentEvent({ do: 'dismissToast', id }))}>
                <sotto-icon name="x"></sotto-icon>
              </button>
            </div>`,
        )}
      </div>`
  }
}
customElements.define('sotto-toasts', SottoToasts)
