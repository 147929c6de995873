import { css, html, nothing, svg } from 'lit'
import { QR } from '../qr-words.ts'
import { SottoElement } from './sotto-element.ts'

/** Light around a code, in modules, without which scanners do not find it (ISO/IEC 18004 §5.3.8). */
const QUIET_ZONE = 4

/** A text as a QR code: dark on light whatever the theme, as scanners want it. */
export class SottoQrCode extends SottoElement {
  static override properties = { text: {}, path: { state: true } }

  static override styles = css`
    :host {
      display: block;
    }

    svg {
      display: block;
      inline-size: min(14rem, 100%);
      border-radius: var(--round-s);
      background: #fff;
      color: #000;
    }
  `

  declare text: string
  declare path: { readonly size: number; readonly shape: string } | null

  constructor() {
    super()
    this.text = ''
    this.path = null
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('text')) void this.#encode(this.text)
  }

  override render() {
    if (this.path === null) return nothing
    const { size, shape } = this.path
    return html`
      <svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${QR.label} shape-rendering="crispEdges">
        ${svg`<path fill="currentcolor" d=${shape}></path>`}
      </svg>`
  }

  async #encode(text: string): Promise<void> {
    const { default: encodeQR } = await import('qr')
    if (text !== this.text) return // Another one is wanted meanwhile.
    const modules = encodeQR(text, 'raw', { border: QUIET_ZONE, ecc: 'medium' })
    const shape = modules
      .flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : '')))
      .join('')
    this.path = { size: modules.length, shape }
  }
}
customElements.define('sotto-qr-code', SottoQrCode)
