import { css, html, nothing } from 'lit'
import type { Address } from '../../chat/index.ts'
import { bare } from '../app-state.ts'
import { BLOCK } from '../block-words.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** The person wants to hear from this address again. */
export class UnblockEvent extends CustomEvent<Address> {
  constructor(peer: Address) {
    super('unblock', { detail: peer, bubbles: true, composed: true })
  }
}

/**
 * Who is blocked; nothing while nobody is.
 *
 * @fires unblock {UnblockEvent} Bubbles; composed.
 */
export class SottoBlockedList extends SottoElement {
  static override properties = { blocked: { attribute: false } }

  static override styles = [
    shared,
    css`
      section,
      ul {
        display: grid;
        gap: var(--gap-3);
        margin: 0;
        padding: 0;
        list-style: none;
      }

      h3 {
        font-size: var(--text-m);
        font-weight: 600;
      }

      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--gap-1) var(--gap-3);
        overflow-wrap: anywhere;
      }

      bdi {
        display: block;
      }
    `,
  ]

  declare blocked: ReadonlyMap<Address, string>

  constructor() {
    super()
    this.blocked = new Map()
  }

  override render() {
    if (this.blocked.size === 0) return nothing
    return html`
      <section aria-labelledby="blocked">
        <h3 id="blocked">${BLOCK.title}</h3>
        <p class="hint">${BLOCK.hint}</p>
        <ul>${[...this.blocked].map(
          ([peer, name]) => html`
            <li>
              <span><bdi>${name}</bdi><bdi class="hint">${bare(peer)}</bdi></span>
              <button type="button" class="small" aria-label=${BLOCK.unblockWho(name)}
                @click=${() => this.dispatchEvent(new UnblockEvent(peer))}>${BLOCK.unblock}</button>
            </li>`,
        )}</ul>
      </section>`
  }
}
customElements.define('sotto-blocked-list', SottoBlockedList)
