import { css, html, LitElement } from 'lit'
import { leftOf } from '../time-words.ts'
import { APP } from '../words.ts'

/** Minutes and seconds left until `until`. Shown, not announced: nobody wants a clock read out. */
export class SottoCountdown extends LitElement {
  static override properties = { until: { type: Number } }

  static override styles = css`
    :host {
      font-variant-numeric: tabular-nums;
    }
  `

  /** Milliseconds since the epoch. */
  declare until: number
  #timer: ReturnType<typeof setInterval> | undefined

  constructor() {
    super()
    this.until = 0
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
    return html`<span role="timer" aria-label=${APP.timeLeft}>${leftOf(this.until - Date.now())}</span>`
  }
}
customElements.define('sotto-countdown', SottoCountdown)
