import { html } from 'lit'
import { AppIntentEvent } from '../intents.ts'
import { VAULT } from '../vault-words.ts'
import type { LentKeyring } from '../world.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import './restore-form.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Restores a backup while nobody is signed in. Made for one use: it goes away when it is closed.
 *
 * @fires app-intent {AppIntentEvent} leaveElsewhere: the form is to look again who is known here.
 */
export class SottoRestoreDialog extends SottoElement {
  readonly #lent: LentKeyring

  constructor(lent: LentKeyring) {
    super()
    this.#lent = lent
  }

  override firstUpdated(): void {
    void this.#open()
  }

  override render() {
    return html`
      <sotto-dialog heading=${VAULT.restore} @close=${this.#end}>
        <sotto-restore-form .keyring=${this.#lent.keyring} @restored=${() =>
          this.dispatchEvent(new AppIntentEvent({ do: 'leaveElsewhere' }))}></sotto-restore-form>
      </sotto-dialog>`
  }

  async #open(): Promise<void> {
    const dialog = this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
    await dialog?.updateComplete
    dialog?.show()
  }

  #end(): void {
    this.#lent.dispose()
    this.remove()
  }
}
customElements.define('sotto-restore-dialog', SottoRestoreDialog)
