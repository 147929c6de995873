import { css, html, nothing, type PropertyValues } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import type { AccountHere } from '../accounts-here.ts'
import type { AppShell } from '../app-shell.ts'
import { type AppState, bare } from '../app-state.ts'
import { atStakeSentence } from '../file-words.ts'
import { atStake } from '../files/reduce-files.ts'
import { type AppIntent, AppIntentEvent, type OfficeIntentEvent } from '../intents.ts'
import type { Office } from '../office.ts'
import './doctor.ts'
import './elsewhere.ts'
import './panes.ts'
import type { DeskDoor, SottoPanes } from './panes.ts'
import { shared } from './shared-styles.ts'
import './shell-bar.ts'
import { gateScreen } from './gate-screen.ts'
import { SottoSignIn } from './sign-in.ts'
import { SottoElement } from './sotto-element.ts'
import './toasts.ts'

/** What the app needs of the office; the gallery has one of its own. */
export type OfficeDoor = EventTarget &
  Pick<Office, 'accounts' | 'handle' | 'arrange'> & {
    readonly desk: DeskDoor & Pick<Office['desk'], 'account'>
  }

/**
 * The whole app: one of its screens, and the line where faults without a place are shown. The only
 * element that knows the office. It draws into the document, for the sign-in form's sake.
 */
export class SottoApp extends SottoElement {
  static override properties = { office: { attribute: false }, shell: { attribute: false } }

  static readonly documentStyles = css`
    sotto-app {
      display: flex;
      flex-direction: column;
      min-block-size: 100dvh;
    }

    sotto-app:has(sotto-panes) {
      block-size: 100dvh;
    }

    sotto-app > main {
      flex: 1;
      min-block-size: 0;
    }

    sotto-account-bar + * {
      flex: 1 0 auto;
      min-block-size: 0;
    }

    sotto-panes {
      block-size: 100%;
    }
  `

  declare office: OfficeDoor
  declare shell: AppShell | null
  #inside = new AbortController()
  /** What was drawn last. */
  #shown: { readonly desk: DeskDoor; readonly at: AppState['stage']['at'] } | null = null

  constructor() {
    super()
    this.shell = null
    this.addEventListener('restore-backup', () => void this.#restore())
    this.addEventListener('app-intent', (event) => {
      this.office.handle((event as AppIntentEvent).detail)
    })
    this.addEventListener('office-intent', (event) => {
      this.office.arrange((event as OfficeIntentEvent).detail)
    })
    this.addEventListener('ask-sign-out', () => void this.#askSignOut())
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
    addEventListener('keydown', (event) => this.#onKey(event), { signal })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#inside.abort()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('office'))
      this.office.addEventListener('change', () => this.requestUpdate(), {
        signal: this.#inside.signal,
      })
    const { theme, contrast } = this.office.desk.state.settings
    document.documentElement.dataset['theme'] = theme
    document.documentElement.dataset['contrast'] = contrast ? 'more' : 'auto'
  }

  /** Whoever came in goes on from the list; whoever changes the account, from what is open there. */
  override updated(): void {
    const { desk } = this.office
    const { at } = desk.state.stage
    const before = this.#shown
    this.#shown = { desk, at }
    if (at === 'inside' || this.office.accounts.length > 1) void import('../account-screens.ts')
    const isOther = before !== null && before.desk !== desk
    if (at === 'inside' && (isOther || before?.at !== at)) void this.#enter(isOther)
    else if (isOther) this.querySelector<SottoSignIn>('sotto-sign-in')?.focus()
  }

  override render() {
    const { desk, accounts } = this.office
    const { state } = desk
    return html`
      ${
        this.shell === null
          ? nothing
          : html`<sotto-shell-bar .shell=${this.shell} ?outside=${state.stage.at === 'signIn'}></sotto-shell-bar>`
      }
      <sotto-toasts .toasts=${state.toasts}></sotto-toasts>
      ${keyed(desk, this.#screen(state, accounts))}
      ${accounts.length === 0 ? nothing : html`<sotto-account-news .account=${desk.account && bare(desk.account)}></sotto-account-news>`}
      <sotto-doctor .check=${state.check} @check-again=${this.#checkAgain}></sotto-doctor>`
  }

  #screen(state: AppState, accounts: readonly AccountHere[]) {
    if (state.stage.at === 'inside')
      return html`<main><sotto-panes .desk=${this.office.desk} .state=${state} .accounts=${accounts}></sotto-panes></main>`
    return html`
      ${accounts.length > 1 ? html`<sotto-account-bar .accounts=${accounts}></sotto-account-bar>` : nothing}
      ${this.#gate(state.stage, accounts)}`
  }

  /** What stands before the account. */
  #gate(
    stage: Exclude<AppState['stage'], { readonly at: 'inside' }>,
    accounts: readonly AccountHere[],
  ) {
    const { account, keyring } = this.office.desk
    switch (stage.at) {
      case 'signIn': {
        const isHere = (address: string) => accounts.some((one) => one.address === address)
        const remembered = stage.remembered.filter(
          ({ address }) => address === account || !isHere(address),
        )
        return html`<sotto-sign-in .form=${{ ...stage, remembered }} .account=${account} ?more=${accounts.length > 1}></sotto-sign-in>`
      }
      case 'elsewhere':
        return html`<sotto-elsewhere .name=${stage.name} ?busy=${stage.busy}></sotto-elsewhere>`
      case 'locked':
      case 'gone':
        return gateScreen(stage, keyring)
    }
  }

  /** Of the account that is signed in, or of what stands in the form. */
  #checkAgain(): void {
    this.querySelector<SottoSignIn>('sotto-sign-in')?.check()
    if (this.office.desk.state.stage.at === 'inside') this.#intend({ do: 'check', typed: null })
  }

  async #restore(): Promise<void> {
    const { SottoRestoreDialog } = await import('../vault-screens.ts')
    this.append(new SottoRestoreDialog(await this.office.desk.lendKeyring()))
  }

  async #enter(isOther: boolean): Promise<void> {
    const panes = this.querySelector<SottoPanes>('sotto-panes')
    await panes?.updateComplete
    if (isOther && this.office.desk.state.selected !== null) panes?.focusConversation()
    else panes?.focusNext()
  }

  async #askSignOut(): Promise<void> {
    const { account, state } = this.office.desk
    const { going, unsaved } = atStake(state)
    const stake = atStakeSentence(going, unsaved)
    if (stake === '' || account === null) return this.#intend({ do: 'signOut' })
    const { SottoSignOutDialog } = await import('../account-screens.ts')
    this.append(new SottoSignOutDialog(bare(account), stake))
  }

  #intend(intent: AppIntent): void {
    this.dispatchEvent(new AppIntentEvent(intent))
  }

  /**
   * F6 goes from region to region, as it does between the parts of a browser window; F8 from account to
   * account, with Shift back.
   */
  #onKey(event: KeyboardEvent): void {
    const { office } = this
    if (event.composedPath().some((place) => place instanceof HTMLDialogElement)) return
    if (event.key === 'F6' && office.desk.state.stage.at === 'inside') {
      event.preventDefault()
      this.querySelector<SottoPanes>('sotto-panes')?.focusNext()
    } else if (event.key === 'F8' && office.accounts.length > 1) {
      event.preventDefault()
      office.arrange({ do: 'next', step: event.shiftKey ? -1 : 1 })
    }
  }
}
customElements.define('sotto-app', SottoApp)
