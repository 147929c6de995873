import { css, html, nothing, type PropertyValues } from 'lit'
import type { AppShell } from '../app-shell.ts'
import type { AppState } from '../app-state.ts'
import { type AppIntent, AppIntentEvent } from '../intents.ts'
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

/**
 * The whole app: one of its screens, and the line where faults without a place are shown. The
 * only element that knows the desk. It draws into the document, for the sign-in form's sake.
 */
export class SottoApp extends SottoElement {
  static override properties = { desk: { attribute: false }, shell: { attribute: false } }

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

    sotto-panes {
      block-size: 100%;
    }
  `

  declare desk: DeskDoor
  declare shell: AppShell | null
  #inside = new AbortController()
  /** The screen that was drawn last. */
  #shown: AppState['stage']['at'] | null = null

  constructor() {
    super()
    this.shell = null
    this.addEventListener('restore-backup', () => void this.#restore())
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
    const { theme, contrast } = this.desk.state.settings
    document.documentElement.dataset['theme'] = theme
    document.documentElement.dataset['contrast'] = contrast ? 'more' : 'auto'
  }

  /** Whoever came in goes on from the list. */
  override updated(): void {
    const { at } = this.desk.state.stage
    const isNew = at === 'inside' && this.#shown !== at
    this.#shown = at
    if (isNew) void this.#enter()
  }

  override render() {
    const { state } = this.desk
    return html`
      ${
        this.shell === null
          ? nothing
          : html`<sotto-shell-bar .shell=${this.shell} ?outside=${state.stage.at === 'signIn'}></sotto-shell-bar>`
      }
      <sotto-toasts .toasts=${state.toasts}></sotto-toasts>
      ${this.#screen(state)}
      <sotto-doctor .check=${state.check} @check-again=${this.#checkAgain}></sotto-doctor>`
  }

  #screen(state: AppState) {
    const { stage } = state
    switch (stage.at) {
      case 'signIn':
        return html`<sotto-sign-in .form=${stage}></sotto-sign-in>`
      case 'elsewhere':
        return html`<sotto-elsewhere .name=${stage.name} ?busy=${stage.busy}></sotto-elsewhere>`
      case 'locked':
      case 'gone':
        return gateScreen(stage, this.desk.keyring)
      case 'inside':
        return html`<main><sotto-panes .desk=${this.desk} .state=${state}></sotto-panes></main>`
    }
  }

  /** Of the account that is signed in, or of what stands in the form. */
  #checkAgain(): void {
    this.querySelector<SottoSignIn>('sotto-sign-in')?.check()
    if (this.desk.state.stage.at === 'inside') this.#intend({ do: 'check', typed: null })
  }

  async #restore(): Promise<void> {
    const { SottoRestoreDialog } = await import('../vault-screens.ts')
    this.append(new SottoRestoreDialog(await this.desk.lendKeyring()))
  }

  async #enter(): Promise<void> {
    const panes = this.querySelector<SottoPanes>('sotto-panes')
    await panes?.updateComplete
    panes?.focusNext()
  }

  #intend(intent: AppIntent): void {
    this.dispatchEvent(new AppIntentEvent(intent))
  }

  /** F6 goes from region to region, as it does between the parts of a browser window. */
  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'F6' || this.desk.state.stage.at !== 'inside') return
    event.preventDefault()
    this.querySelector<SottoPanes>('sotto-panes')?.focusNext()
  }
}
customElements.define('sotto-app', SottoApp)
