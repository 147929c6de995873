import { css, html, nothing } from 'lit'
import { type Address, domainOf } from '../../chat/index.ts'
import { addressSentence } from '../fault-words.ts'
import { AppIntentEvent } from '../intents.ts'
import { CONTACTS } from '../words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Asks for the address of somebody new.
 *
 * @fires app-intent {AppIntentEvent} addContact
 */
export class SottoAddContact extends SottoElement {
  static override properties = {
    own: {},
    read: { attribute: false },
    fault: { state: true },
  }

  static override styles = [
    shared,
    css`
      form {
        display: grid;
        gap: var(--gap-4);
      }

      .actions {
        justify-content: flex-end;
      }
    `,
  ]

  /** Own address: names without a domain are beside it. */
  declare own: Address | null
  /** Reads an address. @throws RangeError with a sentence for people */
  declare read: (text: string) => Address
  declare fault: string | null

  constructor() {
    super()
    this.own = null
    this.read = () => {
      throw new RangeError('')
    }
    this.fault = null
  }

  show(): void {
    this.fault = null
    this.renderRoot.querySelector('form')?.reset()
    this.#dialog?.show()
  }

  override render() {
    const domain = this.own === null ? '' : domainOf(this.own)
    return html`
      <sotto-dialog heading=${CONTACTS.add}>
        <form @submit=${this.#onSubmit} novalidate>
          <div class="field">
            <label for="address">${CONTACTS.addField}</label>
            <input id="address" name="address" autocomplete="off" autocapitalize="none" spellcheck="false" data-first
              maxlength="320" aria-describedby="hint fault" aria-invalid=${String(this.fault !== null)}>
            <p class="hint" id="hint">${CONTACTS.addHint(domain)}</p>
            <p class="fault" id="fault" role="alert">${this.fault ?? nothing}</p>
          </div>
          <div class="field">
            <label for="called">${CONTACTS.addName}</label>
            <input id="called" name="called" autocomplete="off" maxlength="64">
          </div>
          <div class="actions">
            <button type="button" class="quiet" @click=${() => this.#dialog?.close()}>${CONTACTS.cancel}</button>
            <button class="primary" type="submit">${CONTACTS.addAction}</button>
          </div>
        </form>
      </sotto-dialog>`
  }

  get #dialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const name = String(data.get('called') ?? '').trim()
    try {
      const peer = this.read(String(data.get('address') ?? ''))
      const usual = peer === this.own ? CONTACTS.ownDevices : null
      this.#dialog?.close()
      this.dispatchEvent(new AppIntentEvent({ do: 'addContact', peer, name: name || usual }))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.fault = addressSentence(error)
    }
  }
}
customElements.define('sotto-add-contact', SottoAddContact)
