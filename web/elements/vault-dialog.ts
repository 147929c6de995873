import { css, html, nothing } from 'lit'
import { ACCOUNTS } from '../account-words.ts'
import { bare } from '../app-state.ts'
import { AppIntentEvent } from '../intents.ts'
import type { Keyring } from '../keyring.ts'
import type { Settings } from '../settings.ts'
import { VAULT } from '../vault-words.ts'
import './backup-form.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import './import-form.ts'
import './passphrase-form.ts'
import './restore-form.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * All that concerns the keys of the account that is signed in, folded up.
 *
 * @fires app-intent {AppIntentEvent} settings, lock, forgetAccount
 */
export class SottoVaultDialog extends SottoElement {
  static override properties = {
    keyring: { attribute: false },
    settings: { attribute: false },
    isPersisted: { state: true },
    forgetting: { state: true },
  }

  static override styles = [
    shared,
    css`
      .parts {
        display: grid;
        gap: var(--gap-3);
      }

      details {
        padding: var(--gap-3) var(--gap-4);
        border: 1px solid var(--line);
        border-radius: var(--round-m);
      }

      summary {
        font-weight: 600;
        cursor: pointer;
      }

      details[open] > summary {
        margin-block-end: var(--gap-3);
      }

      .part {
        display: grid;
        gap: var(--gap-3);
      }
    `,
  ]

  declare keyring: Keyring | null
  declare settings: Settings
  /** `null` where the browser does not say. */
  declare isPersisted: boolean | null
  declare forgetting: boolean

  constructor() {
    super()
    this.keyring = null
    this.isPersisted = null
    this.forgetting = false
  }

  async show(): Promise<void> {
    this.forgetting = false
    this.isPersisted = (await navigator.storage?.persisted?.()) ?? null
    await this.updateComplete
    this.renderRoot.querySelector<SottoDialog>('sotto-dialog')?.show()
  }

  override render() {
    const { keyring } = this
    return html`
      <sotto-dialog wide heading=${VAULT.title}>
        ${keyring === null ? nothing : this.#parts(keyring)}
      </sotto-dialog>`
  }

  #parts(keyring: Keyring) {
    return html`
      <div class="parts">
        <details name="vault" open>
          <summary>${VAULT.passphrase}</summary>
          <sotto-passphrase-form .keyring=${keyring} .settings=${this.settings}></sotto-passphrase-form>
        </details>
        <details name="vault">
          <summary>${VAULT.backup}</summary>
          <sotto-backup-form .keyring=${keyring}></sotto-backup-form>
        </details>
        <details name="vault">
          <summary>${VAULT.restore}</summary>
          <sotto-restore-form .keyring=${keyring}></sotto-restore-form>
        </details>
        <details name="vault">
          <summary>${VAULT.bringIn}</summary>
          <sotto-import-form .keyring=${keyring}></sotto-import-form>
        </details>
        <details name="vault">
          <summary>${VAULT.storage}</summary>
          <div class="part">
            ${
              this.isPersisted === null
                ? nothing
                : html`<p>${this.isPersisted ? VAULT.persisted : VAULT.notPersisted}</p>`
            }
            ${this.#forget(keyring)}
          </div>
        </details>
      </div>`
  }

  #forget(keyring: Keyring) {
    const name = bare(keyring.account)
    if (!this.forgetting) {
      return html`
        <div class="actions">
          <button type="button" class="danger" @click=${() => {
            this.forgetting = true
          }}>${ACCOUNTS.forget(name)}</button>
        </div>`
    }
    return html`
      <p class="warning" role="alert">${ACCOUNTS.forgetSure(name)}</p>
      <div class="actions">
        <button type="button" @click=${() => {
          this.forgetting = false
        }}>${ACCOUNTS.cancel}</button>
        <button type="button" class="danger" @click=${() => {
          this.dispatchEvent(new AppIntentEvent({ do: 'forgetAccount', address: keyring.account }))
        }}>${ACCOUNTS.forgetNow}</button>
      </div>`
  }
}
customElements.define('sotto-vault-dialog', SottoVaultDialog)
