import { html } from 'lit'
import { type Address, domainOf } from '../../chat/index.ts'
import { CONTACTS } from '../words.ts'
import { AddressDialog } from './address-dialog.ts'

/** Asks for the address of somebody new. */
export class SottoAddContact extends AddressDialog {
  protected override get heading(): string {
    return CONTACTS.add
  }

  protected override get action(): string {
    return CONTACTS.addAction
  }

  protected override fields() {
    const domain = this.own === null ? '' : domainOf(this.own)
    return html`
      ${this.addressField(CONTACTS.addField, CONTACTS.addHint(domain))}
      <div class="field">
        <label for="called">${CONTACTS.addName}</label>
        <input id="called" name="called" autocomplete="off" maxlength="64">
      </div>`
  }

  protected override nameOf(peer: Address, data: FormData): string | null {
    const name = String(data.get('called') ?? '').trim()
    return name || (peer === this.own ? CONTACTS.ownDevices : null)
  }
}
customElements.define('sotto-add-contact', SottoAddContact)
