import { css, html } from 'lit'
import { AppIntentEvent } from '../intents.ts'
import { ELSEWHERE } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Says that another tab owns the account, and offers to take it over.
 *
 * @fires app-intent {AppIntentEvent} useHere, leaveElsewhere
 */
export class SottoElsewhere extends SottoElement {
  static override properties = { name: {}, busy: { type: Boolean } }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        min-block-size: 100dvh;
        padding: var(--gap-4);
        place-items: center;
      }

      main {
        display: grid;
        justify-items: center;
        gap: var(--gap-4);
        max-inline-size: 26rem;
        text-align: center;
      }

      h1 {
        font-size: var(--text-xl);
        overflow-wrap: anywhere;
      }

      main > sotto-icon {
        color: var(--accent);
        --icon-size: 2.5rem;
      }

      .actions {
        justify-content: center;
      }
    `,
  ]

  declare name: string
  declare busy: boolean

  constructor() {
    super()
    this.name = ''
    this.busy = false
  }

  override render() {
    return html`
      <main>
        <sotto-icon name="monitor-smartphone"></sotto-icon>
        <h1>${ELSEWHERE.title(this.name)}</h1>
        <p class="soft">${ELSEWHERE.sentence}</p>
        <div class="actions">
          <button type="button" class="primary" ?disabled=${this.busy}
            @click=${() => this.dispatchEvent(new AppIntentEvent({ do: 'useHere' }))}>${ELSEWHERE.action}</button>
          <button type="button" class="quiet" ?disabled=${this.busy}
            @click=${() => this.dispatchEvent(new AppIntentEvent({ do: 'leaveElsewhere' }))}>${ELSEWHERE.leave}</button>
        </div>
        <p class="hint" role="status">${this.busy ? ELSEWHERE.busy : ''}</p>
      </main>`
  }
}
customElements.define('sotto-elsewhere', SottoElsewhere)
