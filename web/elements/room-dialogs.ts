import { css, html, nothing } from 'lit'
import type { Address, Room } from '../../chat/index.ts'
import { addressSentence } from '../fault-words.ts'
import { type ChatIntent, ChatIntentEvent } from '../intents.ts'
import { ROOM } from '../room-words.ts'
import { CONTACTS } from '../words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** Somebody who may be called into the room. */
export interface Callable {
  readonly peer: Address
  readonly name: string
}

/**
 * Asks how to be called in a room, and whom to call into it.
 *
 * @fires chat-intent {ChatIntentEvent} nickname, invite
 */
export class SottoRoomDialogs extends SottoElement {
  static override properties = {
    room: { attribute: false },
    people: { attribute: false },
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

  declare room: Room | null
  /** Contacts who are no rooms. */
  declare people: readonly Callable[]
  /** Reads an address. @throws RangeError with a sentence for people */
  declare read: (text: string) => Address
  declare fault: string | null

  constructor() {
    super()
    this.room = null
    this.people = []
    this.read = () => {
      throw new RangeError('')
    }
    this.fault = null
  }

  showNickname(): void {
    this.#show('nickname')
  }

  showInvite(): void {
    this.#show('invite')
  }

  override render() {
    return html`
      <sotto-dialog id="nickname" heading=${ROOM.nicknameTitle}>
        <form @submit=${this.#onNickname}>
          <div class="field">
            <label for="nick">${ROOM.nicknameField}</label>
            <input id="nick" name="nick" dir="auto" autocomplete="off" maxlength="64" data-first
              aria-describedby="nick-hint" .value=${this.room?.nickname ?? ''}>
            <p class="hint" id="nick-hint">${ROOM.nicknameHint}</p>
          </div>
          ${this.#actions(ROOM.nicknameAction)}
        </form>
      </sotto-dialog>
      <sotto-dialog id="invite" heading=${ROOM.inviteTitle}>
        <form @submit=${this.#onInvite} novalidate>
          ${this.people.length === 0 ? nothing : this.#picker()}
          <div class="field">
            <label for="who">${ROOM.inviteField}</label>
            <input id="who" name="who" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="320"
              aria-describedby="fault" aria-invalid=${String(this.fault !== null)}>
            <p class="fault" id="fault" role="alert">${this.fault ?? nothing}</p>
          </div>
          ${this.#actions(ROOM.inviteAction)}
        </form>
      </sotto-dialog>`
  }

  #picker() {
    return html`
      <div class="field">
        <label for="contact">${ROOM.inviteContact}</label>
        <select id="contact" name="contact" data-first>
          <option value="">${ROOM.inviteOther}</option>
          ${this.people.map(({ peer, name }) => html`<option value=${peer}>${name}</option>`)}
        </select>
      </div>`
  }

  #actions(label: string) {
    return html`
      <div class="actions">
        <button type="button" class="quiet" @click=${this.#close}>${CONTACTS.cancel}</button>
        <button class="primary" type="submit">${label}</button>
      </div>`
  }

  #show(id: 'nickname' | 'invite'): void {
    this.fault = null
    for (const form of this.renderRoot.querySelectorAll('form')) form.reset()
    const field = this.renderRoot.querySelector<HTMLInputElement>('#nick')
    if (field !== null) field.value = this.room?.nickname ?? ''
    this.renderRoot.querySelector<SottoDialog>(`#${id}`)?.show()
  }

  #onNickname(event: SubmitEvent): void {
    const data = this.#submitted(event)
    this.#close()
    this.#intend({ do: 'nickname', nickname: String(data.get('nick') ?? '').trim() })
  }

  #onInvite(event: SubmitEvent): void {
    const data = this.#submitted(event)
    const typed = String(data.get('who') ?? '').trim()
    try {
      const who = this.read(typed === '' ? String(data.get('contact') ?? '') : typed)
      this.#close()
      this.#intend({ do: 'invite', who })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      this.fault = addressSentence(error)
    }
  }

  #submitted(event: SubmitEvent): FormData {
    event.preventDefault()
    return new FormData(event.currentTarget as HTMLFormElement)
  }

  #close(): void {
    for (const dialog of this.renderRoot.querySelectorAll<SottoDialog>('sotto-dialog'))
      dialog.close()
  }

  #intend(intent: ChatIntent): void {
    this.dispatchEvent(new ChatIntentEvent(intent))
  }
}
customElements.define('sotto-room-dialogs', SottoRoomDialogs)
