import { css, html } from 'lit'
import { AppIntentEvent } from '../intents.ts'
import type { Keyring } from '../keyring.ts'
import { VAULT } from '../vault-words.ts'
import './icon.ts'
import './restore-form.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'
import { threshold } from './threshold-styles.ts'

/**
 * The browser has lost the key of an account that it had: before another one is made, a backup can be
 * restored.
 *
 * @fires app-intent {AppIntentEvent} proceed, leaveElsewhere
 */
export class SottoKeysGone extends SottoElement {
  static override properties = { keyring: { attribute: false }, name: {} }

  static override styles = [
    shared,
    threshold,
    css`
      main > sotto-icon {
        color: var(--caution);
      }
    `,
  ]

  declare keyring: Keyring
  declare name: string

  override render() {
    return html`
      <main>
        <sotto-icon name="circle-alert"></sotto-icon>
        <h1>${VAULT.goneTitle}</h1>
        <p>${VAULT.goneText(this.name)}</p>
        <section aria-label=${VAULT.restore}>
          <sotto-restore-form .keyring=${this.keyring}></sotto-restore-form>
        </section>
        <div class="actions">
          <button type="button" class="danger" @click=${() => this.#intend('proceed')}>${VAULT.goneAnew}</button>
          <button type="button" class="quiet" @click=${() => this.#intend('leaveElsewhere')}>${VAULT.otherAccount}</button>
        </div>
      </main>`
  }

  #intend(what: 'proceed' | 'leaveElsewhere'): void {
    this.dispatchEvent(new AppIntentEvent({ do: what }))
  }
}
customElements.define('sotto-keys-gone', SottoKeysGone)
