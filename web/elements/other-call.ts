import { css, html, nothing } from 'lit'
import type { AccountHere } from '../accounts-here.ts'
import { bare } from '../app-state.ts'
import { OfficeIntentEvent } from '../intents.ts'
import { OFFICE } from '../office-words.ts'
import { ROOM } from '../room-words.ts'
import { INVITATION } from '../words.ts'
import { cardStyles } from './card-styles.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Somebody waits at the door of an account that is not shown.
 *
 * @fires office-intent {OfficeIntentEvent} show
 */
export class SottoOtherCall extends SottoElement {
  static override properties = { account: { attribute: false } }

  static override styles = [
    shared,
    cardStyles,
    css`
      .card {
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
      }

      .card > button {
        grid-row: 1;
        grid-column: 3;
      }
    `,
  ]

  declare account: AccountHere

  override render() {
    const { address, caller } = this.account
    if (address === null || caller === null) return nothing
    const { peer, name, room } = caller
    const show = () =>
      this.dispatchEvent(new OfficeIntentEvent({ do: 'show', account: address, peer }))
    return html`
      <div class="card" role="group" aria-label=${INVITATION.region}>
        <sotto-icon name=${room ? 'users' : 'message-circle'}></sotto-icon>
        <div>
          <p class="title"><bdi>${room ? ROOM.calledByRoom(name) : INVITATION.sentence(name)}</bdi></p>
          <p class="text"><bdi>${OFFICE.to(bare(address))}</bdi></p>
        </div>
        <button type="button" @click=${show}>${OFFICE.show}</button>
      </div>`
  }
}
customElements.define('sotto-other-call', SottoOtherCall)
