import { css, html, nothing } from 'lit'
import { type Address, userOf } from '../../chat/index.ts'
import { bare } from '../app-state.ts'
import { AppIntentEvent } from '../intents.ts'
import { BUDDY, WELCOME } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * What stands beside the list while no conversation is open: the next step.
 *
 * @fires app-intent {AppIntentEvent} practice
 * @fires add-contact {Event}
 */
export class SottoWelcome extends SottoElement {
  static override properties = { address: {}, buddy: {} }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        place-items: center;
        padding: var(--gap-5);
        overflow-y: auto;
      }

      div {
        display: grid;
        justify-items: center;
        gap: var(--gap-4);
        max-inline-size: 26rem;
        text-align: center;
      }

      h2 {
        font-size: var(--text-xl);
        letter-spacing: -0.01em;
      }

      .seal {
        display: grid;
        place-items: center;
        inline-size: 4rem;
        block-size: 4rem;
        border-radius: 50%;
        background: var(--accent-soft);
        color: var(--accent);
        --icon-size: 1.75rem;
      }

      code {
        display: inline-block;
        padding: var(--gap-1) var(--gap-3);
        border-radius: var(--round-s);
        background: var(--sunken);
        font-family: var(--mono);
        font-size: var(--text-m);
        user-select: all;
        overflow-wrap: anywhere;
      }

      .actions {
        display: flex;
        justify-content: center;
      }

      .small-print {
        max-inline-size: 24rem;
        font-size: var(--text-s);
        text-wrap: pretty;
      }
    `,
  ]

  declare address: Address | null
  /** Offered if not `null`. */
  declare buddy: Address | null

  constructor() {
    super()
    this.address = null
    this.buddy = null
  }

  override render() {
    const { address } = this
    if (address === null) return nothing
    return html`
      <div>
        <span class="seal"><sotto-icon name="message-circle"></sotto-icon></span>
        <h2>${WELCOME.title(userOf(address))}</h2>
        <p class="soft">${WELCOME.sentence}</p>
        <p><span class="visually-hidden">${WELCOME.yourAddress} </span><code>${bare(address)}</code></p>
        <div class="actions">
          ${
            this.buddy === null
              ? nothing
              : html`
                <button type="button" class="primary" @click=${() => this.dispatchEvent(new AppIntentEvent({ do: 'practice' }))}>
                  <sotto-icon name="bot"></sotto-icon>${BUDDY.action}
                </button>`
          }
          <button type="button" @click=${() => this.dispatchEvent(new Event('add-contact'))}>
            <sotto-icon name="user-plus"></sotto-icon>${WELCOME.add}
          </button>
        </div>
        ${this.buddy === null ? nothing : html`<p class="small-print soft">${BUDDY.sentence}</p>`}
      </div>`
  }
}
customElements.define('sotto-welcome', SottoWelcome)
