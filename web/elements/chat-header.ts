import { css, html, LitElement } from 'lit'
import { bare, type Conversation, nameOf } from '../app-state.ts'
import { ChatIntentEvent } from '../intents.ts'
import { CHAT } from '../words.ts'
import './avatar.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import './encryption-button.ts'
import './icon.ts'
import './menu.ts'
import type { MenuItem, MenuSelectEvent } from './menu.ts'
import { shared } from './shared-styles.ts'

/**
 * Who the conversation is with, how it is protected, and what else can be done with it.
 *
 * @fires chat-intent {ChatIntentEvent} back, close, rename, remove
 */
export class SottoChatHeader extends LitElement {
  static override properties = {
    conversation: { attribute: false },
    narrow: { type: Boolean, reflect: true },
    robot: { type: Boolean },
  }

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: var(--gap-2) var(--gap-3);
        padding: var(--gap-3) var(--gap-3) var(--gap-3) var(--gap-5);
        border-block-end: 1px solid var(--line);
        background: var(--surface);
      }

      :host([narrow]) {
        flex-wrap: wrap;
        padding: var(--gap-2);
      }

      .who {
        flex: 1;
        min-inline-size: 0;
      }

      .name,
      .address {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .name {
        font-size: var(--text-l);
        font-weight: 600;
        line-height: 1.25;
      }

      .address {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      :host([narrow]) sotto-encryption-button {
        order: 1;
        flex-basis: 100%;
      }

      form {
        display: grid;
        gap: var(--gap-4);
      }

      .ask {
        display: grid;
        gap: var(--gap-4);
      }

      .actions {
        justify-content: flex-end;
      }
    `,
  ]

  declare conversation: Conversation
  declare narrow: boolean
  declare robot: boolean

  constructor() {
    super()
    this.narrow = false
    this.robot = false
  }

  override render() {
    const { conversation } = this
    const { peer, privacy, contact } = conversation
    const name = nameOf(conversation)
    const isStranger = conversation.invitation !== null
    return html`
      ${
        this.narrow
          ? html`
            <button type="button" class="quiet icon" aria-label=${CHAT.back} @click=${this.#back}>
              <sotto-icon name="arrow-left"></sotto-icon>
            </button>`
          : html`<sotto-avatar .peer=${peer} .name=${name} .robot=${this.robot}></sotto-avatar>`
      }
      <div class="who">
        <div class="name" role="heading" aria-level=${this.narrow ? 1 : 2}><bdi>${name}</bdi></div>
        <p class="address"><bdi>${bare(peer)}</bdi></p>
      </div>
      <sotto-encryption-button ?hidden=${isStranger} .privacy=${privacy} .name=${name} ?always=${contact?.alwaysOtr ?? false}
        ?contact=${contact !== null}
        @open-verify=${this.#forward} @open-keys=${this.#forward}></sotto-encryption-button>
      <sotto-menu plain ?hidden=${isStranger} label=${CHAT.options} .items=${this.#items()} @menu-select=${this.#onSelect}>
        <sotto-icon name="ellipsis-vertical"></sotto-icon>
      </sotto-menu>
      <sotto-dialog id="rename" heading=${CHAT.renameTitle(name)}>
        <form @submit=${this.#rename}>
          <div class="field">
            <label for="name">${CHAT.newName}</label>
            <input id="name" name="name" required maxlength="64" autocomplete="off" data-first .value=${name}>
          </div>
          <div class="actions">
            <button type="button" class="quiet" @click=${this.#closeDialogs}>${CHAT.keep}</button>
            <button class="primary" type="submit">${CHAT.save}</button>
          </div>
        </form>
      </sotto-dialog>
      <sotto-dialog id="remove" heading=${CHAT.removeTitle(name)}>
        <div class="ask">
          <p>${CHAT.removeSure(name)}</p>
          <div class="actions">
            <button type="button" data-first @click=${this.#closeDialogs}>${CHAT.keep}</button>
            <button type="button" class="danger" @click=${this.#remove}>${CHAT.removeConfirm}</button>
          </div>
        </div>
      </sotto-dialog>`
  }

  #items(): readonly MenuItem[] {
    const items: MenuItem[] = []
    if (this.conversation.contact !== null)
      items.push({ id: 'rename', label: CHAT.rename, icon: 'pencil' })
    items.push({ id: 'close', label: CHAT.close, icon: 'x', disabled: !this.conversation.open })
    if (this.conversation.contact !== null)
      items.push({ id: 'remove', label: CHAT.remove, icon: 'trash', danger: true })
    return items
  }

  #onSelect({ detail }: MenuSelectEvent): void {
    if (detail === 'close') this.dispatchEvent(new ChatIntentEvent({ do: 'close' }))
    else this.renderRoot.querySelector<SottoDialog>(`#${detail}`)?.show()
  }

  #back(): void {
    this.dispatchEvent(new ChatIntentEvent({ do: 'back' }))
  }

  #rename(event: SubmitEvent): void {
    event.preventDefault()
    const name = new FormData(event.currentTarget as HTMLFormElement).get('name')
    this.#closeDialogs()
    this.dispatchEvent(new ChatIntentEvent({ do: 'rename', name: String(name).trim() }))
  }

  #remove(): void {
    this.#closeDialogs()
    this.dispatchEvent(new ChatIntentEvent({ do: 'remove' }))
  }

  #closeDialogs(): void {
    for (const dialog of this.renderRoot.querySelectorAll<SottoDialog>('sotto-dialog'))
      dialog.close()
  }

  #forward(event: Event): void {
    this.dispatchEvent(new Event(event.type))
  }
}
customElements.define('sotto-chat-header', SottoChatHeader)
