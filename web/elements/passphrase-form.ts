import { html, nothing } from 'lit'
import { AppIntentEvent } from '../intents.ts'
import type { Keyring } from '../keyring.ts'
import type { Settings } from '../settings.ts'
import { VAULT } from '../vault-words.ts'
import { VaultForm } from './vault-form.ts'

/** What can be chosen, in minutes. */
const LOCK_AFTER = [0, 1, 5, 15, 60] as const

/**
 * Sets, changes and takes away the passphrase; locks.
 *
 * @fires app-intent {AppIntentEvent} settings, lock
 */
export class SottoPassphraseForm extends VaultForm {
  static override properties = {
    ...VaultForm.properties,
    keyring: { attribute: false },
    settings: { attribute: false },
    isOn: { state: true },
  }

  declare keyring: Keyring
  declare settings: Settings
  /** `null` until it is known. */
  declare isOn: boolean | null

  constructor() {
    super()
    this.isOn = null
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#look()
  }

  override render() {
    const { isOn } = this
    if (isOn === null) return nothing
    return html`
      <p>${isOn ? VAULT.passphraseOn : VAULT.passphraseOff}</p>
      ${isOn ? this.#locking() : nothing}
      <form @submit=${this.#set}>
        ${isOn ? this.secret('before', VAULT.current, false) : nothing}
        ${this.secret('after', VAULT.fresh, true)}
        ${this.secret('again', VAULT.again, true)}
        <p class="hint">${VAULT.setHint}</p>
        <div class="actions">
          <button class="primary" ?disabled=${this.busy}>${isOn ? VAULT.change : VAULT.set}</button>
          ${isOn ? html`<button type="button" ?disabled=${this.busy} @click=${this.#remove}>${VAULT.remove}</button>` : nothing}
        </div>
      </form>
      ${this.outcome()}`
  }

  #locking() {
    const { lockAfter } = this.settings
    return html`
      <div class="field">
        <label for="lock-after">${VAULT.lockAfter}</label>
        <select id="lock-after" @change=${(event: Event) => {
          const minutes = Number((event.target as HTMLSelectElement).value)
          this.#intend({ do: 'settings', settings: { ...this.settings, lockAfter: minutes } })
        }}>
          ${LOCK_AFTER.map(
            (count) =>
              html`<option value=${count} .selected=${count === lockAfter}>${count === 0 ? VAULT.never : VAULT.minutes(count)}</option>`,
          )}
        </select>
        <p class="hint">${VAULT.lockHint}</p>
      </div>
      <div class="actions">
        <button type="button" @click=${() => this.#intend({ do: 'lock' })}>
          <sotto-icon name="lock"></sotto-icon>${VAULT.lockNow}
        </button>
      </div>`
  }

  async #look(): Promise<void> {
    this.isOn = await this.keyring.hasPassphrase()
  }

  async #set(event: SubmitEvent): Promise<void> {
    const { form, text } = this.typed(event)
    if (text('after') !== text('again')) {
      this.fault = VAULT.differ
      return
    }
    const isOn = this.isOn === true
    const before = isOn ? text('before') : null
    const said = isOn ? VAULT.isChanged : VAULT.isSet
    if (await this.run(said, () => this.keyring.setPassphrase(before, text('after')))) form.reset()
    await this.#look()
  }

  async #remove(): Promise<void> {
    const field = this.renderRoot.querySelector<HTMLInputElement>('#before')
    if (field === null || !field.reportValidity()) return
    const { value } = field
    if (await this.run(VAULT.isRemoved, () => this.keyring.setPassphrase(value, null))) {
      field.form?.reset()
    }
    await this.#look()
  }

  #intend(intent: ConstructorParameters<typeof AppIntentEvent>[0]): void {
    this.dispatchEvent(new AppIntentEvent(intent))
  }
}
customElements.define('sotto-passphrase-form', SottoPassphraseForm)
