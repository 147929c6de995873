import { html } from 'lit'
import type { Keyring } from '../keyring.ts'
import { VAULT } from '../vault-words.ts'
import { download, VaultForm } from './vault-form.ts'

/** Makes a backup under a passphrase of its own, asked for twice. */
export class SottoBackupForm extends VaultForm {
  static override properties = { ...VaultForm.properties, keyring: { attribute: false } }

  declare keyring: Keyring

  override render() {
    return html`
      <p>${VAULT.backupText}</p>
      <form @submit=${this.#make}>
        ${this.secret('backup-passphrase', VAULT.backupField, true)}
        ${this.secret('backup-again', VAULT.again, true)}
        <p class="hint">${VAULT.setHint}</p>
        ${this.check('history', VAULT.withHistory, false)}
        <div class="actions"><button class="primary" ?disabled=${this.busy}>${VAULT.makeBackup}</button></div>
      </form>
      ${this.outcome()}`
  }

  async #make(event: SubmitEvent): Promise<void> {
    const { form, text } = this.typed(event)
    const passphrase = text('backup-passphrase')
    if (passphrase !== text('backup-again')) {
      this.fault = VAULT.differ
      return
    }
    const { keyring } = this
    const isMade = await this.run(VAULT.isMade, async () => {
      const file = await keyring.makeBackup(passphrase, text('history') !== '')
      const day = new Date().toISOString().slice(0, 10)
      download(file, `${keyring.account.slice('sip:'.length)}-${day}.sotto-backup`)
    })
    if (isMade) form.reset()
  }
}
customElements.define('sotto-backup-form', SottoBackupForm)
