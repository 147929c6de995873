import { css, html, nothing } from 'lit'
import { formatFingerprint } from '../../chat/index.ts'
import { fingerprintWords } from '../fingerprint-words.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** A fingerprint in five groups of eight, read out digit by digit; with words for it underneath. */
export class SottoFingerprint extends SottoElement {
  static override properties = {
    value: {},
    words: { type: Boolean },
    spoken: { state: true },
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--gap-2);
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

      ol {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr));
        gap: 0.15rem 0.75rem;
        margin: 0;
        padding: 0;
        list-style: none;
        font-size: var(--text-m);
        text-align: start;
      }
    `,
  ]

  /** 40 hex digits. */
  declare value: string
  /** Show the words too. */
  declare words: boolean
  declare spoken: readonly string[]

  constructor() {
    super()
    this.value = ''
    this.words = false
    this.spoken = []
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('value') || changed.has('words')) void this.#look(this.value)
  }

  override render() {
    const groups = formatFingerprint(this.value).split(' ')
    return html`
      <p aria-hidden="true" dir="ltr">${groups.map((group) => html`<span>${group}</span> `)}</p>
      <span class="visually-hidden">${groups.map((group) => [...group].join(' ')).join(', ')}</span>
      ${
        this.spoken.length === 0
          ? nothing
          : html`<ol lang="en" dir="ltr">${this.spoken.map((word) => html`<li>${word}</li> `)}</ol>`
      }`
  }

  async #look(value: string): Promise<void> {
    const spoken = this.words && value !== '' ? await fingerprintWords(value) : []
    if (value === this.value) this.spoken = spoken // Else another one is shown meanwhile.
  }
}
customElements.define('sotto-fingerprint', SottoFingerprint)
