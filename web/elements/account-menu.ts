import { css, html, nothing } from 'lit'
import { type AccountHere, needsPerson } from '../accounts-here.ts'
import { bare } from '../app-state.ts'
import { OfficeIntentEvent } from '../intents.ts'
import { ACCOUNTS_MAX } from '../limits.ts'
import { OFFICE, statusWords } from '../office-words.ts'
import { list } from '../wording.ts'
import { CONTACTS } from '../words.ts'
import './avatar.ts'
import './icon.ts'
import { type MenuItem, SottoMenu } from './menu.ts'

/**
 * The accounts of this window: how each one is, the way from one to the next, one more, and the way out
 * of the one that is shown. Its button tells what waits at the others.
 *
 * @fires office-intent {OfficeIntentEvent} show, add
 * @fires ask-sign-out {Event} Of the one that is shown. Bubbles; composed.
 */
export class SottoAccountMenu extends SottoMenu {
  static override properties = { ...SottoMenu.properties, accounts: { attribute: false } }

  static override styles = [
    ...SottoMenu.styles,
    css`
      :host([plain]) .trigger {
        inline-size: auto;
        min-block-size: 2rem;
        gap: var(--gap-1);
        padding-inline: var(--gap-2);
        --icon-size: 1rem;
      }

      .alert {
        color: var(--caution);
      }

      /* The whole line around it is the button. */
      .trigger::after {
        position: absolute;
        inset: 0;
        border-radius: inherit;
        content: '';
      }

      [popover] {
        inline-size: 22rem;
        max-inline-size: calc(100vw - 1rem);
        font-size: var(--text-m);
      }

      .item {
        min-inline-size: 0;
      }

      .item[role='menuitemradio'] {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto 1.25rem;
        padding-inline: var(--gap-2);
      }

      .item > sotto-avatar {
        inline-size: 2.25rem;
        block-size: 2.25rem;
      }

      .who {
        display: grid;
        min-inline-size: 0;
      }

      .who bdi,
      .label {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .who bdi {
        font-weight: 600;
      }

      .state {
        display: flex;
        align-items: center;
        gap: 0.375rem;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .state.needs {
        color: var(--caution);
        --icon-size: 1rem;
      }

      .dot {
        flex: none;
        inline-size: 0.5rem;
        block-size: 0.5rem;
        border: 1.5px solid var(--ink-soft);
        border-radius: 50%;
      }

      .dot.online {
        border-color: var(--safe);
        background: var(--safe);
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

      .chosen {
        grid-column: 4;
        color: var(--accent);
      }

      .item[role='menuitemradio'] + .item[role='menuitem'] {
        margin-block-start: var(--gap-1);
        border-block-start: 1px solid var(--line);
        border-start-start-radius: 0;
        border-start-end-radius: 0;
      }
    `,
  ]

  declare accounts: readonly AccountHere[]

  constructor() {
    super()
    this.accounts = []
    this.plain = true
    this.addEventListener('menu-select', (event) => this.#onSelect((event as CustomEvent).detail))
  }

  override willUpdate(): void {
    const known = this.accounts.filter(({ address }) => address !== null)
    const shown = known.find(({ isShown }) => isShown)
    this.label = list([OFFICE.menu, ...known.filter((one) => one !== shown).flatMap(news)])
    this.items = [
      ...known.map(
        ({ address, isShown }): MenuItem => ({
          id: address!,
          label: bare(address!),
          icon: 'user-lock',
          chosen: isShown,
        }),
      ),
      ...(known.length < ACCOUNTS_MAX
        ? [{ id: ADD, label: OFFICE.add, icon: 'user-plus' } as const]
        : []),
      ...(shown === undefined
        ? []
        : [{ id: OUT, label: OFFICE.signOut(bare(shown.address!)), icon: 'log-out' } as const]),
    ]
  }

  /** What waits at the others, and that there is more under it. */
  protected override front() {
    const others = this.accounts.filter(({ isShown }) => !isShown)
    const unread = others.reduce((sum, account) => sum + account.unread, 0)
    return html`
      ${others.some(needsPerson) ? html`<sotto-icon class="alert" name="circle-alert"></sotto-icon>` : nothing}
      ${unread > 0 ? html`<span class="count">${unread}</span>` : nothing}
      <sotto-icon name="chevron-down"></sotto-icon>`
  }

  protected override face(item: MenuItem) {
    const account = this.accounts.find(({ address }) => address === item.id)
    if (account === undefined)
      return html`<sotto-icon name=${item.icon}></sotto-icon><span class="label">${item.label}</span>`
    const { address, status, unread, isShown } = account
    const isStuck = needsPerson(account)
    return html`
      <sotto-avatar .peer=${address!} .name=${item.label}></sotto-avatar>
      <span class="who">
        <bdi>${item.label}</bdi>
        <span class="state ${isStuck ? 'needs' : ''}">
          ${isStuck ? html`<sotto-icon name="circle-alert"></sotto-icon>` : html`<span class="dot ${status}"></span>`}
          <span>${statusWords(account)}</span>
        </span>
      </span>
      ${
        unread === 0 || isShown
          ? nothing
          : html`<span><span class="count" aria-hidden="true">${unread}</span><span class="visually-hidden">${CONTACTS.unread(unread)}</span></span>`
      }
      ${isShown ? html`<sotto-icon class="chosen" name="check"></sotto-icon>` : nothing}`
  }

  #onSelect(id: string): void {
    if (id === ADD) return this.#arrange(new OfficeIntentEvent({ do: 'add' }))
    if (id === OUT)
      return this.#arrange(new Event('ask-sign-out', { bubbles: true, composed: true }))
    const account = this.accounts.find(({ address }) => address === id)
    if (account?.address && !account.isShown)
      this.#arrange(new OfficeIntentEvent({ do: 'show', account: account.address }))
  }

  #arrange(event: Event): void {
    this.dispatchEvent(event)
  }
}
customElements.define('sotto-account-menu', SottoAccountMenu)

/** No address begins like these. */
const ADD = '+'
const OUT = '-'

/** What is to be told of an account that is not shown. */
function news(account: AccountHere): readonly string[] {
  const { address, unread } = account
  const name = bare(address!)
  const words = []
  if (unread > 0) words.push(OFFICE.news(name, CONTACTS.unread(unread)))
  if (needsPerson(account)) words.push(OFFICE.news(name, statusWords(account)))
  return words
}
