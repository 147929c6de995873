import { css, html, LitElement, nothing } from 'lit'
import type { Address } from '../../chat/index.ts'
import { notificationPermission } from '../announcer.ts'
import { bare } from '../app-state.ts'
import { type AppIntent, AppIntentEvent } from '../intents.ts'
import type { Settings } from '../settings.ts'
import { SETTINGS } from '../words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import './fingerprint.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'

const THEMES = [
  ['auto', SETTINGS.auto],
  ['light', SETTINGS.light],
  ['dark', SETTINGS.dark],
] as const satisfies readonly (readonly [Settings['theme'], string])[]

/**
 * What can be chosen for this browser, and the own account.
 *
 * @fires app-intent {AppIntentEvent} settings, askNotifications, testSpeech, renewIdentity, signOut
 */
export class SottoSettingsDialog extends LitElement {
  static override properties = {
    settings: { attribute: false },
    address: {},
    fingerprint: {},
    renewing: { state: true },
  }

  static override styles = [
    shared,
    css`
      .parts,
      section {
        display: grid;
        gap: var(--gap-5);
      }

      section,
      fieldset {
        display: grid;
        gap: var(--gap-3);
      }

      h3,
      legend {
        font-size: var(--text-m);
        font-weight: 600;
      }

      legend {
        margin-block-end: var(--gap-2);
      }

      .themes {
        display: flex;
        flex-wrap: wrap;
        gap: var(--gap-2) var(--gap-5);
      }

      label {
        display: flex;
        align-items: center;
        gap: var(--gap-3);
        min-block-size: 1.75rem;
        cursor: pointer;
      }

      input {
        flex: none;
        inline-size: 1.125rem;
        block-size: 1.125rem;
        margin: 0;
        accent-color: var(--accent);
      }

      .me {
        overflow-wrap: anywhere;
      }

      .indent {
        margin-inline-start: 1.875rem;
      }
    `,
  ]

  declare settings: Settings
  declare address: Address | null
  declare fingerprint: string | null
  /** The person asked for a new key and has not confirmed yet. */
  declare renewing: boolean

  constructor() {
    super()
    this.address = null
    this.fingerprint = null
    this.renewing = false
  }

  show(): void {
    this.renewing = false
    this.#dialog?.show()
  }

  override render() {
    const permission = notificationPermission()
    return html`
      <sotto-dialog heading=${SETTINGS.title}>
        <div class="parts">
          <fieldset>
            <legend>${SETTINGS.theme}</legend>
            <div class="themes">${THEMES.map(([theme, label]) => this.#theme(theme, label))}</div>
          </fieldset>
          <fieldset>
            <legend>${SETTINGS.alerts}</legend>
            ${this.#flag('speech', SETTINGS.speech)}
            <div class="indent">
              <button type="button" class="small" @click=${() => this.#intend({ do: 'testSpeech' })}>${SETTINGS.speechTest}</button>
            </div>
            ${this.#flag('notifications', SETTINGS.notifications)}
            ${
              permission === 'default'
                ? html`<div class="indent"><button type="button" class="small" @click=${() => this.#intend({ do: 'askNotifications' })}>
                    <sotto-icon name="bell"></sotto-icon>${SETTINGS.askPermission}</button></div>`
                : nothing
            }
            ${permission === 'denied' ? html`<p class="hint indent">${SETTINGS.blocked}</p>` : nothing}
            ${this.#flag('preview', SETTINGS.preview)}
            ${this.#flag('sound', SETTINGS.sound)}
          </fieldset>
          <section aria-labelledby="your-key">
            <h3 id="your-key">${SETTINGS.yourKey}</h3>
            ${
              this.fingerprint === null
                ? nothing
                : html`<sotto-fingerprint .value=${this.fingerprint}></sotto-fingerprint>`
            }
            ${this.#renewal()}
          </section>
          <section aria-labelledby="account">
            <h3 id="account">${SETTINGS.account}</h3>
            <p class="me"><bdi>${this.address === null ? nothing : bare(this.address)}</bdi></p>
            <div class="actions">
              <button type="button" @click=${this.#signOut}>
                <sotto-icon name="log-out"></sotto-icon>${SETTINGS.signOut}
              </button>
            </div>
          </section>
        </div>
      </sotto-dialog>`
  }

  #theme(theme: Settings['theme'], label: string) {
    return html`
      <label>
        <input type="radio" name="theme" .checked=${this.settings.theme === theme} @change=${() => this.#set({ theme })}>
        ${label}
      </label>`
  }

  #flag(field: 'speech' | 'notifications' | 'preview' | 'sound', label: string) {
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

  #signOut(): void {
    this.#dialog?.close()
    this.#intend({ do: 'signOut' })
  }

  #intend(intent: AppIntent): void {
    this.dispatchEvent(new AppIntentEvent(intent))
  }
}
customElements.define('sotto-settings-dialog', SottoSettingsDialog)
