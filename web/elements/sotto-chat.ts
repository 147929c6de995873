import { css, html, nothing, type PropertyValues, unsafeCSS } from 'lit'
import type { AccountState } from '../../chat/index.ts'
import type { AppState, SignInStage } from '../app-state.ts'
import { type AppIntent, AppIntentEvent } from '../intents.ts'
import tokens from '../theme.css?inline'
import { SIGN_IN } from '../words.ts'
import './doctor.ts'
import './elsewhere.ts'
import './icon.ts'
import './panes.ts'
import { gateScreen } from './gate-screen.ts'
import type { DeskDoor, SottoPanes } from './panes.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'
import './toasts.ts'

/**
 * The whole chat as one element, for a page that is something else besides. The page makes it, gives
 * it a place and a size, and starts it with `startSotto`; see `docs/embedding.md`.
 *
 * @attr {string} peer - a name or an address: this conversation alone is shown, without the list
 * @fires sotto-account {CustomEvent<AccountState>} The account came online, went offline, was refused.
 * @fires sotto-unread {CustomEvent<number>} How many messages and invitations wait to be read.
 * @fires sotto-event {CustomEvent<ChatEvent>} Everything that happens, as `chat/events.ts` has it.
 * @csspart list - the people
 * @csspart conversation - the open conversation, or what stands in its place
 * @cssprop --accent - and every other token of `theme.css`: colours, sizes, distances, letters
 */
export class SottoChat extends SottoElement {
  static override properties = { desk: { attribute: false }, peer: {} }

  static override styles = [
    unsafeCSS(tokens),
    shared,
    css`
      :host {
        display: grid;
        grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
        min-block-size: 16rem;
        background: var(--paper);
        color: var(--ink);
        font: 400 var(--text-m) / 1.45 var(--font);
      }

      sotto-panes,
      sotto-elsewhere {
        min-block-size: 0;
      }

      .waiting {
        display: grid;
        place-content: center;
        justify-items: center;
        gap: var(--gap-4);
        padding: var(--gap-5);
        text-align: center;
      }
    `,
  ]

  /** Given by `startSotto`; nothing is drawn before. */
  declare desk: DeskDoor | null
  declare peer: string | null
  #listening = new AbortController()
  #account: AccountState | null = null

  constructor() {
    super()
    this.desk = null
    this.peer = null
    this.addEventListener('app-intent', (event) => {
      event.stopPropagation() // The page has no part in it.
      this.desk?.handle((event as AppIntentEvent).detail)
    })
    this.addEventListener('chat-intent', (event) => event.stopPropagation())
    this.addEventListener('keydown', (event) => this.#onKey(event))
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const { desk } = this
    if (changed.has('desk')) {
      this.#listening.abort()
      this.#listening = new AbortController()
      const { signal } = this.#listening
      desk?.addEventListener('change', () => this.requestUpdate(), { signal })
    }
    if (desk === null) return
    const { theme, contrast } = desk.state.settings
    this.dataset['theme'] = theme
    this.dataset['contrast'] = contrast ? 'more' : 'auto'
  }

  override updated(): void {
    if (this.desk === null) return
    const { account } = this.desk.state
    if (account !== this.#account) {
      this.#account = account
      this.dispatchEvent(new CustomEvent('sotto-account', { detail: account }))
    }
    this.#showPeer(this.desk)
  }

  override render() {
    const { desk } = this
    if (desk === null) return nothing
    const { state } = desk
    return html`
      <sotto-toasts .toasts=${state.toasts}></sotto-toasts>
      ${this.#screen(desk, state)}
      <sotto-doctor .check=${state.check} @check-again=${() => this.#intend({ do: 'check', typed: null })}></sotto-doctor>`
  }

  #screen(desk: DeskDoor, state: AppState) {
    const { stage } = state
    switch (stage.at) {
      case 'signIn':
        return this.#waiting(stage)
      case 'elsewhere':
        return html`<sotto-elsewhere .name=${stage.name} ?busy=${stage.busy}></sotto-elsewhere>`
      case 'locked':
      case 'gone':
        return gateScreen(stage, desk.keyring)
      case 'inside':
        return html`
          <sotto-panes exportparts="list, conversation" .desk=${desk} .state=${state}
            .only=${this.peer === null ? null : state.selected}></sotto-panes>`
    }
  }

  /** There is no form here: the page knows the account. */
  #waiting({ busy, fault }: SignInStage) {
    return html`
      <div class="waiting">
        <p role="status">${busy ?? nothing}</p>
        ${fault === null ? nothing : html`<p class="fault" role="alert"><sotto-icon name="circle-alert"></sotto-icon><span>${fault}</span></p>`}
        ${
          busy === null
            ? html`<button type="button" class="primary" @click=${() => this.dispatchEvent(new Event('sotto-sign-in'))}>${SIGN_IN.enter}</button>`
            : nothing
        }
      </div>`
  }

  /** Opens the conversation that the page asks for, with a contact made of it if it is none yet. */
  #showPeer(desk: DeskDoor): void {
    const { stage, selected, conversations } = desk.state
    if (this.peer === null || stage.at !== 'inside') return
    const peer = desk.readAddress(this.peer)
    if (peer === selected) return
    if (conversations.has(peer)) desk.handle({ do: 'select', peer })
    else desk.handle({ do: 'addContact', peer, name: null })
  }

  #intend(intent: AppIntent): void {
    this.dispatchEvent(new AppIntentEvent(intent))
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'F6') return
    event.preventDefault()
    this.renderRoot.querySelector<SottoPanes>('sotto-panes')?.focusNext()
  }
}
customElements.define('sotto-chat', SottoChat)
