import { css, html, LitElement, nothing } from 'lit'
import { type Conversation, nameOf } from '../app-state.ts'
import { ENCRYPTION, privacySentence } from '../encryption-words.ts'
import { type ChatIntent, ChatIntentEvent } from '../intents.ts'
import { CHAT, INVITATION } from '../words.ts'
import { cardStyles } from './card-styles.ts'
import './chat-header.ts'
import './composer.ts'
import type { SottoComposer } from './composer.ts'
import './icon.ts'
import './keys-dialog.ts'
import type { SottoKeysDialog } from './keys-dialog.ts'
import './privacy-card.ts'
import { shared } from './shared-styles.ts'
import './timeline.ts'
import type { SottoTimeline } from './timeline.ts'
import './verification-card.ts'
import './verify-dialog.ts'
import type { CodeStartedEvent, SottoVerifyDialog } from './verify-dialog.ts'

/**
 * One conversation, whole: header, messages, whatever waits for the person, and the composer. It
 * shows the value it is given and says what the person wants; it holds no client and no store.
 *
 * @fires chat-intent {ChatIntentEvent} Bubbles; composed.
 */
export class SottoChat extends LitElement {
  static override properties = {
    conversation: { attribute: false },
    fingerprint: {},
    draft: {},
    narrow: { type: Boolean, reflect: true },
    robot: { type: Boolean },
    code: { state: true },
  }

  static override styles = [
    shared,
    cardStyles,
    css`
      :host {
        display: grid;
        grid-template-rows: auto auto 1fr auto auto;
        min-block-size: 0;
        min-inline-size: 0;
        background: var(--paper);
      }

      section {
        display: contents;
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
  /** The one-time code of the verification that runs. */
  declare code: string | null

  constructor() {
    super()
    this.fingerprint = null
    this.draft = ''
    this.narrow = false
    this.robot = false
    this.code = null
  }

  /** Puts the cursor where text is written. */
  override focus(): void {
    this.renderRoot.querySelector<SottoComposer>('sotto-composer')?.focus()
  }

  /** Puts the focus on the messages. */
  focusHistory(): void {
    this.renderRoot.querySelector<SottoTimeline>('sotto-timeline')?.focus()
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const before = changed.get('conversation') as Conversation | undefined
    const { peer, verification } = this.conversation
    if (before !== undefined && (before.peer !== peer || isOver(verification.step)))
      this.code = null
  }

  override render() {
    const { conversation } = this
    const { peer, privacy, timeline, composing, contact } = conversation
    const name = nameOf(conversation)
    return html`
      <section aria-label=${CHAT.conversationWith(name)}>
        <sotto-chat-header .conversation=${conversation} ?narrow=${this.narrow} ?robot=${this.robot}
          @open-verify=${this.#openVerify} @open-keys=${this.#openKeys}></sotto-chat-header>
        ${privacy.state === 'unverified' && conversation.verification.step === 'idle' ? this.#strip(name) : nothing}
        <sotto-timeline .timeline=${timeline} .peer=${peer} .name=${name} ?composing=${composing}
          ?covered=${privacy.state === 'keyChanged' || privacy.state === 'ended'}></sotto-timeline>
        <div class="cards" @chat-intent=${this.#onDecided}>${this.#cards(name)}</div>
        ${
          conversation.invitation === null
            ? html`<sotto-composer .peer=${peer} .name=${name} .draft=${this.draft} .privacy=${privacy}
                ?always=${contact?.alwaysOtr ?? false}></sotto-composer>`
            : nothing
        }
        <sotto-verify-dialog .privacy=${privacy} .name=${name} @code-started=${this.#onCode}></sotto-verify-dialog>
        <sotto-keys-dialog .conversation=${conversation} .fingerprint=${this.fingerprint}></sotto-keys-dialog>
      </section>`
  }

  #strip(name: string) {
    return html`
      <div class="strip">
        <p>${privacySentence(this.conversation.privacy, name)}</p>
        <button type="button" class="small" @click=${this.#openVerify}>${ENCRYPTION.verifyNow(name)}</button>
      </div>`
  }

  #cards(name: string) {
    const { conversation } = this
    const { invitation, fault, verification, verificationDismissed } = conversation
    return html`
      ${invitation === null ? nothing : this.#invitation(name)}
      ${fault === null ? nothing : this.#fault(fault.sentence)}
      ${
        verificationDismissed
          ? nothing
          : html`<sotto-verification-card .verification=${verification} .name=${name} .code=${this.code}
              ?hidden=${verification.step === 'idle'}
              @open-verify=${this.#openVerify} @open-compare=${this.#openCompare}></sotto-verification-card>`
      }
      <sotto-privacy-card .conversation=${conversation} .name=${name}
        @open-verify=${this.#openVerify}></sotto-privacy-card>`
  }

  #invitation(name: string) {
    return html`
      <div class="card" role="group" aria-label=${INVITATION.region}>
        <sotto-icon name="message-circle"></sotto-icon>
        <p class="title">${INVITATION.sentence(name)}</p>
        <div class="text"><p>${INVITATION.detail}</p></div>
        <div class="actions">
          ${this.#button('primary', INVITATION.accept, { do: 'accept' })}
          ${this.#button('', INVITATION.decline, { do: 'decline' })}
        </div>
      </div>`
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
      <button type="button" class=${style} @click=${() => this.dispatchEvent(new ChatIntentEvent(intent))}>${label}</button>`
  }

  get #verify(): SottoVerifyDialog | null {
    return this.renderRoot.querySelector<SottoVerifyDialog>('sotto-verify-dialog')
  }

  #openVerify(): void {
    this.#verify?.show()
  }

  #openCompare(): void {
    this.#verify?.show('compare')
  }

  #openKeys(): void {
    this.renderRoot.querySelector<SottoKeysDialog>('sotto-keys-dialog')?.show()
  }

  /** The card that was answered goes away; the focus must not go with it. */
  #onDecided(): void {
    if (this.narrow) this.focusHistory()
    else this.focus()
  }

  #onCode({ detail }: CodeStartedEvent): void {
    this.code = detail
  }
}
customElements.define('sotto-chat', SottoChat)

function isOver(step: Conversation['verification']['step']): boolean {
  return step === 'succeeded' || step === 'failed' || step === 'aborted'
}
