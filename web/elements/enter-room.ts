import { html } from 'lit'
import { domainOf } from '../../chat/index.ts'
import { ROOM_HOST } from '../app-state.ts'
import { ROOM } from '../room-words.ts'
import { AddressDialog } from './address-dialog.ts'

/** Asks which room to go into. */
export class SottoEnterRoom extends AddressDialog {
  protected override get heading(): string {
    return ROOM.enter
  }

  protected override get action(): string {
    return ROOM.enterAction
  }

  protected override fields() {
    const host = this.own === null ? '' : `${ROOM_HOST}${domainOf(this.own)}`
    return html`
      ${this.addressField(ROOM.enterField, ROOM.enterHint(host))}
      <p class="hint">${ROOM.calledDetail}</p>`
  }

  protected override nameOf(): null {
    return null
  }
}
customElements.define('sotto-enter-room', SottoEnterRoom)
