import { css, html, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { AccountState, Address } from '../../chat/index.ts'
import type { AccountHere } from '../accounts-here.ts'
import { bare, type Conversation, type Entry, keyOf, lastAt, nameOf } from '../app-state.ts'
import { faultSentence } from '../fault-words.ts'
import { FILE } from '../file-words.ts'
import { HISTORY } from '../history-words.ts'
import { AppIntentEvent } from '../intents.ts'
import { noticeSentence } from '../notice-words.ts'
import { PRIVACY_LOOK } from '../privacy-look.ts'
import { ROOM } from '../room-words.ts'
import { recentOf } from '../time-words.ts'
import { APP_NAME, BUDDY, CONTACTS, NOTIFY, PRIVACY_LABEL, SETTINGS } from '../words.ts'
import './avatar.ts'
import './icon.ts'
import './own-account.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * The people: who is there, what is unread, and the way to add somebody.
 *
 * @fires app-intent {AppIntentEvent} select, practice
 * @fires add-contact {Event} Open the dialog for it.
 * @fires enter-room {Event} Open the dialog for it; so the next.
 * @fires open-search {Event}
 * @fires open-settings {Event}
 * @fires not-now {Event} No notifications.
 */
export class SottoContactList extends SottoElement {
  static override properties = {
    conversations: { attribute: false },
    selected: {},
    account: { attribute: false },
    accounts: { attribute: false },
    address: {},
    buddy: {},
    offer: { type: Boolean },
    ask: { type: Boolean },
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template: auto auto auto 1fr auto / minmax(0, 1fr);
        min-block-size: 0;
        background: var(--paper);
      }

      .bar {
        display: flex;
        align-items: center;
        gap: var(--gap-1);
        padding-block: var(--gap-3);
        padding-inline: var(--gap-4) var(--gap-3);
      }

      .me {
        flex: 1;
        min-inline-size: 0;
      }

      h1 {
        font-size: var(--text-l);
        letter-spacing: -0.01em;
      }

      .bar + sotto-own-account {
        grid-row: 2;
        margin: calc(-1 * var(--gap-2)) var(--gap-2) var(--gap-2);
        padding-inline-start: var(--gap-2);
      }

      .bar + sotto-own-account:hover {
        background: color-mix(in srgb, var(--ink) 5%, transparent);
      }

      .banner {
        grid-row: 3;
        margin: 0 var(--gap-3) var(--gap-2);
        padding: var(--gap-2) var(--gap-3);
        border-radius: var(--round-s);
        background: var(--caution-soft);
        color: var(--caution);
        font-size: var(--text-s);
      }

      nav {
        grid-row: 4;
        overflow-y: auto;
        padding: 0 var(--gap-2) var(--gap-4);
      }

      .row {
        display: grid;
        grid-template-columns: auto 1fr auto;
        gap: 0 var(--gap-3);
        inline-size: 100%;
        padding: var(--gap-2) var(--gap-2);
        border: 0;
        border-radius: var(--round-m);
        background: transparent;
        font-weight: 400;
        text-align: start;
      }

      .row:hover {
        background: color-mix(in srgb, var(--ink) 5%, transparent);
      }

      .row[aria-current='true'] {
        background: var(--accent-soft);
      }

      .row:focus-visible {
        outline-offset: -2px;
      }

      .row sotto-avatar {
        grid-row: span 2;
      }

      .name,
      .last {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .name {
        align-self: end;
        font-weight: 600;
      }

      .last {
        align-self: start;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .when {
        align-self: end;
        color: var(--ink-soft);
        font-size: 0.75rem;
      }

      .mark {
        align-self: start;
        justify-self: end;
        display: inline-flex;
        color: var(--ink-soft);
        --icon-size: 1rem;
      }

      .mark.safe {
        color: var(--safe);
      }

      .mark.caution {
        color: var(--caution);
      }

      .mark.danger {
        color: var(--danger);
      }

      .count {
        min-inline-size: 1.25rem;
        padding: 0 0.375rem;
        border-radius: 999px;
        background: var(--accent);
        color: var(--on-accent);
        font-size: 0.75rem;
        font-weight: 600;
        line-height: 1.25rem;
        text-align: center;
      }

      .practice {
        display: grid;
        gap: var(--gap-2);
        margin: var(--gap-2);
        padding: var(--gap-4);
        border: 1px dashed var(--line-strong);
        border-radius: var(--round-m);
        font-size: var(--text-s);
      }

      /* Among other people it is one line, without a frame. */
      ul:has(li) + .practice {
        padding: var(--gap-1) 0;
        border-color: transparent;
      }

      .ask {
        grid-row: 5;
        display: grid;
        gap: var(--gap-2);
        padding: var(--gap-3) var(--gap-4);
        border-block-start: 1px solid var(--line);
        font-size: var(--text-s);
      }

      .none {
        padding: var(--gap-4) var(--gap-3);
      }

      @media (forced-colors: active) {
        .row[aria-current='true'] {
          outline: 2px solid Highlight;
          outline-offset: -2px;
        }
      }
    `,
  ]

  declare conversations: ReadonlyMap<Address, Conversation>
  declare selected: Address | null
  declare account: AccountState
  /** Of this window; none where it is not ours to offer others. */
  declare accounts: readonly AccountHere[]
  declare address: Address | null
  declare buddy: Address | null
  /** Offer the buddy here while it is not a contact. */
  declare offer: boolean
  /** Ask whether notifications may be shown. */
  declare ask: boolean

  constructor() {
    super()
    this.conversations = new Map()
    this.selected = null
    this.account = { state: 'signedOut' }
    this.accounts = []
    this.address = null
    this.buddy = null
    this.offer = false
    this.ask = false
  }

  /** To the open conversation's row, the first, or the way to get one. */
  override focus(): void {
    const row = this.renderRoot.querySelector<HTMLElement>('.row[tabindex="0"]')
    ;(row ?? this.renderRoot.querySelector('button'))?.focus()
  }

  override render() {
    const rows = [...this.conversations.values()].sort(inOrder)
    const { account } = this
    const tabStop = this.conversations.has(this.selected!) ? this.selected : rows[0]?.peer
    return html`
      <div class="bar">
        <div class="me">
          <h1>${APP_NAME}</h1>
          ${this.accounts.length === 0 ? this.#own() : nothing}
        </div>
        <button type="button" class="quiet icon" aria-label=${CONTACTS.add} title=${CONTACTS.add}
          @click=${() => this.dispatchEvent(new Event('add-contact'))}>
          <sotto-icon name="user-plus"></sotto-icon>
        </button>
        <button type="button" class="quiet icon" aria-label=${ROOM.enter} title=${ROOM.enter}
          @click=${() => this.dispatchEvent(new Event('enter-room'))}>
          <sotto-icon name="users"></sotto-icon>
        </button>
        <button type="button" class="quiet icon" aria-label=${HISTORY.searchTitle} title=${HISTORY.searchTitle}
          @click=${() => this.dispatchEvent(new Event('open-search'))}>
          <sotto-icon name="search"></sotto-icon>
        </button>
        <button type="button" class="quiet icon" aria-label=${CONTACTS.settings} title=${CONTACTS.settings}
          @click=${() => this.dispatchEvent(new Event('open-settings'))}>
          <sotto-icon name="settings"></sotto-icon>
        </button>
      </div>
      ${this.accounts.length === 0 ? nothing : this.#own()}
      ${account.state === 'offline' ? html`<p class="banner" role="status">${faultSentence(account.fault)}</p>` : nothing}
      <nav aria-label=${CONTACTS.region}>
        ${rows.length === 0 ? html`<p class="none soft">${CONTACTS.none}</p>` : nothing}
        <ul @keydown=${this.#onKey}>
          ${repeat(
            rows,
            ({ peer }) => peer,
            (conversation) =>
              html`<li>${this.#row(conversation, conversation.peer === tabStop)}</li>`,
          )}
        </ul>
        ${this.offer && this.buddy !== null && !this.conversations.has(this.buddy) ? this.#practice() : nothing}
      </nav>
      ${this.ask ? this.#question() : nothing}`
  }

  #own() {
    const { account, address, accounts } = this
    return html`<sotto-own-account .account=${account} .address=${address} .accounts=${accounts}></sotto-own-account>`
  }

  #question() {
    return html`
      <div class="ask" role="group" aria-label=${SETTINGS.notifications}>
        <p>${NOTIFY.ask}</p>
        <div class="actions">
          <button type="button" class="small" @click=${() => this.dispatchEvent(new AppIntentEvent({ do: 'askNotifications' }))}>
            <sotto-icon name="bell"></sotto-icon>${NOTIFY.allow}
          </button>
          <button type="button" class="small quiet" @click=${() => this.dispatchEvent(new Event('not-now'))}>${NOTIFY.later}</button>
        </div>
      </div>`
  }

  #row(conversation: Conversation, isTabStop: boolean) {
    const { peer, unread, privacy, invitation, contact } = conversation
    const isCurrent = peer === this.selected
    const look = PRIVACY_LOOK[privacy.state]
    const at = lastAt(conversation)
    const count = unread + (invitation === null ? 0 : 1)
    return html`
      <button type="button" class="row" aria-current=${isCurrent ? 'true' : nothing} tabindex=${isTabStop ? 0 : -1}
        @click=${() => this.dispatchEvent(new AppIntentEvent({ do: 'select', peer }))}>
        <sotto-avatar .peer=${peer} .name=${nameOf(conversation)} .robot=${peer === this.buddy}></sotto-avatar>
        <bdi class="name">${nameOf(conversation)}${contact?.muted ? html` <sotto-icon name="bell-off"></sotto-icon><span class="visually-hidden">${HISTORY.muted}</span>` : nothing}</bdi>
        <span class="when">${at === 0 ? nothing : recentOf(at, Date.now())}</span>
        <bdi class="last">${lastWords(conversation)}</bdi>
        ${
          count > 0
            ? html`<span class="mark"><span class="count" aria-hidden="true">${count}</span>
                <span class="visually-hidden">${CONTACTS.unread(count)}</span></span>`
            : privacy.state === 'none'
              ? html`<span></span>`
              : html`<span class="mark ${look.tone}" title=${PRIVACY_LABEL[privacy.state]}>
                  <sotto-icon name=${look.icon} ?spin=${look.spin}></sotto-icon>
                  <span class="visually-hidden">${PRIVACY_LABEL[privacy.state]}</span></span>`
        }
      </button>`
  }

  #practice() {
    return html`
      <div class="practice">
        ${this.conversations.size === 0 ? html`<p class="soft">${BUDDY.sentence}</p>` : nothing}
        <button type="button" class="small" @click=${() => this.dispatchEvent(new AppIntentEvent({ do: 'practice' }))}>
          <sotto-icon name="bot"></sotto-icon>${BUDDY.action}
        </button>
      </div>`
  }

  /** One tab stop for the list; arrows move inside it. */
  #onKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('.row')]
    const at = rows.indexOf(event.target as HTMLElement)
    rows[Math.min(Math.max(0, at + step), rows.length - 1)]?.focus()
    event.preventDefault()
  }
}
customElements.define('sotto-contact-list', SottoContactList)

/** Invitations first, then whoever was heard of last, then by name. */
function inOrder(a: Conversation, b: Conversation): number {
  const wish = Number(b.invitation !== null) - Number(a.invitation !== null)
  return wish || lastAt(b) - lastAt(a) || nameOf(a).localeCompare(nameOf(b))
}

/** What was said last; a line that no person wrote only where nobody has said anything. */
function lastWords({ invitation, peer, timeline, deleted }: Conversation): string {
  if (invitation !== null) return invitation.room ? ROOM.invites : CONTACTS.invitation
  const isSaid = (entry: Entry) => entry.kind !== 'notice' && !deleted.has(keyOf(entry))
  const last = timeline.findLast(isSaid) ?? timeline.findLast(({ kind }) => kind === 'notice')
  if (last === undefined) return bare(peer)
  if (last.kind === 'notice') return noticeSentence(last.notice)
  if (last.kind === 'file') return FILE.inList(last.transfer.name)
  const { author, text } = last.message
  return author === 'us' ? CONTACTS.fromYou(text) : text
}
