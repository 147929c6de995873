import { css, html, nothing, type PropertyValues } from 'lit'
import { type Address, type Diagnosis, type DoctorStep, diagnosisReport } from '../../chat/index.ts'
import { DOCTOR, duration, STEP, STEP_STATE } from '../doctor-words.ts'
import { faultSentence } from '../fault-words.ts'
import { AppIntentEvent } from '../intents.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

const ICON = {
  waiting: 'circle-dashed',
  running: 'loader-circle',
  ok: 'check',
  failed: 'circle-alert',
  skipped: 'circle-dashed',
} as const satisfies Record<DoctorStep['state'], string>

/**
 * How far the way of an account leads, step by step, and a report of it to pass on. Open while there
 * is a check.
 *
 * @fires app-intent {AppIntentEvent} endCheck
 * @fires check-again {Event}
 */
export class SottoDoctor extends SottoElement {
  static override properties = {
    check: { attribute: false },
    masked: { state: true },
    copied: { state: true },
  }

  static override styles = [
    shared,
    css`
      .parts {
        display: grid;
        gap: var(--gap-4);
      }

      ol {
        display: grid;
        gap: var(--gap-3);
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li {
        display: grid;
        grid-template-columns: auto 1fr auto;
        gap: 0 var(--gap-3);
        align-items: center;
      }

      li p {
        grid-column: 2 / -1;
        text-wrap: pretty;
      }

      .waiting,
      .skipped,
      .state {
        color: var(--ink-soft);
      }

      .ok sotto-icon {
        color: var(--accent);
      }

      .failed sotto-icon,
      .failed .state {
        color: var(--danger);
      }

      .state {
        font-size: var(--text-s);
        font-variant-numeric: tabular-nums;
      }

      summary {
        cursor: pointer;
      }

      label {
        display: flex;
        align-items: center;
        gap: var(--gap-2);
        margin-block: var(--gap-2);
      }

      pre {
        max-block-size: 14rem;
        margin: 0;
        padding: var(--gap-3);
        overflow: auto;
        border-radius: var(--round-s);
        background: var(--sunken);
        font-family: var(--mono);
        font-size: var(--text-s);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ]

  declare check: { readonly address: Address; readonly diagnosis: Diagnosis } | null
  /** The report leaves hosts out. */
  declare masked: boolean
  declare copied: boolean

  constructor() {
    super()
    this.check = null
    this.masked = true
    this.copied = false
  }

  override updated(changed: PropertyValues<this>): void {
    if (!changed.has('check')) return
    if (this.check === null) this.#dialog?.close()
    else if (changed.get('check') === null) void this.#open()
  }

  override render() {
    const { check } = this
    return html`
      <sotto-dialog heading=${DOCTOR.title} @close=${this.#onClose}>
        ${check === null ? nothing : this.#body(check.diagnosis)}
      </sotto-dialog>`
  }

  #body(diagnosis: Diagnosis) {
    const { steps, isOver } = diagnosis
    const isGood = steps.every(({ state }) => state === 'ok' || state === 'skipped')
    const verdict = isOver ? (isGood ? DOCTOR.good : DOCTOR.bad) : DOCTOR.running
    return html`
      <div class="parts">
        <p role="status">${verdict}</p>
        <ol aria-label=${DOCTOR.title}>${steps.map((step) => this.#step(step))}</ol>
        ${isOver ? this.#afterwards() : nothing}
      </div>`
  }

  #step({ step, state, ms, fault }: DoctorStep) {
    const time = ms === null ? nothing : html` · ${duration(ms)}`
    return html`
      <li class=${state}>
        <sotto-icon name=${ICON[state]} ?spin=${state === 'running'}></sotto-icon>
        <span>${STEP[step]}</span>
        <span class="state">${STEP_STATE[state]}${time}</span>
        ${fault === null ? nothing : html`<p>${faultSentence(fault)}</p>`}
      </li>`
  }

  #afterwards() {
    return html`
      <details>
        <summary>${DOCTOR.report}</summary>
        <p class="hint">${DOCTOR.reportHint}</p>
        <label>
          <input type="checkbox" .checked=${this.masked} @change=${(event: Event) => {
            this.masked = (event.target as HTMLInputElement).checked
            this.copied = false
          }}>
          ${DOCTOR.mask}
        </label>
        <pre tabindex="0" aria-label=${DOCTOR.report}>${this.#report()}</pre>
      </details>
      <div class="actions">
        <button type="button" @click=${this.#copy}>
          <sotto-icon name="copy"></sotto-icon>${DOCTOR.copy}
        </button>
        <button type="button" @click=${() => this.dispatchEvent(new Event('check-again'))}>
          <sotto-icon name="rotate-cw"></sotto-icon>${DOCTOR.again}
        </button>
        <span role="status">${this.copied ? DOCTOR.copied : nothing}</span>
      </div>`
  }

  #report(): string {
    const { check, masked } = this
    if (check === null) return ''
    return diagnosisReport({ ...check, at: Date.now(), software: navigator.userAgent, masked })
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.#report())
      this.copied = true
    } catch {
      // Not allowed here: the report can be selected by hand.
      this.renderRoot.querySelector('details')?.setAttribute('open', '')
    }
  }

  /** The dialog draws itself after its owner. */
  async #open(): Promise<void> {
    await this.#dialog?.updateComplete
    this.#dialog?.show()
  }

  get #dialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
  }

  #onClose(): void {
    this.copied = false
    if (this.check !== null) this.dispatchEvent(new AppIntentEvent({ do: 'endCheck' }))
  }
}
customElements.define('sotto-doctor', SottoDoctor)
