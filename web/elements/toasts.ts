import { css, html, nothing } from 'lit'
import type { Toast } from '../app-state.ts'
import { HISTORY } from '../history-words.ts'
import { AppIntentEvent } from '../intents.ts'
import { APP } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * The corner where faults are shown that belong to no conversation, and what can still be undone.
 *
 * @fires app-intent {AppIntentEvent} dismissToast, undo
 */
export class SottoToasts extends SottoElement {
  static override properties = { toasts: { attribute: false } }

  static override styles = [
    shared,
    css`
      :host {
        position: fixed;
        inset-block-start: 4.5rem;
        inset-inline: var(--gap-4);
        z-index: 2;
        pointer-events: none;
      }

      .toasts {
        display: grid;
        justify-items: center;
        gap: var(--gap-2);
      }

      .toasts > div {
        display: flex;
        align-items: center;
        gap: var(--gap-3);
        max-inline-size: 36rem;
        padding-block: var(--gap-2);
        padding-inline: var(--gap-4) var(--gap-2);
        border: 1px solid var(--line-strong);
        border-radius: var(--round-m);
        background: var(--raised);
        box-shadow: var(--shadow);
        pointer-events: auto;
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
