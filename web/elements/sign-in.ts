import { css, html, nothing } from 'lit'
import type { Address } from '../../chat/index.ts'
import type { RememberedAccount } from '../accounts.ts'
import { bare, type SignInStage, signInStage } from '../app-state.ts'
import { AppIntentEvent } from '../intents.ts'
import { SERVER } from '../sign-in-words.ts'
import { APP_NAME, SIGN_IN } from '../words.ts'
import './icon.ts'
import './known-accounts.ts'
import { searchLog } from './search-log.ts'
import { SottoElement } from './sotto-element.ts'
import { readForm } from './typed-account.ts'

type Mode = 'create' | 'enter'

/**
 * The first screen: an address and a password, and nothing else asked. It lives in the document and not
 * in a shadow root, because not every password manager looks into those.
 *
 * @fires app-intent {AppIntentEvent}
 */
export class SottoSignIn extends SottoElement {
  static override properties = {
    form: { attribute: false },
    account: {},
    more: { type: Boolean },
    mode: { state: true },
    chosen: { state: true },
  }

  /** For the document: see {@link createRenderRoot}. */
  static readonly documentStyles = css`
    sotto-sign-in {
      display: grid;
      min-block-size: 100dvh;
      padding: var(--gap-4);
      place-items: center;
    }

    .sign-in {
      display: grid;
      gap: var(--gap-5);
      inline-size: min(24rem, 100%);
      padding: var(--gap-6);
      border: 1px solid var(--line);
      border-radius: var(--round-l);
      background: var(--surface);
      box-shadow: var(--shadow);
    }

    .sign-in .brand {
      display: grid;
      gap: var(--gap-2);
    }

    .sign-in h1 {
      display: flex;
      align-items: center;
      gap: var(--gap-2);
      font-size: 1.75rem;
      letter-spacing: -0.02em;
    }

    .sign-in h1 sotto-icon {
      color: var(--accent);
      --icon-size: 1.75rem;
    }

    .sign-in .modes {
      display: grid;
      grid-template-columns: 1fr 1fr;
      padding: 3px;
      border-radius: var(--round-s);
      background: var(--sunken);
    }

    .sign-in .modes button {
      min-block-size: 2.125rem;
      padding: 0 var(--gap-1);
      border-color: transparent;
      background: transparent;
      color: var(--ink-soft);
    }

    .sign-in .modes button[aria-selected='true'] {
      border-color: var(--line);
      background: var(--raised);
      color: var(--ink);
      box-shadow: 0 1px 2px rgb(0 0 0 / 8%);
    }

    .sign-in form {
      display: grid;
      gap: var(--gap-4);
    }

    .sign-in .at {
      display: flex;
      align-items: center;
    }

    .sign-in .at input {
      flex: 1;
      min-inline-size: 0;
    }

    .sign-in .at span {
      max-inline-size: 50%;
      padding-inline-start: var(--gap-2);
      overflow: hidden;
      color: var(--ink-soft);
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    .sign-in .progress {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: var(--gap-2);
      min-block-size: var(--control);
    }

    .sign-in .progress span {
      display: inline-flex;
      align-items: center;
      gap: var(--gap-2);
    }

    .sign-in details summary {
      color: var(--ink-soft);
      font-size: var(--text-s);
      cursor: pointer;
    }

    .sign-in details[open] summary {
      margin-block-end: var(--gap-3);
    }

    .sign-in .search {
      display: grid;
      gap: var(--gap-1);
      margin: 0;
      padding: 0;
      color: var(--ink-soft);
      font-size: var(--text-s);
      list-style: none;
    }

    .sign-in .search li {
      display: flex;
      align-items: start;
      gap: var(--gap-2);
      overflow-wrap: anywhere;
    }

    @media (forced-colors: active) {
      .sign-in .modes button[aria-selected='true'] {
        border-color: Highlight;
      }
    }

    @media (max-width: 30rem) {
      .sign-in {
        padding: var(--gap-5);
      }
    }
  `

  declare form: SignInStage
  /** Whose form it is; `null`: of whoever comes. */
  declare account: Address | null
  /** It is for one more account: who has several has most often made them before. */
  declare more: boolean
  declare mode: Mode | null
  /** Who was picked of those who are known here. */
  declare chosen: RememberedAccount | null
  #awaitsFocus = false

  constructor() {
    super()
    this.form = signInStage()
    this.account = null
    this.more = false
    this.mode = null
    this.chosen = null
  }

  protected override createRenderRoot() {
    return this
  }

  /** What the person chose; before that, whatever fits somebody new, or somebody known. */
  get #mode(): Mode {
    const { server, remembered } = this.form
    if (this.mode !== null) return this.mode
    const isOpen = server !== null && server !== 'unreachable' && server.enrolment
    return isOpen && remembered.length === 0 && this.account === null && !this.more
      ? 'create'
      : 'enter'
  }

  override render() {
    const mode = this.#mode
    const { busy, server } = this.form
    const isLooking = server === null && busy === null
    return html`
      <main class="sign-in">
        <div class="brand">
          <h1><sotto-icon name="lock"></sotto-icon>${APP_NAME}</h1>
          <p class="soft">${SIGN_IN.promise}</p>
        </div>
        ${isLooking ? nothing : this.#modes(mode)}
        ${isLooking ? html`<p role="status" class="soft">${SIGN_IN.looking}</p>` : this.#panel(mode)}
        ${busy === null && !isLooking ? this.#known() : nothing}
      </main>`
  }

  /** To the password, where it is known whose, once there is a form. */
  override focus(): void {
    this.#awaitsFocus = true
    this.requestUpdate()
  }

  override updated(): void {
    const field = this.querySelector<HTMLElement>(this.account === null ? 'input' : '#password')
    if (!this.#awaitsFocus || field === null) return
    this.#awaitsFocus = false
    field.focus()
  }

  #known() {
    return html`
      <sotto-known-accounts .accounts=${this.form.remembered}
        @use-account=${(event: CustomEvent<RememberedAccount>) => this.#use(event.detail)}></sotto-known-accounts>`
  }

  async #use(account: RememberedAccount): Promise<void> {
    this.mode = 'enter'
    this.chosen = account
    await this.updateComplete
    this.querySelector<HTMLElement>('#password')?.focus()
  }

  /** The form, as the panel of the tab that is chosen. */
  #panel(mode: Mode) {
    return html`<div id="way-in" role="tabpanel" aria-labelledby="tab-${mode}">${this.#formOf(mode)}</div>`
  }

  #formOf(mode: Mode) {
    const { busy, fault } = this.form
    return html`
      <form @submit=${this.#onSubmit} aria-busy=${String(busy !== null)}>
        ${mode === 'create' ? this.#newFields() : this.#fields()}
        ${searchLog(this.form.search)}
        ${
          fault === null
            ? nothing
            : html`<p class="fault" role="alert"><sotto-icon name="circle-alert"></sotto-icon><span>${fault}</span></p>`
        }
        <div role="status">${busy === null ? nothing : this.#progress(busy)}</div>
        <button class="primary" type="submit" ?hidden=${busy !== null}
          ?disabled=${mode === 'create' && this.#isClosed}>
          ${mode === 'create' ? SIGN_IN.create : SIGN_IN.enter}
        </button>
        ${
          fault === null || mode === 'create'
            ? nothing
            : html`<button type="button" class="small" @click=${this.check}>${SERVER.check}</button>`
        }
      </form>`
  }

  get #isClosed(): boolean {
    const { server } = this.form
    return server !== null && server !== 'unreachable' && !server.enrolment
  }

  #modes(mode: Mode) {
    const tab = (own: Mode, label: string) => html`
      <button type="button" role="tab" id="tab-${own}" aria-controls="way-in"
        aria-selected=${String(mode === own)} tabindex=${mode === own ? 0 : -1}
        ?disabled=${this.form.busy !== null}
        @click=${() => this.#choose(own)} @keydown=${this.#onTabKey}>${label}</button>`
    return html`
      <div class="modes" role="tablist" aria-label=${SIGN_IN.modes}>
        ${tab('create', SIGN_IN.create)} ${tab('enter', SIGN_IN.enter)}
      </div>`
  }

  #newFields() {
    const domain = this.#domain
    return html`
      ${this.#isClosed ? html`<p class="hint">${SIGN_IN.closed}</p>` : nothing}
      <div class="field">
        <label for="name">${SIGN_IN.name}</label>
        <div class="at">
          <input id="name" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"
            required maxlength="64" aria-describedby="name-hint">
          ${domain === null ? nothing : html`<span>@${domain}</span>`}
        </div>
        <p class="hint" id="name-hint">${SIGN_IN.nameHint}</p>
      </div>
      ${this.#password(true)}`
  }

  #fields() {
    const { remembered } = this.form
    const own = remembered.find(({ address }) => address === this.account) ?? remembered[0]
    const last = this.chosen ?? own
    const address = this.chosen?.address ?? this.account ?? own?.address
    const domain = this.#domain
    // At the page's own server the name says it all.
    const known = address === undefined ? '' : bare(address).replace(`@${domain}`, '')
    return html`
      <div class="field">
        <label for="address">${SIGN_IN.address}</label>
        <input id="address" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"
          required maxlength="320" aria-describedby="address-hint" .value=${known}>
        <p class="hint" id="address-hint">
          ${domain === null ? SERVER.addressHintAlone : SERVER.addressHint(domain)}
        </p>
      </div>
      ${this.#password(false)}
      <details ?open=${last?.found === 'given'}>
        <summary>${SERVER.advanced}</summary>
        <div class="field">
          <label for="server">${SERVER.field}</label>
          <input id="server" name="server" type="url" inputmode="url" placeholder="wss://example.org/ws"
            aria-describedby="server-hint" .value=${last?.found === 'given' ? last.server : ''}>
          <p class="hint" id="server-hint">${SERVER.fieldHint}</p>
        </div>
      </details>`
  }

  /** Of the accounts of the page's own server; `null` if it is not there. */
  get #domain(): string | null {
    const { server } = this.form
    return server === null || server === 'unreachable' ? null : server.domain
  }

  #password(isNew: boolean) {
    return html`
      <div class="field">
        <label for="password">${SIGN_IN.password}</label>
        <input id="password" name="password" type="password" required maxlength="128"
          minlength=${isNew ? 8 : nothing} aria-describedby="password-hint"
          autocomplete=${isNew ? 'new-password' : 'current-password'}>
        <p class="hint" id="password-hint" ?hidden=${!isNew}>${SIGN_IN.passwordHint}</p>
      </div>`
  }

  #progress(busy: string) {
    return html`
      <div class="progress">
        <span><sotto-icon name="loader-circle" spin></sotto-icon>${busy}</span>
        <button type="button" class="quiet small" @click=${() => this.#intend({ do: 'cancelSignIn' })}>
          ${SIGN_IN.cancel}
        </button>
      </div>`
  }

  #choose(mode: Mode): void {
    this.mode = mode
  }

  async #onTabKey(event: KeyboardEvent): Promise<void> {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
    this.#choose(this.#mode === 'create' ? 'enter' : 'create')
    await this.updateComplete
    this.querySelector<HTMLElement>('[aria-selected="true"]')?.focus()
  }

  #intend(intent: ConstructorParameters<typeof AppIntentEvent>[0]): void {
    this.dispatchEvent(new AppIntentEvent(intent))
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    if (this.form.busy !== null) return
    const typed = readForm(event.currentTarget as HTMLFormElement)
    if (this.#mode === 'enter') return this.#intend({ do: 'signIn', ...typed })
    this.#intend({ do: 'createAccount', name: typed.address, password: typed.password })
  }

  /** Goes the way of the account that stands in the form. */
  check(): void {
    const form = this.querySelector('form')
    if (form?.reportValidity()) this.#intend({ do: 'check', typed: readForm(form) })
  }
}

customElements.define('sotto-sign-in', SottoSignIn)
