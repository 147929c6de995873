import { css, html } from 'lit'
import { FILE_SETTINGS } from '../file-words.ts'
import { AppIntentEvent } from '../intents.ts'
import { OFFICE } from '../office-words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Asks before an account is left while files would be lost. Made for one use: it goes away when it is
 * closed.
 *
 * @fires app-intent {AppIntentEvent} signOut
 */
export class SottoSignOutDialog extends SottoElement {
  static override styles = [
    shared,
    css`
      .ask {
        display: grid;
        gap: var(--gap-4);
      }
    `,
  ]

  readonly #account: string
  readonly #stake: string

  /** @param stake - what would be lost, in words */
  constructor(account: string, stake: string) {
    super()
    this.#account = account
    this.#stake = stake
  }

  override firstUpdated(): void {
    void this.#open()
  }

  override render() {
    return html`
      <sotto-dialog heading=${OFFICE.signOutSure(this.#account)} @close=${this.remove}>
        <div class="ask">
          <p class="warning">${this.#stake}</p>
          <div class="actions">
            <button type="button" data-first @click=${() => this.#dialog?.close()}>${FILE_SETTINGS.stay}</button>
            <button type="button" class="danger" @click=${this.#leave}>${FILE_SETTINGS.leaveAnyway}</button>
          </div>
        </div>
      </sotto-dialog>`
  }

  get #dialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
  }

  async #open(): Promise<void> {
    await this.#dialog?.updateComplete
    this.#dialog?.show()
  }

  #leave(): void {
    this.dispatchEvent(new AppIntentEvent({ do: 'signOut' }))
    this.#dialog?.close()
  }
}
customElements.define('sotto-sign-out-dialog', SottoSignOutDialog)
