import { css, html } from 'lit'
import { COACH } from '../coach-words.ts'
import { fingerprintWords } from '../fingerprint-words.ts'
import { AppIntentEvent } from '../intents.ts'
import { QR } from '../qr-words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Buttons that say a fingerprint: digit by digit, or as words.
 *
 * @fires app-intent {AppIntentEvent} readAloud
 */
export class SottoReadAloud extends SottoElement {
  static override properties = { fingerprint: {} }

  static override styles = [
    shared,
    css`
      :host {
        display: contents;
      }
    `,
  ]

  /** 40 hex digits. */
  declare fingerprint: string

  constructor() {
    super()
    this.fingerprint = ''
  }

  override render() {
    return html`
      <button type="button" class="small" @click=${this.#digits}>
        <sotto-icon name="volume-2"></sotto-icon>${QR.readAloud}</button>
      <button type="button" class="small" @click=${this.#words}>
        <sotto-icon name="volume-2"></sotto-icon>${COACH.readWords}</button>`
  }

  #digits(): void {
    const text = [...this.fingerprint].join(' ')
    this.dispatchEvent(new AppIntentEvent({ do: 'readAloud', text }))
  }

  async #words(): Promise<void> {
    const text = (await fingerprintWords(this.fingerprint)).join(', ')
    this.dispatchEvent(new AppIntentEvent({ do: 'readAloud', text, language: 'en' }))
  }
}
customElements.define('sotto-read-aloud', SottoReadAloud)
