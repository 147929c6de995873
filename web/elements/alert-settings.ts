import { css, html, nothing } from 'lit'
import { notificationPermission } from '../announcer.ts'
import { ALERTS } from '../coach-words.ts'
import { type AppIntent, AppIntentEvent } from '../intents.ts'
import { clockOf, readClock } from '../quiet-hours.ts'
import type { Settings } from '../settings.ts'
import { SETTINGS } from '../words.ts'
import './icon.ts'
import { settingsStyles } from './settings-styles.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * What is announced beside the page's own picture, and when.
 *
 * @fires app-intent {AppIntentEvent} settings, askNotifications, testSpeech
 */
export class SottoAlertSettings extends SottoElement {
  static override properties = { settings: { attribute: false } }

  static override styles = [
    shared,
    settingsStyles,
    css`
      :host {
        display: grid;
        gap: var(--gap-5);
      }

      .hours {
        display: flex;
        flex-wrap: wrap;
        gap: var(--gap-2) var(--gap-4);
      }

      input[type='time'] {
        inline-size: auto;
        block-size: auto;
        padding: var(--gap-1) var(--gap-2);
      }
    `,
  ]

  declare settings: Settings

  override render() {
    const permission = notificationPermission()
    return html`
      <fieldset>
        <legend>${SETTINGS.alerts}</legend>
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
        ${this.#flag('soundSent', ALERTS.sent)}
        ${this.#flag('quiet', ALERTS.quiet)}
        ${this.settings.quiet ? this.#hours() : nothing}
      </fieldset>
      <fieldset>
        <legend>${ALERTS.keys}</legend>
        ${this.#flag('speech', SETTINGS.speech)}
        <div class="indent">
          <button type="button" class="small" @click=${() => this.#intend({ do: 'testSpeech' })}>${SETTINGS.speechTest}</button>
        </div>
        ${this.#flag('keyNotice', ALERTS.notice)}
        ${this.#flag('alertSound', ALERTS.sound)}
        <p class="hint">${ALERTS.always}</p>
      </fieldset>`
  }

  #hours() {
    return html`
      <div class="hours indent">
        ${this.#clock('quietFrom', ALERTS.from)}
        ${this.#clock('quietTo', ALERTS.to)}
      </div>
      <div class="indent">${this.#flag('quietAlerts', ALERTS.quietAlerts)}</div>`
  }

  #clock(field: 'quietFrom' | 'quietTo', label: string) {
    return html`
      <label>${label}
        <input type="time" required .value=${clockOf(this.settings[field])} @change=${(
          event: Event,
        ) => {
          const minutes = readClock((event.target as HTMLInputElement).value)
          if (minutes !== null) this.#set({ [field]: minutes })
        }}>
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

  #set(part: Partial<Settings>): void {
    this.#intend({ do: 'settings', settings: { ...this.settings, ...part } })
  }

  #intend(intent: AppIntent): void {
    this.dispatchEvent(new AppIntentEvent(intent))
  }
}
customElements.define('sotto-alert-settings', SottoAlertSettings)

type Flag = {
  [Field in keyof Settings]: Settings[Field] extends boolean ? Field : never
}[keyof Settings]
