import { css, html, nothing } from 'lit'
import { bare, type Conversation, nameOf } from '../app-state.ts'
import { BLOCK } from '../block-words.ts'
import { type ChatIntent, ChatIntentEvent } from '../intents.ts'
import { ROOM } from '../room-words.ts'
import { INVITATION } from '../words.ts'
import { cardStyles } from './card-styles.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * A stranger's wish to chat, or somebody's to have us in a room.
 *
 * @fires chat-intent {ChatIntentEvent} accept, decline, block
 */
export class SottoInvitationCard extends SottoElement {
  static override properties = {
    conversation: { attribute: false },
    caller: {},
    double: { attribute: false },
  }

  static override styles = [
    shared,
    cardStyles,
    css`
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr));
        gap: var(--gap-2) var(--gap-4);
        margin: var(--gap-2) 0 0;
      }

      dt {
        color: var(--ink-soft);
      }

      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }

      bdi {
        display: block;
      }
    `,
  ]

  declare conversation: Conversation
  /** Name of the contact who calls us into the room; `null` if the room does, or there is none. */
  declare caller: string | null
  /** The verified contact whom the stranger could be taken for. */
  declare double: Conversation | null

  constructor() {
    super()
    this.caller = null
    this.double = null
  }

  override render() {
    const { invitation } = this.conversation
    if (invitation === null) return nothing
    const name = nameOf(this.conversation)
    return invitation.room
      ? this.#card('users', ROOM.invitation, this.#calledInto(name), ROOM.calledDetail, [
          ROOM.enterAction,
          ROOM.decline,
        ])
      : this.#card(
          'message-circle',
          INVITATION.region,
          INVITATION.sentence(name),
          INVITATION.detail,
          [INVITATION.accept, INVITATION.decline],
        )
  }

  #card(
    icon: 'users' | 'message-circle',
    region: string,
    title: string,
    detail: string,
    [yes, no]: readonly [string, string],
  ) {
    return html`
      <div class="card" role="group" aria-label=${region}>
        <sotto-icon name=${icon}></sotto-icon>
        <p class="title"><bdi>${title}</bdi></p>
        <div class="text">
          <p><bdi>${bare(this.conversation.peer)}</bdi></p>
          <p>${detail}</p>
        </div>
        ${this.double === null ? nothing : this.#warning(this.double)}
        <div class="actions">
          ${this.#button('primary', yes, { do: 'accept' })}
          ${this.#button('', no, { do: 'decline' })}
          ${this.#button('danger', BLOCK.action, { do: 'block' })}
        </div>
      </div>`
  }

  /** Both side by side, so that eyes find the difference. */
  #warning(double: Conversation) {
    const one = (label: string, who: Conversation) => html`
      <div><dt>${label}</dt><dd><bdi>${nameOf(who)}</bdi><bdi>${bare(who.peer)}</bdi></dd></div>`
    return html`
      <div class="text" role="alert">
        <p class="fault"><sotto-icon name="shield-alert"></sotto-icon><span>${BLOCK.looksLike(nameOf(double))} ${BLOCK.looksLikeMore}</span></p>
        <dl>${one(BLOCK.writes, this.conversation)}${one(BLOCK.known, double)}</dl>
      </div>`
  }

  #calledInto(room: string): string {
    return this.caller === null ? ROOM.calledByRoom(room) : ROOM.called(this.caller, room)
  }

  #button(style: string, label: string, intent: ChatIntent) {
    return html`
      <button type="button" class=${style} @click=${() => this.dispatchEvent(new ChatIntentEvent(intent))}>${label}</button>`
  }
}
customElements.define('sotto-invitation-card', SottoInvitationCard)
