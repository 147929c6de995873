import { html, nothing } from 'lit'
import { ACCOUNTS } from '../account-words.ts'
import { bare } from '../app-state.ts'
import type { BackupPreview, Keyring } from '../keyring.ts'
import { dayOf } from '../time-words.ts'
import { VAULT } from '../vault-words.ts'
import { number } from '../wording.ts'
import './fingerprint.ts'
import { VaultForm } from './vault-form.ts'

/**
 * Restores a backup: first it is opened and what is in it is shown, then the person decides.
 *
 * @fires restored {CustomEvent<Address>} It is done, for this account.
 */
export class SottoRestoreForm extends VaultForm {
  static override properties = {
    ...VaultForm.properties,
    keyring: { attribute: false },
    preview: { state: true },
  }

  declare keyring: Keyring
  /** What the open backup holds. */
  declare preview: BackupPreview | null

  constructor() {
    super()
    this.preview = null
  }

  override render() {
    return html`
      ${this.preview === null ? this.#chooser() : this.#decision(this.preview)}
      ${this.outcome()}`
  }

  #chooser() {
    return html`
      <form @submit=${this.#look}>
        <div class="field">
          <label for="backup">${VAULT.file}</label>
          <input id="backup" name="backup" type="file" required accept=".sotto-backup">
        </div>
        ${this.secret('restore-passphrase', VAULT.backupField, false)}
        <div class="actions"><button ?disabled=${this.busy}>${VAULT.look}</button></div>
      </form>`
  }

  #decision(preview: BackupPreview) {
    const { account, madeAt, fingerprint, contacts, added, verified, messages, replaces } = preview
    return html`
      <form @submit=${this.#restore} aria-label=${VAULT.holds}>
        <dl>
          <dt>${VAULT.account}</dt><dd><bdi>${bare(account)}</bdi></dd>
          <dt>${VAULT.madeAt}</dt><dd>${dayOf(madeAt)}</dd>
          <dt>${VAULT.contacts}</dt><dd>${VAULT.contactsText(contacts, added)}</dd>
          <dt>${VAULT.verifiedKeys}</dt><dd>${number(verified)}</dd>
          <dt>${VAULT.messages}</dt><dd>${number(messages)}</dd>
          <dt>${VAULT.key}</dt><dd><sotto-fingerprint .value=${fingerprint}></sotto-fingerprint></dd>
        </dl>
        ${replaces ? html`<p class="warning">${VAULT.replaces}</p>` : nothing}
        <p class="hint">${VAULT.twoDevices}</p>
        ${messages > 0 ? this.check('history', VAULT.takeHistory, true) : nothing}
        ${this.check('settings', VAULT.takeSettings, false)}
        <div class="actions">
          <button class="primary" ?disabled=${this.busy}>${VAULT.restoreNow}</button>
          <button type="button" ?disabled=${this.busy} @click=${() => {
            this.preview = null
          }}>${ACCOUNTS.cancel}</button>
        </div>
      </form>`
  }

  async #look(event: SubmitEvent): Promise<void> {
    const { form, text } = this.typed(event)
    const file = form.querySelector<HTMLInputElement>('#backup')?.files?.[0]
    if (file === undefined) return
    await this.run(null, async () => {
      this.preview = await this.keyring.openBackup(file, text('restore-passphrase'))
    })
  }

  async #restore(event: SubmitEvent): Promise<void> {
    const { text } = this.typed(event)
    const { preview } = this
    if (preview === null) return
    const isDone = await this.run(VAULT.isRestored, () =>
      this.keyring.restore(text('history') !== '', text('settings') !== ''),
    )
    if (!isDone) return
    this.preview = null
    this.dispatchEvent(new CustomEvent('restored', { detail: preview.account }))
  }
}
customElements.define('sotto-restore-form', SottoRestoreForm)
