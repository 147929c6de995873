import { css, LitElement } from 'lit'
import { ICONS, type IconName } from '../icons.ts'

/**
 * One icon, drawn in the colour of the text. Hidden from assistive technology: what it says stands
 * beside it in words, or in the name of the button around it.
 *
 * @cssprop --icon-size - 1.25em by default
 */
export class SottoIcon extends LitElement {
  static override properties = { name: {}, spin: { type: Boolean, reflect: true } }

  static override styles = css`
    :host {
      display: inline-flex;
      flex: none;
      inline-size: var(--icon-size, 1.25em);
      block-size: var(--icon-size, 1.25em);
    }

    /* The way back leads to where the line begins. */
    :host([name='arrow-left']:dir(rtl)) {
      scale: -1 1;
    }

    svg {
      inline-size: 100%;
      block-size: 100%;
      fill: none;
      stroke: currentcolor;
      stroke-width: 2;
      stroke-linecap: round;
      stroke-linejoin: round;
    }

    :host([spin]) svg {
      animation: spin 1.2s linear infinite;
    }

    @keyframes spin {
      to {
        rotate: 1turn;
      }
    }

    @media (prefers-reduced-motion: reduce) {
      :host([spin]) svg {
        animation: none;
      }
    }
  `

  declare name: IconName
  declare spin: boolean

  constructor() {
    super()
    this.name = 'info'
    this.spin = false
    this.ariaHidden = 'true'
  }

  override render() {
    const drawing = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    drawing.setAttribute('viewBox', '0 0 24 24')
    for (const [tag, attributes] of ICONS[this.name]) {
      const node = document.createElementNS(drawing.namespaceURI, tag)
      for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
      drawing.append(node)
    }
    return drawing
  }
}
customElements.define('sotto-icon', SottoIcon)
