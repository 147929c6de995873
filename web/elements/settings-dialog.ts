import { css, html, nothing } from 'lit'
import type { AccountRoute, Address } from '../../chat/index.ts'
import { ACCOUNTS } from '../account-words.ts'
import { bare } from '../app-state.ts'
import { relayWords, serverWords } from '../doctor-words.ts'
import { FILE_SETTINGS } from '../file-words.ts'
import type { AtStake } from '../files/reduce-files.ts'
import { HISTORY } from '../history-words.ts'
import { type AppIntent, AppIntentEvent } from '../intents.ts'
import { isLanguage, LANGUAGES } from '../language.ts'
import type { Settings } from '../settings.ts'
import { SERVER } from '../sign-in-words.ts'
import { SETTINGS } from '../words.ts'
import './alert-settings.ts'
import './blocked-list.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import './fingerprint.ts'
import './icon.ts'
import './keyboard-help.ts'
import { settingsStyles } from './settings-styles.ts'
import { shared } from './shared-styles.ts'
import './sign-out.ts'
import { SottoElement } from './sotto-element.ts'

const THEMES = ['auto', 'light', 'dark'] as const satisfies readonly Settings['theme'][]

type Flag = Exclude<keyof Settings, 'language' | 'theme'>

/**
 * What can be chosen for this browser, and the own account.
 *
 * @fires app-intent {AppIntentEvent} settings, renewIdentity, signOut
 * @fires unblock {UnblockEvent} Bubbles; composed.
 * @fires open-vault {Event} The person wants to see to keys and backups.
 */
export class SottoSettingsDialog extends SottoElement {
  static override properties = {
    settings: { attribute: false },
    address: {},
    fingerprint: {},
    route: { attribute: false },
    stake: { attribute: false },
    blocked: { attribute: false },
    renewing: { state: true },
  }

  static override styles = [
    shared,
    settingsStyles,
    css`
      .parts,
      section {
        display: grid;
        gap: var(--gap-5);
      }

      section {
        display: grid;
        gap: var(--gap-3);
      }

      h3 {
        font-size: var(--text-m);
        font-weight: 600;
      }

      .themes {
        display: flex;
        flex-wrap: wrap;
        gap: var(--gap-2) var(--gap-5);
      }

      .me {
        overflow-wrap: anywhere;
      }

      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--gap-1) var(--gap-4);
        margin: 0;
      }

      dt {
        color: var(--ink-soft);
      }

      dd {
        margin: 0;
      }
    `,
  ]

  declare settings: Settings
  declare address: Address | null
  declare fingerprint: string | null
  declare route: AccountRoute | null
  /** Files that signing out would lose. */
  declare stake: AtStake
  declare blocked: ReadonlyMap<Address, string>
  /** The person asked for a new key and has not confirmed yet. */
  declare renewing: boolean

  constructor() {
    super()
    this.address = null
    this.fingerprint = null
    this.route = null
    this.stake = { going: 0, unsaved: 0 }
    this.blocked = new Map()
    this.renewing = false
  }

  show(): void {
    this.renewing = false
    this.#dialog?.show()
  }

  override render() {
    return html`
      <sotto-dialog heading=${SETTINGS.title}>
        <div class="parts">
          <div class="field">
            <label for="language">${SETTINGS.language}</label>
            ${this.#languages()}
          </div>
          <fieldset>
            <legend>${SETTINGS.theme}</legend>
            <div class="themes">${THEMES.map((theme) => this.#theme(theme, SETTINGS[theme]))}</div>
            ${this.#flag('contrast', SETTINGS.contrast)}
            <p class="hint indent">${SETTINGS.contrastHint}</p>
            ${this.#flag('smileys', SETTINGS.smileys)}
          </fieldset>
          <sotto-alert-settings .settings=${this.settings}></sotto-alert-settings>
          <fieldset>
            <legend>${HISTORY.seen}</legend>
            ${this.#flag('receipts', HISTORY.receipts)}
            <p class="hint indent">${HISTORY.receiptsHint}</p>
          </fieldset>
          <fieldset>
            <legend>${FILE_SETTINGS.title}</legend>
            ${this.#flag('pictures', FILE_SETTINGS.pictures)}
            ${this.#flag('cleanPhotos', FILE_SETTINGS.cleanPhotos)}
          </fieldset>
          <sotto-keyboard-help></sotto-keyboard-help>
          <sotto-blocked-list .blocked=${this.blocked}></sotto-blocked-list>
          <section aria-labelledby="your-key">
            <h3 id="your-key">${SETTINGS.yourKey}</h3>
            ${
              this.fingerprint === null
                ? nothing
                : html`<sotto-fingerprint .value=${this.fingerprint}></sotto-fingerprint>`
            }
            <div class="actions">
              <button type="button" class="small" @click=${this.#openVault}>
                <sotto-icon name="key-round"></sotto-icon>${ACCOUNTS.open}
              </button>
            </div>
            ${this.#renewal()}
          </section>
          <section aria-labelledby="account">
            <h3 id="account">${SETTINGS.account}</h3>
            <p class="me"><bdi>${this.address === null ? nothing : bare(this.address)}</bdi></p>
            ${this.#connection()}
            <div class="actions">
              <button type="button" @click=${this.#check}>${SERVER.check}</button>
            </div>
            <sotto-sign-out .stake=${this.stake} @sign-out=${this.#signOut}></sotto-sign-out>
          </section>
        </div>
      </sotto-dialog>`
  }

  /** Each by its own name, and marked as what it is for whoever reads it out. */
  #languages() {
    const chosen = this.settings.language
    return html`
      <select id="language" @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement
        this.#set({ language: isLanguage(value) ? value : 'auto' })
      }}>
        <option value="auto" .selected=${chosen === 'auto'}>${SETTINGS.browserLanguage}</option>
        ${Object.entries(LANGUAGES).map(
          ([tag, name]) =>
            html`<option value=${tag} lang=${tag} .selected=${chosen === tag}>${name}</option>`,
        )}
      </select>`
  }

  #theme(theme: Settings['theme'], label: string) {
    return html`
      <label>
        <input type="radio" name="theme" .checked=${this.settings.theme === theme} @change=${() => this.#set({ theme })}>
        ${label}
      </label>`
  }

  #flag(field: Flag, label: string) {
    return html`
      <label>
        <input type="checkbox" role="switch" .checked=${this.settings[field]}
          @change=${(event: Event) => this.#set({ [field]: (event.target as HTMLInputElement).checked })}>
        ${label}
      </label>`
  }

  #renewal() {
    if (!this.renewing)
      return html`
        <div class="actions">
          <button type="button" class="small" @click=${() => {
            this.renewing = true
          }}>${SETTINGS.renew}</button>
        </div>`
    return html`
      <p class="warning" role="alert">${SETTINGS.renewSure}</p>
      <div class="actions">
        <button type="button" class="small" @click=${() => {
          this.renewing = false
        }}>${SETTINGS.keepKey}</button>
        <button type="button" class="small danger" @click=${() => {
          this.renewing = false
          this.#intend({ do: 'renewIdentity' })
        }}>${SETTINGS.renewConfirm}</button>
      </div>`
  }

  get #dialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
  }

  #set(part: Partial<Settings>): void {
    this.#intend({ do: 'settings', settings: { ...this.settings, ...part } })
  }

  /** Which way the account takes. */
  #connection() {
    const { route } = this
    if (route === null) return nothing
    return html`
      <dl class="me">
        <dt>${SERVER.server}</dt>
        <dd>${serverWords(route)}</dd>
        <dt>${SERVER.relay}</dt>
        <dd>${relayWords(route) ?? SERVER.noRelay}</dd>
      </dl>`
  }

  #openVault(): void {
    this.#dialog?.close()
    this.dispatchEvent(new Event('open-vault'))
  }

  #check(): void {
    this.#dialog?.close()
    this.#intend({ do: 'check', typed: null })
  }

  #signOut(): void {
    this.#dialog?.close()
    this.#intend({ do: 'signOut' })
  }

  #intend(intent: AppIntent): void {
    this.dispatchEvent(new AppIntentEvent(intent))
  }
}
customElements.define('sotto-settings-dialog', SottoSettingsDialog)
