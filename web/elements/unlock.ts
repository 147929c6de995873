import { html } from 'lit'
import { AppIntentEvent } from '../intents.ts'
import type { Keyring } from '../keyring.ts'
import { VAULT } from '../vault-words.ts'
import { threshold } from './threshold-styles.ts'
import { VaultForm } from './vault-form.ts'

/**
 * Asks for the passphrase of an account, and tells what is left to whoever has lost it.
 *
 * @fires app-intent {AppIntentEvent} proceed, leaveElsewhere
 */
export class SottoUnlock extends VaultForm {
  static override properties = {
    ...VaultForm.properties,
    keyring: { attribute: false },
    name: {},
    typedName: { state: true },
  }

  static override styles = [...[VaultForm.styles].flat(), threshold]

  declare keyring: Keyring
  declare name: string
  /** What was typed to confirm the loss of everything. */
  declare typedName: string

  constructor() {
    super()
    this.typedName = ''
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('#unlock')?.focus()
  }

  override render() {
    return html`
      <main>
        <sotto-icon name="lock"></sotto-icon>
        <h1>${VAULT.unlockTitle(this.name)}</h1>
        <form @submit=${this.#unlock}>
          <p class="soft">${VAULT.unlockText}</p>
          ${this.secret('unlock', VAULT.field, false)}
          <div class="actions">
            <button class="primary" ?disabled=${this.busy}>${VAULT.unlock}</button>
            <button type="button" class="quiet" @click=${() => this.#intend('leaveElsewhere')}>${VAULT.otherAccount}</button>
          </div>
        </form>
        ${this.outcome()}
        <details>
          <summary>${VAULT.lost}</summary>
          <div class="part">
            <p>${VAULT.lostText}</p>
            <div class="field">
              <label for="confirm">${VAULT.confirmField(this.name)}</label>
              <input id="confirm" autocomplete="off" autocapitalize="none" spellcheck="false" @input=${(
                event: Event,
              ) => {
                this.typedName = (event.target as HTMLInputElement).value.trim()
              }}>
            </div>
            <div class="actions">
              <button type="button" class="danger" ?disabled=${this.busy || this.typedName !== this.name}
                @click=${this.#startAnew}>${VAULT.startAnew}</button>
            </div>
          </div>
        </details>
      </main>`
  }

  async #unlock(event: SubmitEvent): Promise<void> {
    const { form, text } = this.typed(event)
    const isOpen = await this.run(null, () => this.keyring.unlock(text('unlock')))
    form.reset()
    if (isOpen) this.#intend('proceed')
    else form.querySelector('input')?.focus()
  }

  async #startAnew(): Promise<void> {
    if (await this.run(null, () => this.keyring.wipe())) this.#intend('proceed')
  }

  #intend(what: 'proceed' | 'leaveElsewhere'): void {
    this.dispatchEvent(new AppIntentEvent({ do: what }))
  }
}
customElements.define('sotto-unlock', SottoUnlock)
