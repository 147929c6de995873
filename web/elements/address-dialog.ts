import { css, html, nothing, type TemplateResult } from 'lit'
import type { Address } from '../../chat/index.ts'
import { addressSentence } from '../fault-words.ts'
import { AppIntentEvent } from '../intents.ts'
import { CONTACTS } from '../words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Asks for an address to talk to, of a person or of a room.
 *
 * @fires app-intent {AppIntentEvent} addContact
 */
export abstract class AddressDialog extends SottoElement {
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

  protected abstract readonly heading: string
  protected abstract readonly action: string
  /** The field for the address, and whatever else is asked. */
  protected abstract fields(): TemplateResult
  /** What the contact is to be called; `null` for the name in the address. */
  protected abstract nameOf(peer: Address, data: FormData): string | null

  /** @param address - what stands in the field at first */
  show(address = ''): void {
    this.fault = null
    this.renderRoot.querySelector('input')?.setAttribute('value', address)
    this.renderRoot.querySelector('form')?.reset() // To that.
    this.#dialog?.show()
  }

  override render() {
    return html`
      <sotto-dialog heading=${this.heading}>
        <form @submit=${this.#onSubmit} novalidate>
          ${this.fields()}
          <div class="actions">
            <button type="button" class="quiet" @click=${() => this.#dialog?.close()}>${CONTACTS.cancel}</button>
            <button class="primary" type="submit">${this.action}</button>
          </div>
        </form>
      </sotto-dialog>`
  }

  protected addressField(label: string, hint: string): TemplateResult {
    return html`
      <div class="field">
        <label for="address">${label}</label>
        <input id="address" name="address" autocomplete="off" autocapitalize="none" spellcheck="false" data-first
          maxlength="320" aria-describedby="hint fault" aria-invalid=${String(this.fault !== null)}>
        <p class="hint" id="hint">${hint}</p>
        <p class="fault" id="fault" role="alert">${this.fault ?? nothing}</p>
      </div>`
  }

  get #dialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    try {
      const peer = this.read(String(data.get('address') ?? ''))
      this.#dialog?.close()
      const name = this.nameOf(peer, data)
      this.dispatchEvent(new AppIntentEvent({ do: 'addContact', peer, name }))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.fault = addressSentence(error)
    }
  }
}
