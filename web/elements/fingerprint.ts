import { css, html, LitElement } from 'lit'
import { formatFingerprint } from '../../chat/index.ts'
import { shared } from './shared-styles.ts'

/** A fingerprint in five groups of eight, read out digit by digit. */
export class SottoFingerprint extends LitElement {
  static override properties = { value: {} }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }

      p {
        display: flex;
        flex-wrap: wrap;
        gap: 0.15rem 0.75rem;
        font-family: var(--mono);
        font-size: var(--text-m);
        letter-spacing: 0.03em;
        user-select: all;
      }
    `,
  ]

  /** 40 hex digits. */
  declare value: string

  constructor() {
    super()
    this.value = ''
  }

  override render() {
    const groups = formatFingerprint(this.value).split(' ')
    return html`
      <p aria-hidden="true">${groups.map((group) => html`<span>${group}</span> `)}</p>
      <span class="visually-hidden">${groups.map((group) => [...group].join(' ')).join(', ')}</span>`
  }
}
customElements.define('sotto-fingerprint', SottoFingerprint)
