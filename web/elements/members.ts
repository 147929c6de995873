import { css, html, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Room, RoomMember } from '../../chat/index.ts'
import { bare, type Called } from '../app-state.ts'
import { faultSentence } from '../fault-words.ts'
import { ChatIntentEvent } from '../intents.ts'
import { MEMBER_STATUS, ROOM } from '../room-words.ts'
import './avatar.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Who is in the room, and who was called.
 *
 * @fires chat-intent {ChatIntentEvent} writeTo
 * @fires open-nickname {Event} Bubbles; composed, as the next.
 * @fires open-invite {Event}
 */
export class SottoMembers extends SottoElement {
  static override properties = { room: { attribute: false }, called: { attribute: false } }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--gap-3);
        align-content: start;
      }

      .member {
        display: flex;
        align-items: center;
        gap: var(--gap-2);
        min-block-size: 2.75rem;
      }

      .who {
        flex: 1;
        min-inline-size: 0;
      }

      .name,
      .more {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .more {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .name {
        font-weight: 500;
      }

      h3 {
        font-size: var(--text-s);
        color: var(--ink-soft);
      }

      .called li {
        font-size: var(--text-s);
        overflow-wrap: anywhere;
      }
    `,
  ]

  declare room: Room
  declare called: readonly Called[]

  constructor() {
    super()
    this.called = []
  }

  override render() {
    const { room } = this
    return html`
      ${
        room.members === null
          ? html`<p class="soft">${ROOM.noMembers}</p>`
          : html`
            <ul aria-label=${ROOM.count(room.members.length)}>${repeat(
              room.members,
              ({ address }) => address,
              (member) => html`<li>${this.#member(member)}</li>`,
            )}</ul>`
      }
      <div class="actions">
        ${
          room.allows.nicknames
            ? html`<button type="button" class="small" @click=${() => this.#open('open-nickname')}>
                <sotto-icon name="pencil"></sotto-icon>${ROOM.nickname}</button>`
            : nothing
        }
        <button type="button" class="small" @click=${() => this.#open('open-invite')}>
          <sotto-icon name="user-plus"></sotto-icon>${ROOM.invite}</button>
      </div>
      <div class="called" role="status">
        ${
          this.called.length === 0
            ? nothing
            : html`<h3>${ROOM.invited}</h3><ul>${this.called.map((one) => html`<li><bdi>${outcome(one)}</bdi></li>`)}</ul>`
        }
      </div>`
  }

  #member(member: RoomMember) {
    const { address, name, isOwn, status, isNameShared } = member
    const more = [isOwn && ROOM.you, status !== 'here' && MEMBER_STATUS[status]]
    const mayWrite = this.room.allows.privateMessages && !isOwn
    return html`
      <div class="member">
        <sotto-avatar .peer=${address} .name=${name}></sotto-avatar>
        <div class="who">
          <p class="name"><bdi>${name}</bdi></p>
          ${more.some(Boolean) ? html`<p class="more">${more.filter(Boolean).join(' · ')}</p>` : nothing}
          ${isNameShared ? html`<p class="more"><bdi>${address.replace('sip:', '')}</bdi></p>` : nothing}
        </div>
        ${
          mayWrite
            ? html`
              <button type="button" class="quiet icon" aria-label=${ROOM.writeTo(name)} title=${ROOM.writePrivately}
                @click=${() => this.dispatchEvent(new ChatIntentEvent({ do: 'writeTo', whom: { address, name } }))}>
                <sotto-icon name="user-lock"></sotto-icon>
              </button>`
            : nothing
        }
      </div>`
  }

  #open(what: 'open-nickname' | 'open-invite'): void {
    this.dispatchEvent(new Event(what, { bubbles: true, composed: true }))
  }
}
customElements.define('sotto-members', SottoMembers)

function outcome({ who, outcome }: Called): string {
  if (outcome === 'asking') return ROOM.asking(bare(who))
  if (outcome === 'reached') return ROOM.reached(bare(who))
  return ROOM.notReached(bare(who), faultSentence(outcome))
}
