import { css, html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { IconName } from '../icons.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'

export interface MenuItem {
  readonly id: string
  readonly label: string
  readonly icon: IconName
  /** Set for a checkbox. */
  readonly checked?: boolean
  /** Set where one of several is chosen. */
  readonly chosen?: boolean
  readonly disabled?: boolean
  readonly danger?: boolean
}

/** The person chose the entry with this id. */
export class MenuSelectEvent extends CustomEvent<string> {
  constructor(id: string) {
    super('menu-select', { detail: id })
  }
}

/**
 * A button with a menu under it: the browser's popover, so that a click outside and Escape close it,
 * with arrow keys, Home, End and first letters inside. The slot is what the button shows.
 *
 * @fires menu-select {MenuSelectEvent}
 */
export class SottoMenu extends LitElement {
  static override properties = {
    label: {},
    items: { attribute: false },
    text: {},
    tone: { reflect: true },
    plain: { type: Boolean, reflect: true },
  }

  static override styles = [
    shared,
    css`
      :host {
        display: inline-flex;
      }

      .trigger {
        max-inline-size: 100%;
        min-inline-size: 0;
        padding: 0 var(--gap-3);
        border-color: var(--line);
        border-radius: 999px;
        background: var(--surface);
        font-size: var(--text-s);
      }

      :host([plain]) .trigger {
        inline-size: var(--control);
        padding: 0;
        border-color: transparent;
        background: transparent;
      }

      :host([tone='safe']) .trigger {
        border-color: transparent;
        background: var(--safe-soft);
        color: var(--safe);
      }

      :host([tone='caution']) .trigger {
        border-color: transparent;
        background: var(--caution-soft);
        color: var(--caution);
      }

      :host([tone='danger']) .trigger {
        border-color: transparent;
        background: var(--danger-soft);
        color: var(--danger);
      }

      [popover] {
        inset: auto;
        margin: 0;
        inline-size: max-content;
        max-inline-size: min(20rem, 100vw - 1rem);
        padding: var(--gap-2);
        border: 1px solid var(--line);
        border-radius: var(--round-m);
        background: var(--raised);
        color: var(--ink);
        box-shadow: var(--shadow);
      }

      .text {
        padding: var(--gap-2) var(--gap-3) var(--gap-3);
        margin-block-end: var(--gap-1);
        border-block-end: 1px solid var(--line);
        font-size: var(--text-s);
        color: var(--ink-soft);
      }

      .item {
        inline-size: 100%;
        justify-content: flex-start;
        gap: var(--gap-3);
        padding: var(--gap-2) var(--gap-3);
        border: 0;
        background: transparent;
        font-weight: 400;
        text-align: start;
      }

      .item:hover,
      .item:focus {
        background: color-mix(in srgb, var(--ink) 8%, transparent);
      }

      .item:focus-visible {
        outline-offset: -2px;
      }

      .item .box {
        display: inline-flex;
        flex: none;
        inline-size: 1.25em;
        block-size: 1.25em;
        border: 1.5px solid var(--line-strong);
        border-radius: 0.3em;
      }

      .item[aria-checked='true'] .box {
        border-color: var(--accent);
        background: var(--accent);
        color: var(--on-accent);
        --icon-size: 100%;
      }

      @media (forced-colors: active) {
        .trigger {
          border-color: ButtonBorder !important;
        }
      }
    `,
  ]

  /** Accessible name of the button. */
  declare label: string
  declare items: readonly MenuItem[]
  /** A sentence above the entries. */
  declare text: string
  declare tone: 'plain' | 'safe' | 'caution' | 'danger'
  /** Only an icon, without a frame. */
  declare plain: boolean

  constructor() {
    super()
    this.label = ''
    this.items = []
    this.text = ''
    this.tone = 'plain'
    this.plain = false
  }

  override render() {
    return html`
      <button type="button" class="trigger" aria-haspopup="menu" aria-label=${this.label}
        title=${this.plain ? this.label : nothing} aria-expanded="false" @click=${this.#toggle} @keydown=${this.#onTriggerKey}>
        <slot>${this.front()}</slot>
      </button>
      <div popover @beforetoggle=${this.#onBeforeToggle} @toggle=${this.#onToggle} @keydown=${this.#onKey}>
        ${this.text === '' ? nothing : html`<p class="text" id="text">${this.text}</p>`}
        <div role="menu" aria-label=${this.label} aria-describedby=${this.text === '' ? nothing : 'text'}>
          ${repeat(
            this.items, // Entries come and go while it is open: focus and press stay with theirs.
            ({ id }) => id,
            (item) => this.#item(item),
          )}
        </div>
      </div>`
  }

  #item(item: MenuItem) {
    const { id, checked, chosen, disabled, danger } = item
    const isOn = checked ?? chosen
    const kind = checked === undefined ? 'menuitemradio' : 'menuitemcheckbox'
    return html`
      <button type="button" class="item ${danger ? 'danger' : ''}" tabindex="-1"
        role=${isOn === undefined ? 'menuitem' : kind}
        aria-checked=${isOn === undefined ? nothing : String(isOn)}
        aria-disabled=${disabled ? 'true' : nothing}
        @click=${() => this.#choose(id, disabled === true)}>
        ${this.face(item)}
      </button>`
  }

  /** What the button shows where nothing is slotted. */
  protected front(): unknown {
    return nothing
  }

  /** What an entry shows. */
  protected face({ label, icon, checked }: MenuItem) {
    return html`
      ${
        checked === undefined
          ? html`<sotto-icon name=${icon}></sotto-icon>`
          : html`<span class="box">${checked ? html`<sotto-icon name="check"></sotto-icon>` : nothing}</span>`
      }
      <span>${label}</span>`
  }

  get #popover(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('[popover]')!
  }

  get #trigger(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.trigger')!
  }

  get #entries(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.item')]
  }

  #toggle(): void {
    this.#popover.togglePopover()
  }

  #choose(id: string, disabled: boolean): void {
    if (disabled) return
    this.#popover.hidePopover()
    this.#trigger.focus()
    this.dispatchEvent(new MenuSelectEvent(id))
  }

  #onBeforeToggle(event: ToggleEvent): void {
    if (event.newState === 'open') this.#place()
  }

  #onToggle(event: ToggleEvent): void {
    const isOpen = event.newState === 'open'
    this.#trigger.ariaExpanded = String(isOpen)
    if (isOpen) {
      this.#place()
      this.#entries[0]?.focus()
    } else if (document.activeElement === document.body || this.matches(':focus-within')) {
      // The browser's own way back does not lead through shadow roots.
      this.#trigger.focus()
    }
  }

  /** Under the button, its end flush with the button's, inside the window. */
  #place(): void {
    const trigger = this.#trigger.getBoundingClientRect()
    const { bottom } = trigger
    const width = this.#popover.offsetWidth
    const flush = this.matches(':dir(rtl)') ? trigger.left : trigger.right - width
    const left = Math.min(Math.max(8, flush), innerWidth - width - 8)
    this.#popover.style.top = `${bottom + 6}px`
    this.#popover.style.left = `${Math.max(8, left)}px`
    this.#popover.style.maxHeight = `${Math.max(160, innerHeight - bottom - 14)}px`
  }

  #onTriggerKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    this.#popover.showPopover()
  }

  #onKey(event: KeyboardEvent): void {
    const entries = this.#entries
    const at = entries.indexOf((this.renderRoot as ShadowRoot).activeElement as HTMLElement)
    const next = destination(event.key, at, entries.length)
    if (next !== null) entries[next]?.focus()
    else if (event.key === 'Tab') this.#popover.hidePopover()
    else if (event.key.length === 1 && event.key !== ' ') {
      const letter = event.key.toLowerCase()
      const after = [...entries.slice(at + 1), ...entries.slice(0, at + 1)]
      after.find((entry) => entry.textContent.trim().toLowerCase().startsWith(letter))?.focus()
    } else return
    if (event.key !== 'Tab') event.preventDefault()
  }
}
customElements.define('sotto-menu', SottoMenu)

/** Where a key leads in a ring of `count` entries; `null` for any other key. */
function destination(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count
    case 'ArrowUp':
      return (at - 1 + count) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
