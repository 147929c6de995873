import { css, html, nothing } from 'lit'
import type { Address } from '../../chat/index.ts'
import { type Conversation, isRoom, nameOf } from '../app-state.ts'
import { ENCRYPTION, privacySentence } from '../encryption-words.ts'
import { faultSentence } from '../fault-words.ts'
import { type ChatIntent, ChatIntentEvent } from '../intents.ts'
import type { Who } from '../own-device-words.ts'
import { ROOM } from '../room-words.ts'
import { CHAT } from '../words.ts'
import { cardStyles } from './card-styles.ts'
import './chat-header.ts'
import './composer.ts'
import { FileDrop } from './file-drop.ts'
import './file-news.ts'
import { fetchedDialog } from './fetched-dialog.ts'
import './dialog.ts'
import type { SottoComposer } from './composer.ts'
import type { SottoDialog } from './dialog.ts'
import './icon.ts'
import './invitation-card.ts'
import type { SottoKeysDialog } from './keys-dialog.ts'
import './members.ts'
import './privacy-card.ts'
import type { Callable, SottoRoomDialogs } from './room-dialogs.ts'
import { shared } from './shared-styles.ts'
import './timeline.ts'
import { SottoElement } from './sotto-element.ts'
import type { SottoTimeline } from './timeline.ts'
import type { SottoVerifyDialog, Way } from './verify-dialog.ts'

/**
 * One conversation, whole: header, messages, whatever waits for the person, and the composer. It
 * shows the value it is given and says what the person wants; it holds no client and no store.
 *
 * @fires chat-intent {ChatIntentEvent} Bubbles; composed.
 */
export class SottoConversation extends SottoElement {
  static override properties = {
    conversation: { attribute: false },
    fingerprint: {},
    draft: {},
    narrow: { type: Boolean, reflect: true },
    robot: { type: Boolean },
    self: { type: Boolean },
    alone: { type: Boolean },
    roomy: { type: Boolean },
    attentive: { type: Boolean },
    smileys: { type: Boolean },
    caller: {},
    double: { attribute: false },
    people: { attribute: false },
    read: { attribute: false },
    jump: {},
    withMembers: { state: true },
  }

  static override styles = [
    shared,
    cardStyles,
    css`
      :host {
        display: grid;
        grid-template: auto auto 1fr auto auto / minmax(0, 1fr) auto;
        min-block-size: 0;
        min-inline-size: 0;
        background: var(--paper);
      }

      section {
        display: contents;
      }

      :host {
        position: relative;
      }

      .drop-target {
        position: absolute;
        inset: var(--gap-2);
        z-index: 2;
        display: flex;
        align-items: center;
        justify-content: center;
        gap: var(--gap-3);
        padding: var(--gap-5);
        border: 2px dashed var(--accent);
        border-radius: var(--round-l);
        background: var(--accent-soft);
        font-weight: 600;
        text-align: center;
        pointer-events: none;
      }

      .strip {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: var(--gap-1) var(--gap-3);
        padding: var(--gap-1) var(--gap-5);
        background: var(--caution-soft);
        color: var(--caution);
        font-size: var(--text-s);
      }

      :host([narrow]) .strip {
        justify-content: space-between;
        padding-inline: var(--gap-3);
      }

      .strip button {
        flex: none;
        border-color: currentcolor;
        background: transparent;
      }

      aside {
        grid-area: 2 / 2 / -1 / 3;
        inline-size: 16rem;
        padding: var(--gap-4);
        overflow-y: auto;
        border-inline-start: 1px solid var(--line);
        background: var(--surface);
      }

      sotto-chat-header {
        grid-column: 1 / -1;
      }

      aside h3 {
        margin-block-end: var(--gap-3);
        font-size: var(--text-m);
      }

      sotto-timeline {
        grid-row: 3;
      }

      .cards {
        grid-row: 4;
        display: grid;
        gap: var(--gap-2);
        max-block-size: 50dvh;
        overflow-y: auto;
        padding: 0 var(--gap-5);
      }

      .cards > *:last-child {
        margin-block-end: var(--gap-2);
      }

      :host([narrow]) .cards {
        padding-inline: var(--gap-2);
      }

      sotto-composer {
        grid-row: 5;
      }
    `,
  ]

  declare conversation: Conversation
  /** Own fingerprint. */
  declare fingerprint: string | null
  /** Unsent text to begin with. */
  declare draft: string
  declare narrow: boolean
  declare robot: boolean
  /** The other devices of the account itself. */
  declare self: boolean
  /** There is no list to go back to. */
  declare alone: boolean
  /** There is space for more beside the messages. */
  declare roomy: boolean
  /** Somebody looks at the window. */
  declare attentive: boolean
  declare smileys: boolean
  /** Name of the contact who calls us into this room. */
  declare caller: string | null
  /** The verified contact whom the stranger looks like. */
  declare double: Conversation | null
  /** Whom we could call into a room. */
  declare people: readonly Callable[]
  /** Reads an address. @throws RangeError with a sentence for people */
  declare read: (text: string) => Address
  /** Key of the message that is to be shown. */
  declare jump: string | null
  /** Members of the room are shown beside; where there is no space, in a dialog. */
  declare withMembers: boolean

  constructor() {
    super()
    this.fingerprint = null
    this.draft = ''
    this.narrow = false
    this.robot = false
    this.self = false
    this.alone = false
    this.roomy = false
    this.attentive = false
    this.smileys = false
    this.caller = null
    this.double = null
    this.people = []
    this.read = () => {
      throw new RangeError('')
    }
    this.jump = null
    this.withMembers = true
  }

  readonly #drop = new FileDrop(
    this,
    () => {
      const { contact, privacy } = this.conversation
      return contact !== null && privacy.composer !== 'locked' && !isRoom(this.conversation)
    },
    (dropped) => this.#intend({ do: 'file', wish: { wish: 'send', ...dropped } }),
  )

  /** Puts the cursor where text is written. */
  override focus(): void {
    this.renderRoot.querySelector<SottoComposer>('sotto-composer')?.focus()
  }

  /** Puts the focus on the messages. */
  focusHistory(): void {
    this.renderRoot.querySelector<SottoTimeline>('sotto-timeline')?.focus()
  }

  override willUpdate(): void {
    // Nobody needs it before the first message.
    if (this.conversation.verification.step !== 'idle') void import('./verification-card.ts')
  }

  override render() {
    const { conversation } = this
    const { peer, privacy, contact, room } = conversation
    const name = nameOf(conversation)
    const who = this.self ? null : name
    return html`
      <section aria-label=${CHAT.conversationWith(name)}>
        <sotto-chat-header .conversation=${conversation} ?narrow=${this.narrow} ?robot=${this.robot} ?self=${this.self} ?alone=${this.alone}
          ?members=${this.#isBeside} @toggle-members=${this.#toggleMembers} @open-verify=${() => this.#openVerify()} @open-keys=${this.#openKeys}></sotto-chat-header>
        ${privacy.state === 'unverified' && conversation.verification.step === 'idle' ? this.#strip(name, who) : nothing}
        ${this.#isOutside ? this.#enterAgain() : nothing}
        ${room !== null && this.#isBeside ? html`<aside aria-label=${ROOM.members(name)}>${this.#members()}</aside>` : nothing}
        <sotto-timeline .conversation=${conversation} .name=${name} ?attentive=${this.attentive} ?smileys=${this.smileys} ?alone=${this.alone} .jump=${this.jump}
          ?covered=${privacy.state === 'keyChanged' || privacy.state === 'ended'}></sotto-timeline>
        <sotto-file-news .conversation=${conversation} .name=${name}></sotto-file-news>
        <div class="cards" @chat-intent=${this.#onDecided}>${this.#cards(name, who)}</div>
        ${this.#drop.target(name)}
        ${
          conversation.invitation === null
            ? html`<sotto-composer .peer=${peer} .name=${name} .draft=${this.draft} .privacy=${privacy}
                .whom=${conversation.privateTo} ?always=${contact?.alwaysOtr ?? false}
                ?files=${!isRoom(conversation)}></sotto-composer>`
            : nothing
        }
        <sotto-verify-dialog .privacy=${privacy} .name=${who} .rest=${restOf(conversation)}></sotto-verify-dialog>
        <sotto-keys-dialog .conversation=${conversation} .fingerprint=${this.fingerprint} ?self=${this.self}></sotto-keys-dialog>
        ${
          room === null
            ? nothing
            : html`
              <sotto-dialog id="members" heading=${ROOM.members(name)}>${this.#isBeside ? nothing : this.#members()}</sotto-dialog>
              <sotto-room-dialogs .room=${room} .people=${this.people} .read=${this.read}></sotto-room-dialogs>`
        }
      </section>`
  }

  #strip(name: string, who: Who) {
    return html`
      <div class="strip">
        <p>${privacySentence(this.conversation.privacy, name, this.self)}</p>
        <button type="button" class="small" @click=${() => this.#openVerify()}>${ENCRYPTION.verifyNow(who)}</button>
      </div>`
  }

  #cards(name: string, who: Who) {
    const { conversation } = this
    const { invitation, fault, verification, verificationDismissed } = conversation
    return html`
      ${invitation === null ? nothing : html`<sotto-invitation-card .conversation=${conversation} .caller=${this.caller} .double=${this.double}></sotto-invitation-card>`}
      ${fault === null ? nothing : this.#fault(faultSentence(fault))}
      ${
        verificationDismissed
          ? nothing
          : html`<sotto-verification-card .verification=${verification} .name=${who} .note=${conversation.verificationNote}
              ?hidden=${verification.step === 'idle'}
              @open-verify=${() => this.#openVerify()} @open-compare=${() => this.#openVerify('compare')}></sotto-verification-card>`
      }
      <sotto-privacy-card .conversation=${conversation} .name=${name} ?self=${this.self}
        @open-verify=${() => this.#openVerify()}></sotto-privacy-card>`
  }

  /** A room that we are not in, and are not called into. */
  get #isOutside(): boolean {
    const { open, invitation, privacy } = this.conversation
    return isRoom(this.conversation) && !open && invitation === null && privacy.state === 'none'
  }

  get #isBeside(): boolean {
    return this.roomy && this.withMembers && this.conversation.room?.members != null
  }

  #enterAgain() {
    return html`
      <div class="strip">
        <p>${ROOM.outside}</p>
        ${this.#button('small', ROOM.again, { do: 'open' })}
      </div>`
  }

  #members() {
    const { room, called } = this.conversation
    return html`
      ${this.#isBeside ? html`<h3>${ROOM.members(nameOf(this.conversation))}</h3>` : nothing}
      <sotto-members .room=${room} .called=${called} @chat-intent=${this.#onWriteTo}
        @open-nickname=${async () => (await this.#roomDialogs())?.showNickname()}
        @open-invite=${async () => (await this.#roomDialogs())?.showInvite()}></sotto-members>`
  }

  #toggleMembers(): void {
    if (this.roomy) this.withMembers = !this.withMembers
    else this.#membersDialog?.show()
  }

  /** The next thing typed is for one member: to the composer. */
  #onWriteTo(): void {
    this.#membersDialog?.close()
    this.focus()
  }

  get #membersDialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('#members')
  }

  #roomDialogs(): Promise<SottoRoomDialogs | null> {
    return fetchedDialog(this.renderRoot, 'sotto-room-dialogs')
  }

  #fault(sentence: string) {
    return html`
      <div class="card danger" role="alert">
        <sotto-icon name="circle-alert"></sotto-icon>
        <div class="text"><p>${sentence}</p></div>
        <div class="actions">${this.#button('', CHAT.dismiss, { do: 'dismissFault' })}</div>
      </div>`
  }

  #button(style: string, label: string, intent: ChatIntent) {
    return html`
      <button type="button" class=${style} @click=${() => this.#intend(intent)}>${label}</button>`
  }

  #intend(intent: ChatIntent): void {
    this.dispatchEvent(new ChatIntentEvent(intent))
  }

  async #openVerify(way?: Way): Promise<void> {
    const dialog = await fetchedDialog<SottoVerifyDialog>(this.renderRoot, 'sotto-verify-dialog')
    dialog?.show(way)
  }

  async #openKeys(): Promise<void> {
    const dialog = await fetchedDialog<SottoKeysDialog>(this.renderRoot, 'sotto-keys-dialog')
    dialog?.show()
  }

  /** The card that was answered goes away; the focus must not go with it. */
  #onDecided({ detail }: ChatIntentEvent): void {
    if (detail.do === 'extendVerification' || detail.do === 'noteVerification') return
    if (this.narrow) this.focusHistory()
    else this.focus()
  }
}
customElements.define('sotto-conversation', SottoConversation)

/** When the next verification may begin; 0 for at once. */
function restOf({ contact }: Conversation): number {
  return contact?.failedChecks?.until ?? 0
}
