import { css, html, LitElement, nothing } from 'lit'
import { domainOf, userOf } from '../../chat/index.ts'
import { bare, type SignInStage, signInStage } from '../app-state.ts'
import { AppIntentEvent } from '../intents.ts'
import { APP_NAME, APP_PROMISE, SIGN_IN } from '../words.ts'
import './icon.ts'

type Mode = 'create' | 'enter' | 'other'

/**
 * The first screen: a name and a password, and nothing else asked. It lives in the document and not
 * in a shadow root, because not every password manager looks into those.
 *
 * @fires app-intent {AppIntentEvent}
 */
export class SottoSignIn extends LitElement {
  static override properties = { form: { attribute: false }, mode: { state: true } }

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

    .sign-in .other {
      justify-self: center;
      margin-block: calc(-1 * var(--gap-2));
      color: var(--ink-soft);
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
  declare mode: Mode | null

  constructor() {
    super()
    this.form = signInStage()
    this.mode = null
  }

  protected override createRenderRoot() {
    return this
  }

  /** What the person chose; before that, whatever fits somebody new, or somebody known. */
  get #mode(): Mode {
    const { server, remembered } = this.form
    if (this.mode !== null) return this.mode
    const isOpen = server !== null && server !== 'unreachable' && server.enrolment
    return isOpen && remembered.length === 0 ? 'create' : 'enter'
  }

  override render() {
    const mode = this.#mode
    const { busy, server } = this.form
    const isLooking = server === null && mode !== 'other' && busy === null
    return html`
      <main class="sign-in">
        <div class="brand">
          <h1><sotto-icon name="lock"></sotto-icon>${APP_NAME}</h1>
          <p class="soft">${APP_PROMISE}</p>
        </div>
        ${mode === 'other' || isLooking ? nothing : this.#modes(mode)}
        ${isLooking ? html`<p role="status" class="soft">${SIGN_IN.looking}</p>` : this.#panel(mode)}
        <button type="button" class="quiet small other" aria-expanded=${String(mode === 'other')}
          ?disabled=${busy !== null}
          @click=${() => this.#choose(mode === 'other' ? 'enter' : 'other')}>
          ${mode === 'other' ? SIGN_IN.thisServer : SIGN_IN.otherServer}
        </button>
      </main>`
  }

  /** The form; under tabs, as the panel of the one that is chosen. */
  #panel(mode: Mode) {
    if (mode === 'other') return this.#formOf(mode)
    return html`<div id="way-in" role="tabpanel" aria-labelledby="tab-${mode}">${this.#formOf(mode)}</div>`
  }

  #formOf(mode: Mode) {
    const { busy, fault } = this.form
    return html`
      <form @submit=${this.#onSubmit} aria-busy=${String(busy !== null)}>
        ${mode === 'other' ? this.#otherFields() : this.#ownFields(mode)}
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

  #ownFields(mode: Mode) {
    const { server, remembered } = this.form
    const domain = server === null || server === 'unreachable' ? null : server.domain
    const known = remembered.find(({ address }) => domainOf(address) === domain)
    const isNew = mode === 'create'
    return html`
      ${isNew && this.#isClosed ? html`<p class="hint">${SIGN_IN.closed}</p>` : nothing}
      <div class="field">
        <label for="name">${SIGN_IN.name}</label>
        <div class="at">
          <input id="name" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"
            required maxlength="64" aria-describedby="name-hint"
            .value=${isNew || known === undefined ? '' : userOf(known.address)}>
          ${domain === null ? nothing : html`<span>@${domain}</span>`}
        </div>
        <p class="hint" id="name-hint" ?hidden=${!isNew}>${SIGN_IN.nameHint}</p>
      </div>
      ${this.#password(isNew)}`
  }

  #otherFields() {
    const { remembered } = this.form
    const last = remembered[0]
    return html`
      <p class="hint">${SIGN_IN.otherHint}</p>
      <div class="field">
        <label for="address">${SIGN_IN.address}</label>
        <input id="address" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"
          required maxlength="320" placeholder="alice@example.org" .value=${last === undefined ? '' : bare(last.address)}>
      </div>
      ${this.#password(false)}
      <div class="field">
        <label for="server">${SIGN_IN.socket}</label>
        <input id="server" name="server" type="url" inputmode="url" required placeholder="wss://example.org/ws"
          .value=${last?.server ?? ''}>
      </div>`
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
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const value = (field: string) => String(data.get(field) ?? '')
    const name = value('username').trim()
    const password = value('password')
    const mode = this.#mode
    if (mode === 'create') this.#intend({ do: 'createAccount', name, password })
    else if (mode === 'enter') this.#intend({ do: 'signIn', name, password })
    else this.#intend({ do: 'signInAt', address: name, password, server: value('server').trim() })
  }
}
customElements.define('sotto-sign-in', SottoSignIn)
