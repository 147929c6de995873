import { css, html, LitElement } from 'lit'
import './icon.ts'

const HUES = 6

/** The first letter of a name on a quiet colour that depends on the address. Decoration only. */
export class SottoAvatar extends LitElement {
  static override properties = {
    peer: {},
    name: {},
    robot: { type: Boolean },
    hue: { type: Number, reflect: true },
  }

  static override styles = css`
    :host {
      display: grid;
      flex: none;
      place-items: center;
      inline-size: 2.5rem;
      block-size: 2.5rem;
      border-radius: 50%;
      background: var(--face, light-dark(#e4e2ea, #34353f));
      color: var(--face-ink, light-dark(#474655, #cfceda));
      font-weight: 600;
    }

    :host([hue='1']) {
      background: var(--face, light-dark(#dfe6f3, #2a3547));
      color: var(--face-ink, light-dark(#37496b, #b9cdf0));
    }

    :host([hue='2']) {
      background: var(--face, light-dark(#dcece6, #243b34));
      color: var(--face-ink, light-dark(#2b5546, #aedccb));
    }

    :host([hue='3']) {
      background: var(--face, light-dark(#f2e6d8, #43351f));
      color: var(--face-ink, light-dark(#6a4a1d, #e6cda3));
    }

    :host([hue='4']) {
      background: var(--face, light-dark(#f3e0e3, #46282e));
      color: var(--face-ink, light-dark(#713943, #edbcc4));
    }

    :host([hue='5']) {
      background: var(--face, light-dark(#e9e0f3, #372b4a));
      color: var(--face-ink, light-dark(#563a75, #d4bff0));
    }
  `

  declare peer: string
  declare name: string
  declare robot: boolean
  declare hue: number

  constructor() {
    super()
    this.peer = ''
    this.name = ''
    this.robot = false
    this.hue = 0
    this.ariaHidden = 'true'
  }

  override willUpdate(): void {
    let sum = 0
    for (const character of this.peer) sum = (sum * 31 + character.codePointAt(0)!) % 65_521
    this.hue = sum % HUES
  }

  override render() {
    if (this.robot) return html`<sotto-icon name="bot"></sotto-icon>`
    // Chromium makes names of what is hidden with its host alone.
    return html`<span aria-hidden="true">${[...this.name.trim()][0]?.toLocaleUpperCase() ?? '?'}</span>`
  }
}
customElements.define('sotto-avatar', SottoAvatar)
