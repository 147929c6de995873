import { css, html, nothing } from 'lit'
import type { Privacy } from '../../chat/index.ts'
import { OWN, type Who } from '../own-device-words.ts'
import { VERIFY } from '../verification-words.ts'
import './fingerprint.ts'
import './icon.ts'
import './read-aloud.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** Both fingerprints of a conversation, in digits and words, to be read to each other. */
export class SottoCompareFingerprints extends SottoElement {
  static override properties = {
    privacy: { attribute: false },
    name: {},
    differs: { type: Boolean },
  }

  static override styles = [
    shared,
    css`
      :host,
      .pair {
        display: grid;
        gap: var(--gap-3);
      }

      .pair > div {
        display: grid;
        gap: var(--gap-2);
        padding: var(--gap-3);
        border-radius: var(--round-s);
        background: var(--sunken);
      }
    `,
  ]

  declare privacy: Privacy
  declare name: Who
  /** The person compared, and they are not the same. */
  declare differs: boolean

  constructor() {
    super()
    this.name = ''
    this.differs = false
  }

  override render() {
    const { ownFingerprint, peerFingerprint } = this.privacy
    return html`
      <p>${this.name === null ? OWN.compareTell : VERIFY.compareTell}</p>
      <div class="pair">
        ${this.#one('mine', VERIFY.yours, ownFingerprint)}
        ${this.#one('theirs', VERIFY.theirs(this.name), peerFingerprint)}
      </div>
      <div role="alert">${
        this.differs
          ? html`<p class="fault"><sotto-icon name="shield-alert"></sotto-icon><span>${VERIFY.differText(this.name)}</span></p>`
          : nothing
      }</div>`
  }

  #one(id: string, label: string, fingerprint: string | null) {
    return html`
      <div role="group" aria-labelledby=${id}>
        <span class="hint" id=${id}>${label}</span>
        <sotto-fingerprint words .value=${fingerprint ?? ''}></sotto-fingerprint>
        <div class="actions">${
          fingerprint === null
            ? nothing
            : html`<sotto-read-aloud .fingerprint=${fingerprint}></sotto-read-aloud>`
        }</div>
      </div>`
  }
}
customElements.define('sotto-compare-fingerprints', SottoCompareFingerprints)
