import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import type { Address } from '../../chat/index.ts'
import { notificationPermission } from '../announcer.ts'
import type { AppState } from '../app-state.ts'
import type { Desk } from '../desk.ts'
import { type AppIntent, AppIntentEvent, type ChatIntentEvent } from '../intents.ts'
import { APP } from '../words.ts'
import './add-contact.ts'
import type { SottoAddContact } from './add-contact.ts'
import './contact-list.ts'
import type { SottoContactList } from './contact-list.ts'
import './elsewhere.ts'
import './icon.ts'
import './settings-dialog.ts'
import type { SottoSettingsDialog } from './settings-dialog.ts'
import { shared } from './shared-styles.ts'
import { SottoSignIn } from './sign-in.ts'
import './sotto-chat.ts'
import type { SottoChat } from './sotto-chat.ts'
import './welcome.ts'

/** Below this width one pane is shown at a time. */
const NARROW = '(max-width: 45rem)'

/** What the app needs of the desk; the gallery has a desk of its own. */
export type DeskDoor = EventTarget &
  Pick<Desk, 'state' | 'draft' | 'readAddress' | 'handle' | 'chat'>

/**
 * The whole app: one of its three screens, and the corner where faults without a place are shown. The
 * only element that knows the desk. It draws into the document, for the sign-in form's sake.
 */
export class SottoApp extends LitElement {
  static override properties = { desk: { attribute: false }, narrow: { state: true } }

  static readonly documentStyles = css`
    sotto-app {
      display: block;
      min-block-size: 100dvh;
    }

    .panes {
      display: grid;
      grid-template-columns: clamp(17rem, 27vw, 22rem) minmax(0, 1fr);
      block-size: 100dvh;
    }

    .panes.narrow {
      grid-template-columns: minmax(0, 1fr);
    }

    .panes > * {
      min-block-size: 0;
    }

    .panes:not(.narrow) > sotto-contact-list {
      border-inline-end: 1px solid var(--line);
    }

    .toasts {
      position: fixed;
      inset-block-start: 4.5rem;
      inset-inline: var(--gap-4);
      z-index: 2;
      display: grid;
      justify-items: center;
      gap: var(--gap-2);
      pointer-events: none;
    }

    .toasts > div {
      display: flex;
      align-items: center;
      gap: var(--gap-3);
      max-inline-size: 36rem;
      padding: var(--gap-2) var(--gap-2) var(--gap-2) var(--gap-4);
      border: 1px solid var(--line-strong);
      border-radius: var(--round-m);
      background: var(--raised);
      box-shadow: var(--shadow);
      pointer-events: auto;
    }
  `

  declare desk: DeskDoor
  declare narrow: boolean
  #inside = new AbortController()
  /** What was drawn last. */
  #shown: { readonly at: string; readonly open: Address | null } = { at: '', open: null }

  constructor() {
    super()
    this.narrow = false
    this.addEventListener('app-intent', (event) => {
      this.desk.handle((event as AppIntentEvent).detail)
    })
  }

  protected override createRenderRoot() {
    for (const { styleSheet } of [shared, SottoSignIn.documentStyles, SottoApp.documentStyles])
      if (styleSheet !== undefined && !document.adoptedStyleSheets.includes(styleSheet))
        document.adoptedStyleSheets.push(styleSheet)
    return this
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#inside = new AbortController()
    const { signal } = this.#inside
    const query = matchMedia(NARROW)
    const measure = () => {
      this.narrow = query.matches
    }
    measure()
    query.addEventListener('change', measure, { signal })
    addEventListener('keydown', (event) => this.#onKey(event), { signal })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#inside.abort()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('desk'))
      this.desk.addEventListener('change', () => this.requestUpdate(), {
        signal: this.#inside.signal,
      })
    document.documentElement.dataset['theme'] = this.desk.state.settings.theme
  }

  /** What opens gets the focus, so that a keyboard goes on from there. */
  override updated(): void {
    const { stage, selected } = this.desk.state
    const [wasAt, wasOpen] = [this.#shown.at, this.#shown.open]
    this.#shown = { at: stage.at, open: selected }
    if (stage.at !== 'inside') return
    if (selected !== null && selected !== wasOpen) void this.#focusChat()
    else if (wasAt !== 'inside' || (selected === null && wasOpen !== null && this.narrow))
      this.#focusRegion(0)
  }

  override render() {
    const { state } = this.desk
    return html`
      ${this.#screen(state)}
      <div class="toasts" role="status" aria-label=${APP.notifications}>
        ${state.toasts.map(
          ({ id, sentence }) => html`
            <div>
              <p>${sentence}</p>
              <button type="button" class="quiet small icon" aria-label=${APP.dismiss}
                @click=${() => this.#intend({ do: 'dismissToast', id })}><sotto-icon name="x"></sotto-icon></button>
            </div>`,
        )}
      </div>`
  }

  #screen(state: AppState) {
    const { stage } = state
    switch (stage.at) {
      case 'signIn':
        return html`<sotto-sign-in .form=${stage}></sotto-sign-in>`
      case 'elsewhere':
        return html`<sotto-elsewhere .name=${stage.name} ?busy=${stage.busy}></sotto-elsewhere>`
      case 'inside':
        return this.#panes(state)
    }
  }

  #panes(state: AppState) {
    const { selected, conversations, address, buddy, account, fingerprint } = state
    const conversation = selected === null ? undefined : conversations.get(selected)
    const { narrow } = this
    const list = html`
      <sotto-contact-list .conversations=${conversations} .selected=${selected} .account=${account}
        .address=${address} .buddy=${buddy} ?offer=${narrow || conversation !== undefined} ?ask=${this.#mayAsk(state)}
        @not-now=${() => this.#intend({ do: 'settings', settings: { ...state.settings, notifications: false } })}
        @add-contact=${this.#openAdd} @open-settings=${this.#openSettings}></sotto-contact-list>`
    const main =
      conversation === undefined
        ? html`<sotto-welcome .address=${address} .buddy=${buddy !== null && conversations.has(buddy) ? null : buddy}
            @add-contact=${this.#openAdd}></sotto-welcome>`
        : html`<sotto-chat .conversation=${conversation} .fingerprint=${fingerprint} ?narrow=${narrow}
            .draft=${this.desk.draft(conversation.peer)} ?robot=${conversation.peer === buddy}
            @chat-intent=${(event: ChatIntentEvent) => this.#onChat(conversation.peer, event)}></sotto-chat>`
    return html`
      <main class="panes ${narrow ? 'narrow' : ''}">
        ${narrow && conversation !== undefined ? nothing : list}
        ${narrow && conversation === undefined ? nothing : main}
      </main>
      <sotto-add-contact .own=${address} .read=${(text: string) => this.desk.readAddress(text)}></sotto-add-contact>
      <sotto-settings-dialog .settings=${state.settings} .address=${address} .fingerprint=${fingerprint}></sotto-settings-dialog>`
  }

  /** Permission is asked for once there is something to be told of. */
  #mayAsk({ settings, conversations }: AppState): boolean {
    if (!settings.notifications || notificationPermission() !== 'default') return false
    return [...conversations.values()].some(({ timeline }) =>
      timeline.some((entry) => entry.kind === 'message' && entry.message.author === 'peer'),
    )
  }

  #onChat(peer: Address, { detail }: ChatIntentEvent): void {
    this.desk.chat(peer, detail)
  }

  #openAdd(): void {
    this.querySelector<SottoAddContact>('sotto-add-contact')?.show()
  }

  #openSettings(): void {
    this.querySelector<SottoSettingsDialog>('sotto-settings-dialog')?.show()
  }

  #intend(intent: AppIntent): void {
    this.dispatchEvent(new AppIntentEvent(intent))
  }

  /** F6 goes from region to region, as it does between the parts of a browser window. */
  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'F6' || this.desk.state.stage.at !== 'inside') return
    event.preventDefault()
    this.#focusRegion(this.querySelector('sotto-contact-list:focus-within') === null ? 0 : 1)
  }

  /** On a small screen the messages, because the composer would bring up the keyboard. */
  async #focusChat(): Promise<void> {
    const chat = this.querySelector<SottoChat>('sotto-chat')
    await chat?.updateComplete
    if (this.narrow) chat?.focusHistory()
    else chat?.focus()
  }

  #focusRegion(region: 0 | 1): void {
    const list = this.querySelector<SottoContactList>('sotto-contact-list')
    const chat = this.querySelector<SottoChat>('sotto-chat')
    if (region === 1 && chat !== null) chat.focus()
    else if (list !== null) list.focus()
    else chat?.focus()
  }
}
customElements.define('sotto-app', SottoApp)
