import { css, html, nothing } from 'lit'
import type { Address } from '../../chat/index.ts'
import { ACCOUNTS } from '../account-words.ts'
import type { RememberedAccount } from '../accounts.ts'
import { bare } from '../app-state.ts'
import { AppIntentEvent } from '../intents.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * The accounts that were used in this browser: to go on with one, or to delete what is kept of it.
 *
 * @fires use-account {CustomEvent<RememberedAccount>}
 * @fires restore-backup {Event} Bubbles; composed.
 * @fires app-intent {AppIntentEvent} forgetAccount
 */
export class SottoKnownAccounts extends SottoElement {
  static override properties = { accounts: { attribute: false }, forgetting: { state: true } }

  static override styles = [
    shared,
    css`
      :host,
      section,
      ul {
        display: grid;
        gap: var(--gap-2);
      }

      h2 {
        font-size: var(--text-s);
        color: var(--ink-soft);
      }

      li {
        display: flex;
        align-items: center;
        gap: var(--gap-1);
      }

      .use {
        flex: 1;
        min-inline-size: 0;
        justify-content: start;
      }

      .use bdi {
        overflow: hidden;
        text-overflow: ellipsis;
      }
    `,
  ]

  declare accounts: readonly RememberedAccount[]
  /** Whether it is really to be deleted was asked for this one. */
  declare forgetting: Address | null

  constructor() {
    super()
    this.accounts = []
    this.forgetting = null
  }

  override render() {
    return html`
      ${this.accounts.length === 0 ? nothing : this.#list()}
      <button type="button" class="quiet small" @click=${() =>
        this.dispatchEvent(new Event('restore-backup', { bubbles: true, composed: true }))}>
        ${ACCOUNTS.restoreOpen}
      </button>`
  }

  #list() {
    return html`
      <section aria-labelledby="known">
        <h2 id="known">${ACCOUNTS.known}</h2>
        <ul>
          ${this.accounts.map((account) => {
            const isAsked = this.forgetting === account.address
            return html`<li>${isAsked ? this.#sure(account.address) : this.#account(account)}</li>`
          })}
        </ul>
      </section>`
  }

  #account(account: RememberedAccount) {
    const name = bare(account.address)
    return html`
      <button type="button" class="use quiet small" aria-label=${ACCOUNTS.use(name)}
        @click=${() => this.dispatchEvent(new CustomEvent('use-account', { detail: account }))}><bdi>${name}</bdi></button>
      <button type="button" class="icon quiet small" aria-label=${ACCOUNTS.forget(name)} @click=${() => {
        this.forgetting = account.address
      }}><sotto-icon name="trash"></sotto-icon></button>`
  }

  #sure(address: Address) {
    return html`
      <div>
          <p class="warning" role="alert">${ACCOUNTS.forgetSure(bare(address))}</p>
          <div class="actions">
            <button type="button" class="small" @click=${() => {
              this.forgetting = null
            }}>${ACCOUNTS.cancel}</button>
            <button type="button" class="small danger" @click=${() => {
              this.forgetting = null
              this.dispatchEvent(new AppIntentEvent({ do: 'forgetAccount', address }))
            }}>${ACCOUNTS.forgetNow}</button>
          </div>
      </div>`
  }
}
customElements.define('sotto-known-accounts', SottoKnownAccounts)
