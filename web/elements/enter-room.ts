import { css, html, nothing } from 'lit'
import { type Address, domainOf } from '../../chat/index.ts'
import { ROOM_HOST } from '../app-state.ts'
import { addressSentence } from '../fault-words.ts'
import { AppIntentEvent } from '../intents.ts'
import { ROOM } from '../room-words.ts'
import { CONTACTS } from '../words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Asks which room to go into.
 *
 * @fires app-intent {AppIntentEvent} addContact
 */
export class SottoEnterRoom extends SottoElement {
  static override properties = {
    own: {},
    read: { attribute: false },
    fault: { state: true },
  }

  static override styles = [
    shared,
    css`
      form {
        display: grid;
        gap: var(--gap-4);
      }

      .actions {
        justify-content: flex-end;
      }
    `,
  ]

  /** Own address: names without a domain are rooms beside it. */
  declare own: Address | null
  /** Reads the address of a room. @throws RangeError with a sentence for people */
  declare read: (text: string) => Address
  declare fault: string | null

  constructor() {
    super()
    this.own = null
    this.read = () => {
      throw new RangeError('')
    }
    this.fault = null
  }

  show(): void {
    this.fault = null
    this.renderRoot.querySelector('form')?.reset()
    this.#dialog?.show()
  }

  override render() {
    const host = this.own === null ? '' : `${ROOM_HOST}${domainOf(this.own)}`
    return html`
      <sotto-dialog heading=${ROOM.enter}>
        <form @submit=${this.#onSubmit} novalidate>
          <div class="field">
            <label for="room">${ROOM.enterField}</label>
            <input id="room" name="room" autocomplete="off" autocapitalize="none" spellcheck="false" data-first
              maxlength="320" aria-describedby="hint fault" aria-invalid=${String(this.fault !== null)}>
            <p class="hint" id="hint">${ROOM.enterHint(host)}</p>
            <p class="fault" id="fault" role="alert">${this.fault ?? nothing}</p>
          </div>
          <p class="hint">${ROOM.calledDetail}</p>
          <div class="actions">
            <button type="button" class="quiet" @click=${() => this.#dialog?.close()}>${CONTACTS.cancel}</button>
            <button class="primary" type="submit">${ROOM.enterAction}</button>
          </div>
        </form>
      </sotto-dialog>`
  }

  get #dialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    const data = new FormData(event.currentTarget as HTMLFormElement)
    try {
      const peer = this.read(String(data.get('room') ?? ''))
      this.#dialog?.close()
      this.dispatchEvent(new AppIntentEvent({ do: 'addContact', peer, name: null }))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.fault = addressSentence(error)
    }
  }
}
customElements.define('sotto-enter-room', SottoEnterRoom)
