import { css, html } from 'lit'
import { KEYBOARD } from '../keyboard-words.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** What can be done with the keys alone, for whoever does not know it yet. */
export class SottoKeyboardHelp extends SottoElement {
  static override styles = [
    shared,
    css`
      section {
        display: grid;
        gap: var(--gap-3);
      }

      h3 {
        font-size: var(--text-m);
        font-weight: 600;
      }

      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--gap-1) var(--gap-4);
        margin: 0;
      }

      dd {
        margin: 0;
        color: var(--ink-soft);
      }

      kbd {
        font: inherit;
        font-weight: 600;
        white-space: nowrap;
      }
    `,
  ]

  override render() {
    return html`
      <section aria-labelledby="keyboard">
        <h3 id="keyboard">${KEYBOARD.title}</h3>
        <dl>${KEYBOARD.keys.map(
          ([key, does]) => html`<dt><kbd>${key}</kbd></dt><dd>${does}</dd>`,
        )}</dl>
      </section>`
  }
}
customElements.define('sotto-keyboard-help', SottoKeyboardHelp)
