import { css, html, nothing } from 'lit'
import { formatFingerprint, type KnownKey } from '../../chat/index.ts'
import { bare, type Conversation, nameOf } from '../app-state.ts'
import { KEYS } from '../encryption-words.ts'
import { codeOf } from '../fingerprint-code.ts'
import { type ChatIntent, ChatIntentEvent } from '../intents.ts'
import { QR } from '../qr-words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import './fingerprint.ts'
import './icon.ts'
import './qr-code.ts'
import './scanner.ts'
import type { SottoScanner } from './scanner.ts'
import './read-aloud.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Own key and every key learned of the peer: since when, how verified, and what to do about it.
 *
 * @fires chat-intent {ChatIntentEvent} trust, forgetKey
 * @fires app-intent {AppIntentEvent} readAloud
 */
export class SottoKeysDialog extends SottoElement {
  static override properties = {
    conversation: { attribute: false },
    fingerprint: {},
    self: { type: Boolean },
    copied: { state: true },
    isCodeShown: { state: true },
  }

  static override styles = [
    shared,
    css`
      .keys {
        display: grid;
        gap: var(--gap-5);
      }

      section,
      ul {
        display: grid;
        gap: var(--gap-2);
      }

      h3 {
        font-size: var(--text-m);
      }

      .key {
        display: grid;
        gap: var(--gap-2);
        padding: var(--gap-3) var(--gap-4);
        border: 1px solid var(--line);
        border-radius: var(--round-m);
      }

      .how {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--gap-1) var(--gap-3);
        font-size: var(--text-s);
      }

      .how span {
        display: inline-flex;
        align-items: center;
        gap: var(--gap-1);
      }

      .safe {
        color: var(--safe);
      }

      .caution {
        color: var(--caution);
      }
    `,
  ]

  declare conversation: Conversation
  /** Own key; `null` while it is being made. */
  declare fingerprint: string | null
  /** The other devices of the account itself. */
  declare self: boolean
  declare copied: string | null
  declare isCodeShown: boolean

  constructor() {
    super()
    this.fingerprint = null
    this.self = false
    this.copied = null
    this.isCodeShown = false
  }

  show(): void {
    this.copied = null
    this.isCodeShown = false
    this.renderRoot.querySelector<SottoDialog>('sotto-dialog')?.show()
  }

  override render() {
    const { conversation, fingerprint } = this
    const name = nameOf(conversation)
    const keys = conversation.contact?.keys ?? []
    const { sameKeyAs } = conversation.privacy
    return html`
      <sotto-dialog wide heading=${KEYS.title} @close=${this.#stopScanning}>
        <div class="keys">
          <section aria-labelledby="mine">
            <h3 id="mine">${KEYS.mine}</h3>
            ${
              fingerprint === null
                ? html`<p class="soft">${KEYS.noneOfMine}</p>`
                : html`
                  <div class="key">
                    <sotto-fingerprint words .value=${fingerprint}></sotto-fingerprint>
                    <p class="hint">${KEYS.mineHint}</p>
                    ${this.isCodeShown ? html`<sotto-qr-code .text=${codeOf(fingerprint)}></sotto-qr-code>` : nothing}
                    <div class="actions">${this.#copy(fingerprint)}${this.#code()}${this.#readAloud(fingerprint)}</div>
                  </div>`
            }
          </section>
          <section aria-labelledby="theirs">
            <h3 id="theirs">${KEYS.theirs(this.self ? null : name)}</h3>
            ${
              sameKeyAs === null
                ? nothing
                : html`<p class="caution" role="alert">${KEYS.sameAs(bare(sameKeyAs))}</p>`
            }
            ${keys.length === 0 ? html`<p class="soft">${KEYS.noneOfTheirs(name)}</p>` : nothing}
            ${this.#scanner(name)}
            <ul>${keys.map((key) => html`<li>${this.#key(key)}</li>`)}</ul>
          </section>
        </div>
      </sotto-dialog>`
  }

  #key(key: KnownKey) {
    const { fingerprint, firstSeen, lastSeen, verified } = key
    const { peerFingerprint, version } = this.conversation.privacy
    const inUse = fingerprint === peerFingerprint
    return html`
      <div class="key">
        <sotto-fingerprint words .value=${fingerprint}></sotto-fingerprint>
        <p class="how">
          ${
            verified === null
              ? html`<span class="caution"><sotto-icon name="lock"></sotto-icon>${KEYS.unverified}</span>`
              : html`<span class="safe"><sotto-icon name="shield-check"></sotto-icon>${KEYS.verified(verified)}</span>`
          }
          ${inUse ? html`<span><sotto-icon name="check"></sotto-icon>${KEYS.inUse}</span>` : nothing}
          ${inUse && version !== null ? html`<span>${KEYS.version(version)}</span>` : nothing}
        </p>
        <p class="hint">${KEYS.seen(firstSeen, lastSeen)}</p>
        <div class="actions">
          ${
            verified === null
              ? this.#button(KEYS.mark, { do: 'trust', fingerprint, decision: 'verified' })
              : this.#button(KEYS.takeBack, { do: 'trust', fingerprint, decision: 'unverified' })
          }
          ${this.#copy(fingerprint)}
          ${this.#readAloud(fingerprint)}
          ${inUse ? nothing : this.#button(KEYS.forget, { do: 'forgetKey', fingerprint })}
        </div>
      </div>`
  }

  #code() {
    return html`
      <button type="button" class="small" aria-pressed=${String(this.isCodeShown)} @click=${() => {
        this.isCodeShown = !this.isCodeShown
      }}><sotto-icon name="qr-code"></sotto-icon>${QR.show}</button>`
  }

  #readAloud(fingerprint: string) {
    return html`<sotto-read-aloud .fingerprint=${fingerprint}></sotto-read-aloud>`
  }

  /** Where there is a camera, and a key to compare with. */
  #scanner(name: string) {
    const { peerFingerprint } = this.conversation.privacy
    if (peerFingerprint === null || navigator.mediaDevices === undefined) return nothing
    return html`<sotto-scanner .expected=${peerFingerprint} .name=${this.self ? null : name}></sotto-scanner>`
  }

  #stopScanning(): void {
    this.renderRoot.querySelector<SottoScanner>('sotto-scanner')?.stop()
  }

  #button(label: string, intent: ChatIntent) {
    return html`
      <button type="button" class="small" @click=${() => this.dispatchEvent(new ChatIntentEvent(intent))}>${label}</button>`
  }

  #copy(fingerprint: string) {
    const isCopied = this.copied === fingerprint
    return html`
      <button type="button" class="small" @click=${() => this.#toClipboard(fingerprint)}>
        <sotto-icon name=${isCopied ? 'check' : 'copy'}></sotto-icon>
        ${isCopied ? KEYS.copied : KEYS.copy}
      </button>
      <span class="visually-hidden" role="status">${isCopied ? KEYS.copied : nothing}</span>`
  }

  async #toClipboard(fingerprint: string): Promise<void> {
    await navigator.clipboard.writeText(formatFingerprint(fingerprint))
    this.copied = fingerprint
  }
}
customElements.define('sotto-keys-dialog', SottoKeysDialog)
