import { css, html, nothing } from 'lit'
import { bare, type Conversation, nameOf } from '../app-state.ts'
import { ChatIntentEvent } from '../intents.ts'
import { ROOM } from '../room-words.ts'
import { number } from '../wording.ts'
import { CHAT } from '../words.ts'
import './avatar.ts'
import './conversation-menu.ts'
import type { SottoConversationMenu } from './conversation-menu.ts'
import './encryption-button.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Who the conversation is with, how it is protected, and what else can be done with it.
 *
 * @fires chat-intent {ChatIntentEvent} back
 * @fires toggle-members {Event}
 */
export class SottoChatHeader extends SottoElement {
  static override properties = {
    conversation: { attribute: false },
    narrow: { type: Boolean, reflect: true },
    robot: { type: Boolean },
    self: { type: Boolean },
    alone: { type: Boolean },
    members: { type: Boolean },
  }

  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: var(--gap-2) var(--gap-3);
        padding-block: var(--gap-3);
        padding-inline: var(--gap-5) var(--gap-3);
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

      .members {
        padding: 0 var(--gap-2);
      }

      :host([narrow]) sotto-encryption-button {
        order: 1;
        flex-basis: 100%;
      }
    `,
  ]

  declare conversation: Conversation
  declare narrow: boolean
  declare robot: boolean
  /** The other devices of the account itself. */
  declare self: boolean
  /** There is no list to go back to. */
  declare alone: boolean
  /** The members of the room stand beside. */
  declare members: boolean

  constructor() {
    super()
    this.narrow = false
    this.robot = false
    this.self = false
    this.alone = false
    this.members = false
  }

  override render() {
    const { conversation } = this
    const { peer, privacy, contact, room } = conversation
    const name = nameOf(conversation)
    const isStranger = conversation.invitation !== null
    return html`
      ${
        this.narrow && !this.alone
          ? html`
            <button type="button" class="quiet icon" aria-label=${CHAT.back} @click=${this.#back}>
              <sotto-icon name="arrow-left"></sotto-icon>
            </button>`
          : html`<sotto-avatar .peer=${peer} .name=${name} .robot=${this.robot}></sotto-avatar>`
      }
      <div class="who">
        <div class="name" role="heading" aria-level=${this.narrow ? 1 : 2}><bdi>${name}</bdi></div>
        <p class="address"><bdi>${room?.subject ?? bare(peer)}</bdi></p>
      </div>
      ${
        room === null || room.members === null
          ? nothing
          : html`
            <button type="button" class="quiet members" aria-label=${ROOM.count(room.members.length)} aria-expanded=${String(this.members)}
              title=${ROOM.members(name)} @click=${() => this.dispatchEvent(new Event('toggle-members'))}>
              <sotto-icon name="users"></sotto-icon><span aria-hidden="true">${number(room.members.length)}</span>
            </button>`
      }
      <sotto-encryption-button ?hidden=${isStranger} .privacy=${privacy} .name=${name} .contact=${contact} ?self=${this.self}
        @open-verify=${this.#forward} @open-keys=${this.#forward} @open-keeping=${this.#openKeeping}></sotto-encryption-button>
      ${isStranger ? nothing : html`<sotto-conversation-menu .conversation=${conversation}></sotto-conversation-menu>`}`
  }

  #openKeeping(): void {
    const menu = this.renderRoot.querySelector<SottoConversationMenu>('sotto-conversation-menu')
    void menu?.show('history')
  }

  #back(): void {
    this.dispatchEvent(new ChatIntentEvent({ do: 'back' }))
  }

  #forward(event: Event): void {
    this.dispatchEvent(new Event(event.type))
  }
}
customElements.define('sotto-chat-header', SottoChatHeader)
