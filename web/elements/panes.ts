import { css, html, nothing } from 'lit'
import type { Address } from '../../chat/index.ts'
import type { AccountHere } from '../accounts-here.ts'
import { notificationPermission } from '../announcer.ts'
import { type AppState, type Conversation, isRoom, nameOf } from '../app-state.ts'
import type { Desk } from '../desk.ts'
import { faultSentence } from '../fault-words.ts'
import { atStake } from '../files/reduce-files.ts'
import { AppIntentEvent, type ChatIntentEvent, type EnterRoomEvent } from '../intents.ts'
import { lookAlike } from '../look-alike.ts'
import './add-contact.ts'
import type { SottoAddContact } from './add-contact.ts'
import type { UnblockEvent } from './blocked-list.ts'
import './contact-list.ts'
import type { SottoContactList } from './contact-list.ts'
import './conversation.ts'
import type { SottoConversation } from './conversation.ts'
import type { SottoEnterRoom } from './enter-room.ts'
import type { SottoExportDialog } from './export-dialog.ts'
import { fetchedDialog } from './fetched-dialog.ts'
import './invitation-card.ts'
import type { Callable } from './room-dialogs.ts'
import type { SottoSearchDialog } from './search-dialog.ts'
import type { SottoSettingsDialog } from './settings-dialog.ts'
import { SottoElement } from './sotto-element.ts'
import type { SottoVaultDialog } from './vault-dialog.ts'
import './welcome.ts'

/** What the screens need of the desk; the gallery has a desk of its own. */
export type DeskDoor = EventTarget &
  Pick<
    Desk,
    | 'state'
    | 'keyring'
    | 'lendKeyring'
    | 'draft'
    | 'readAddress'
    | 'readRoom'
    | 'searchHistory'
    | 'exportHistory'
    | 'handle'
    | 'chat'
  >

/** Below this width one pane is shown at a time, in rem. */
const NARROW = 45
/** Above this width there is space for a third pane, in rem. */
const ROOMY = 64

/**
 * The people and one conversation, side by side or in turns, and the dialogs that belong to neither.
 *
 * @fires app-intent {AppIntentEvent} Bubbles; composed.
 * @csspart list - the people
 * @csspart conversation - the open conversation, or what stands in its place
 */
export class SottoPanes extends SottoElement {
  static override properties = {
    desk: { attribute: false },
    state: { attribute: false },
    accounts: { attribute: false },
    only: {},
    narrow: { state: true },
    roomy: { state: true },
  }

  static override styles = css`
    :host {
      display: flex;
      flex-direction: column;
      container-type: inline-size;
      min-inline-size: 0;
    }

    .panes {
      display: grid;
      grid-template-columns: clamp(17rem, 27%, 22rem) minmax(0, 1fr);
      grid-template-rows: minmax(0, 1fr);
      flex: 1;
      min-block-size: 0;
    }

    /* Above everything, where it is seen on every screen and covers nothing. */
    .calls {
      display: grid;
      justify-content: center;
      gap: var(--gap-2);
      padding: var(--gap-2);
      border-block-end: 1px solid var(--line);
    }

    .offline {
      margin: 0;
      padding: var(--gap-1) var(--gap-4);
      background: var(--caution-soft);
      color: var(--caution);
      font-size: var(--text-s);
    }

    .panes.single {
      grid-template-columns: minmax(0, 1fr);
    }

    .panes:not(.single) > sotto-contact-list {
      border-inline-end: 1px solid var(--line);
    }
  `

  declare desk: DeskDoor
  declare state: AppState
  /** Of this window; none where it is not ours to offer others. */
  declare accounts: readonly AccountHere[]
  /** The one person that is spoken with here: no list is shown. */
  declare only: Address | null
  declare narrow: boolean
  declare roomy: boolean
  /** What was drawn last; `undefined` before anything was. */
  #open: Address | null | undefined
  readonly #measure = new ResizeObserver(([entry]) => {
    if (entry !== undefined) this.#fit(entry.contentRect.width)
  })

  constructor() {
    super()
    this.accounts = []
    this.only = null
    this.narrow = false
    this.roomy = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#fit(this.clientWidth)
    this.#measure.observe(this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#measure.disconnect()
  }

  /** F6 goes from region to region, as it does between the parts of a browser window. */
  focusNext(): void {
    this.#focusRegion(
      this.renderRoot.querySelector('sotto-contact-list:focus-within') === null ? 0 : 1,
    )
  }

  /** The composer; where it would bring up a keyboard, the messages. */
  focusConversation(): void {
    void this.#focusChat()
  }

  /** What opens gets the focus, so that a keyboard goes on from there. */
  override updated(): void {
    const { selected } = this.state
    const before = this.#open
    this.#open = selected
    if (before === undefined || selected === before) return
    if (this.state.jump !== null) return // The message that was looked for gets it.
    if (selected !== null) void this.#focusChat()
    else if (this.narrow) this.#focusRegion(0)
  }

  override render() {
    const { state, narrow, only } = this
    const { selected, conversations, address, buddy, account, fingerprint } = state
    const conversation = selected === null ? undefined : conversations.get(selected)
    const isSingle = narrow || only !== null
    const list = html`
      <sotto-contact-list part="list" .conversations=${conversations} .selected=${selected} .account=${account}
        .accounts=${this.accounts} .address=${address} .buddy=${buddy} ?offer=${narrow || conversation !== undefined} ?ask=${this.#mayAsk(state)}
        @not-now=${() => this.dispatchEvent(new AppIntentEvent({ do: 'settings', settings: { ...state.settings, notifications: false } }))}
        @add-contact=${this.#openAdd} @enter-room=${() => this.#openRoom()} @open-search=${() => this.#openSearch(null)} @open-settings=${this.#openSettings}></sotto-contact-list>`
    const main =
      conversation === undefined
        ? html`<sotto-welcome part="conversation" .address=${address} .buddy=${buddy !== null && conversations.has(buddy) ? null : buddy}
            @add-contact=${this.#openAdd}></sotto-welcome>`
        : html`<sotto-conversation part="conversation" .conversation=${conversation} .fingerprint=${fingerprint}
            ?narrow=${narrow} ?alone=${only !== null} ?roomy=${this.roomy && !isSingle} ?attentive=${state.attentive} ?smileys=${state.settings.smileys}
            .caller=${callerOf(conversation, conversations)} .double=${lookAlike(conversation, conversations)} .people=${peopleIn(conversations)} .read=${(text: string) => this.desk.readAddress(text)}
            .jump=${state.jump?.peer === conversation.peer ? state.jump.key : null}
            @enter-room=${({ detail }: EnterRoomEvent) => this.#openRoom(detail)} @open-search=${() => this.#openSearch(conversation.peer)} @open-export=${this.#openExport}
            .draft=${this.desk.draft(conversation.peer)} ?robot=${conversation.peer === buddy} ?self=${conversation.peer === address}
            @chat-intent=${(event: ChatIntentEvent) => this.#onChat(conversation.peer, event)}></sotto-conversation>`
    return html`
      ${this.#calls()}
      ${this.#offline()}
      <div class="panes ${isSingle ? 'single' : ''}">
        ${only !== null || (narrow && conversation !== undefined) ? nothing : list}
        ${narrow && conversation === undefined ? nothing : main}
      </div>
      <sotto-add-contact .own=${address} .read=${(text: string) => this.desk.readAddress(text)}></sotto-add-contact>
      <sotto-enter-room .own=${address} .read=${(text: string) => this.desk.readRoom(text)}></sotto-enter-room>
      <sotto-search-dialog .conversations=${conversations} .search=${(text: string, peer: Address | null) => this.desk.searchHistory(text, peer)}></sotto-search-dialog>
      <sotto-export-dialog .name=${conversation === undefined ? '' : nameOf(conversation)}
        .read=${async () => (selected === null ? null : await this.desk.exportHistory(selected))}></sotto-export-dialog>
      <sotto-settings-dialog .settings=${state.settings} .address=${address} .fingerprint=${fingerprint}
        .route=${state.route} .stake=${atStake(state)} .blocked=${state.blocked}
        @unblock=${({ detail }: UnblockEvent) => this.desk.chat(detail, { do: 'unblock' })} @open-vault=${this.#openVault}></sotto-settings-dialog>
      <sotto-vault-dialog .keyring=${this.desk.keyring} .settings=${state.settings}></sotto-vault-dialog>`
  }

  #fit(width: number): void {
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
    this.narrow = width > 0 && width <= NARROW * rem
    this.roomy = width > ROOMY * rem
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
    this.renderRoot.querySelector<SottoAddContact>('sotto-add-contact')?.show()
  }

  /** Who calls, wherever the person is; the open conversation shows its own. */
  #calls() {
    const { conversations, selected } = this.state
    const waiting = [...conversations.values()].filter(
      ({ peer, invitation }) => invitation !== null && peer !== selected,
    )
    const calls = waiting.filter(({ invitation }) => invitation?.room)
    // The list tells of strangers; where it is out of sight, one of them at a time is shown.
    const stranger = waiting.find(({ invitation }) => invitation?.room === false)
    if (stranger !== undefined && this.#isListHidden) calls.push(stranger)
    const others = this.accounts.filter(({ isShown, caller }) => !isShown && caller !== null)
    if (calls.length + others.length === 0) return nothing
    return html`
      <div class="calls">${calls.map(
        (call) => html`
          <sotto-invitation-card .conversation=${call} .caller=${callerOf(call, conversations)} .double=${lookAlike(call, conversations)}
            @chat-intent=${(event: ChatIntentEvent) => this.#onChat(call.peer, event)}></sotto-invitation-card>`,
      )}${others.map((account) => html`<sotto-other-call .account=${account}></sotto-other-call>`)}</div>`
  }

  get #isListHidden(): boolean {
    return this.only === null && this.narrow && this.state.selected !== null
  }

  /** The list says it too, where it is seen. */
  #offline() {
    const { account } = this.state
    if (account.state !== 'offline' || !this.#isListHidden) return nothing
    return html`<p class="offline" role="status">${faultSentence(account.fault)}</p>`
  }

  async #openRoom(room = ''): Promise<void> {
    const dialog = await fetchedDialog<SottoEnterRoom>(this.renderRoot, 'sotto-enter-room')
    dialog?.show(room)
  }

  /** @param here - the conversation that is open; `null`: everywhere */
  async #openSearch(here: Address | null): Promise<void> {
    const dialog = await fetchedDialog<SottoSearchDialog>(this.renderRoot, 'sotto-search-dialog')
    if (dialog === null) return
    dialog.here = here
    dialog.show()
  }

  async #openExport(): Promise<void> {
    const dialog = await fetchedDialog<SottoExportDialog>(this.renderRoot, 'sotto-export-dialog')
    dialog?.show()
  }

  async #openSettings(): Promise<void> {
    const dialog = await fetchedDialog<SottoSettingsDialog>(
      this.renderRoot,
      'sotto-settings-dialog',
    )
    dialog?.show()
  }

  async #openVault(): Promise<void> {
    await import('../vault-screens.ts')
    await this.renderRoot.querySelector<SottoVaultDialog>('sotto-vault-dialog')?.show()
  }

  /** On a small screen the messages, because the composer would bring up the keyboard. */
  async #focusChat(): Promise<void> {
    const chat = this.#conversation
    await chat?.updateComplete
    if (this.narrow) chat?.focusHistory()
    else chat?.focus()
  }

  #focusRegion(region: 0 | 1): void {
    const list = this.renderRoot.querySelector<SottoContactList>('sotto-contact-list')
    if (region === 1 && this.#conversation !== null) this.#conversation.focus()
    else if (list !== null) list.focus()
    else this.#conversation?.focus()
  }

  get #conversation(): SottoConversation | null {
    return this.renderRoot.querySelector<SottoConversation>('sotto-conversation')
  }
}
customElements.define('sotto-panes', SottoPanes)

/** Who calls us into the room; `null` if nobody says. */
function callerOf(
  { invitation }: Conversation,
  conversations: ReadonlyMap<Address, Conversation>,
): string | null {
  const caller = invitation?.by ? conversations.get(invitation.by) : undefined
  return caller === undefined ? null : nameOf(caller)
}

function peopleIn(conversations: ReadonlyMap<Address, Conversation>): readonly Callable[] {
  return [...conversations.values()]
    .filter((one) => one.contact !== null && !isRoom(one))
    .map((one) => ({ peer: one.peer, name: nameOf(one) }))
    .sort((a, b) => a.name.localeCompare(b.name))
}
