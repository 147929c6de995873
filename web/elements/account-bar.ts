import { css, html, nothing } from 'lit'
import type { Address } from '../../chat/index.ts'
import type { AccountHere } from '../accounts-here.ts'
import { bare } from '../app-state.ts'
import { OfficeIntentEvent } from '../intents.ts'
import { OFFICE } from '../office-words.ts'
import './account-menu.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Above a screen that stands before an account, while there are others: the way to them.
 *
 * @fires office-intent {OfficeIntentEvent} show
 */
export class SottoAccountBar extends SottoElement {
  static override properties = { accounts: { attribute: false } }

  static override styles = [
    shared,
    css`
      .bar {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--gap-2);
        padding: var(--gap-2) var(--gap-3);
      }

      .back {
        flex: 0 1 auto;
        min-inline-size: 0;
        padding-inline: var(--gap-2) var(--gap-3);
      }

      .back bdi {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .here {
        position: relative;
        display: flex;
        flex: 0 1 auto;
        align-items: center;
        gap: var(--gap-2);
        min-inline-size: 0;
        margin-inline-start: auto;
        padding-inline-start: var(--gap-3);
        border-radius: var(--round-s);
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .here bdi {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ]

  declare accounts: readonly AccountHere[]

  constructor() {
    super()
    this.accounts = []
  }

  override render() {
    const shown = this.accounts.find(({ isShown }) => isShown)
    const ready = this.accounts.find(
      ({ isShown, status }) => !isShown && (status === 'online' || status === 'offline'),
    )
    return html`
      <div class="bar">
        ${ready?.address ? this.#back(ready.address) : nothing}
        <div class="here">
          ${shown?.address ? html`<bdi>${bare(shown.address)}</bdi>` : nothing}
          <sotto-account-menu .accounts=${this.accounts}></sotto-account-menu>
        </div>
      </div>`
  }

  #back(account: Address) {
    const go = () => this.dispatchEvent(new OfficeIntentEvent({ do: 'show', account }))
    return html`
      <button type="button" class="back quiet small" @click=${go}>
        <sotto-icon name="arrow-left"></sotto-icon><bdi>${OFFICE.back(bare(account))}</bdi>
      </button>`
  }
}
customElements.define('sotto-account-bar', SottoAccountBar)
