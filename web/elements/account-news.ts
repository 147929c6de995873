import type { PropertyValues } from 'lit'
import { html } from 'lit'
import { OFFICE } from '../office-words.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** Says to those who do not see the screen that it is another account's now. */
export class SottoAccountNews extends SottoElement {
  static override properties = { account: {} }

  static override styles = shared

  /** As people write it; `null` for the form of one more. */
  declare account: string | null
  #sentence = ''

  constructor() {
    super()
    this.account = null
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('account') || !this.hasUpdated) return
    this.#sentence = this.account === null ? '' : OFFICE.shown(this.account)
  }

  override render() {
    return html`<p class="visually-hidden" role="status">${this.#sentence}</p>`
  }
}
customElements.define('sotto-account-news', SottoAccountNews)
