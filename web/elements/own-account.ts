import { css, html, nothing } from 'lit'
import type { AccountState, Address } from '../../chat/index.ts'
import type { AccountHere } from '../accounts-here.ts'
import { bare } from '../app-state.ts'
import { ACCOUNT_LABEL } from '../words.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** Who is here and how that account is, and the way to the others: one line, and one button. */
export class SottoOwnAccount extends SottoElement {
  static override properties = {
    account: { attribute: false },
    address: {},
    accounts: { attribute: false },
  }

  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--gap-1);
        min-inline-size: 0;
        border-radius: var(--round-s);
      }

      .status {
        display: flex;
        align-items: center;
        gap: 0.375rem;
        min-inline-size: 0;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .status bdi {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .dot {
        flex: none;
        inline-size: 0.5rem;
        block-size: 0.5rem;
        border: 1.5px solid var(--ink-soft);
        border-radius: 50%;
      }

      .dot.online {
        border-color: var(--safe);
        background: var(--safe);
      }
    `,
  ]

  declare account: AccountState
  declare address: Address | null
  /** Of this window; none where it is not ours to offer others. */
  declare accounts: readonly AccountHere[]

  constructor() {
    super()
    this.account = { state: 'signedOut' }
    this.address = null
    this.accounts = []
  }

  override render() {
    const { account, address, accounts } = this
    return html`
      <p class="status" role="status">
        <span class="dot ${account.state}"></span>
        <span>${ACCOUNT_LABEL[account.state]}</span>
        ${address === null ? nothing : html`<bdi>${bare(address)}</bdi>`}
      </p>
      ${accounts.length === 0 ? nothing : html`<sotto-account-menu .accounts=${accounts}></sotto-account-menu>`}`
  }
}
customElements.define('sotto-own-account', SottoOwnAccount)
