import { css, html, nothing } from 'lit'
import { COACH } from '../coach-words.ts'
import { leftOf } from '../time-words.ts'
import { APP } from '../words.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Minutes and seconds left until `until`. Nobody wants a clock read out: what is said is that a minute
 * is left, half a minute and ten seconds, where somebody has to hurry.
 *
 * @fires elapsed {Event} Once, when nothing is left.
 */
export class SottoCountdown extends SottoElement {
  static override properties = { until: { type: Number }, hurries: { type: Boolean } }

  static override styles = [
    shared,
    css`
      :host {
        font-variant-numeric: tabular-nums;
      }
    `,
  ]

  /** Milliseconds since the epoch. */
  declare until: number
  /** Says what is left. */
  declare hurries: boolean
  #timer: ReturnType<typeof setInterval> | undefined
  #toldOf = 0

  constructor() {
    super()
    this.until = 0
    this.hurries = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#timer = setInterval(() => this.requestUpdate(), 1000)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#timer)
  }

  override render() {
    const left = this.until - Date.now()
    return html`
      <span role="timer" aria-label=${APP.timeLeft}>${leftOf(left)}</span>
      ${this.hurries ? html`<span class="visually-hidden" role="status">${said(left)}</span>` : nothing}`
  }

  override updated(): void {
    if (this.until > Date.now() || this.#toldOf === this.until) return
    this.#toldOf = this.until
    this.dispatchEvent(new Event('elapsed'))
  }
}
customElements.define('sotto-countdown', SottoCountdown)

/** Stays the same between two marks, so that each is said once. */
function said(left: number): string {
  if (left <= 0 || left > 60_000) return ''
  if (left > 30_000) return COACH.minuteLeft
  return left > 10_000 ? COACH.halfMinuteLeft : COACH.secondsLeft
}
