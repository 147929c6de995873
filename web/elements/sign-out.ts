import { html } from 'lit'
import { atStakeSentence, FILE_SETTINGS } from '../file-words.ts'
import type { AtStake } from '../files/reduce-files.ts'
import { SETTINGS } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * The way out. Asks first where files would be lost.
 *
 * @fires sign-out {Event} The person means it.
 */
export class SottoSignOut extends SottoElement {
  static override properties = { stake: { attribute: false }, isAsking: { state: true } }

  static override styles = shared

  declare stake: AtStake
  declare isAsking: boolean

  constructor() {
    super()
    this.stake = { going: 0, unsaved: 0 }
    this.isAsking = false
  }

  override render() {
    const sentence = atStakeSentence(this.stake.going, this.stake.unsaved)
    if (!this.isAsking || sentence === '')
      return html`
        <button type="button" @click=${sentence === '' ? this.#leave : this.#ask}>
          <sotto-icon name="log-out"></sotto-icon>${SETTINGS.signOut}
        </button>`
    return html`
      <p class="warning" role="alert">${sentence}</p>
      <div class="actions">
        <button type="button" class="small" @click=${this.#stay}>${FILE_SETTINGS.stay}</button>
        <button type="button" class="small danger" @click=${this.#leave}>${FILE_SETTINGS.leaveAnyway}</button>
      </div>`
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.get('isAsking') !== undefined) this.renderRoot.querySelector('button')?.focus()
  }

  #ask(): void {
    this.isAsking = true
  }

  #stay(): void {
    this.isAsking = false
  }

  #leave(): void {
    this.isAsking = false
    this.dispatchEvent(new Event('sign-out'))
  }
}
customElements.define('sotto-sign-out', SottoSignOut)
