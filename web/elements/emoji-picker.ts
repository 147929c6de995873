import { css, html, nothing, type PropertyValues } from 'lit'
import {
  EMOJI_GROUPS,
  type Emoji,
  type EmojiGroup,
  findEmoji,
  loadEmoji,
  RecentEmoji,
} from '../emoji.ts'
import { EMOJI } from '../emoji-words.ts'
import { language } from '../language.ts'
import { EmojiChosenEvent } from './emoji-button.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** Emoji in one row of the grid. */
const COLUMNS = 8

/** One emoji of each kind, to stand for it. */
const FACE: Record<EmojiGroup | 'recent', string> = {
  recent: '🕘',
  people: '😀',
  nature: '🐻',
  food: '🍔',
  places: '✈️',
  activities: '⚽',
  objects: '💡',
  symbols: '💬',
  flags: '🏳️',
}

/**
 * Emoji by kind or by name, in a grid that arrow keys walk.
 *
 * @fires emoji-chosen {EmojiChosenEvent}
 */
export class SottoEmojiPicker extends SottoElement {
  static override properties = {
    all: { state: true },
    kind: { state: true },
    typed: { state: true },
    at: { state: true },
    failed: { state: true },
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-rows: auto auto minmax(0, 1fr);
        gap: var(--gap-2);
        block-size: 100%;
      }

      input {
        min-inline-size: 0;
      }

      .kinds {
        display: flex;
        justify-content: space-between;
      }

      .kinds button,
      td button {
        inline-size: 100%;
        min-inline-size: 0;
        min-block-size: 2.25rem;
        padding: 0;
        border: 0;
        background: transparent;
        font-size: 1.25rem;
      }

      .kinds button {
        font-size: 1rem;
        filter: grayscale(1);
      }

      .kinds button[aria-pressed='true'] {
        background: var(--accent-soft);
        filter: none;
      }

      .scroll {
        overflow-y: auto;
      }

      table {
        inline-size: 100%;
        table-layout: fixed;
        border-spacing: 0;
      }

      td {
        padding: 0;
      }

      td button:hover,
      td button:focus {
        background: color-mix(in srgb, var(--ink) 8%, transparent);
      }

      td button:focus-visible {
        outline-offset: -2px;
      }
    `,
  ]

  declare all: readonly Emoji[]
  declare kind: EmojiGroup | 'recent'
  declare typed: string
  /** Where the keyboard is in the grid. */
  declare at: number
  declare failed: boolean
  readonly #recent = new RecentEmoji(localStorage)

  constructor() {
    super()
    this.all = []
    this.kind = this.#recent.list().length === 0 ? 'people' : 'recent'
    this.typed = ''
    this.at = 0
    this.failed = false
    loadEmoji(language()).then(
      (all) => {
        this.all = all
      },
      () => {
        this.failed = true
      },
    )
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector('input')?.focus()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('kind') || changed.has('typed')) this.at = 0
  }

  override render() {
    const shown = this.#shown
    return html`
      <div class="field">
        <input type="search" aria-label=${EMOJI.search} placeholder=${EMOJI.search} dir="auto" autocomplete="off" maxlength="50"
          @input=${(event: Event) => {
            this.typed = (event.target as HTMLInputElement).value
          }} @keydown=${this.#onFieldKey}>
      </div>
      <div class="kinds" role="group" aria-label=${EMOJI.groups}>${(['recent', ...EMOJI_GROUPS] as const).map((kind) => this.#kind(kind))}</div>
      <div class="scroll">
        ${this.failed ? html`<p class="fault" role="alert">${EMOJI.failed}</p>` : nothing}
        <p class="soft" role="status">${this.typed.trim() !== '' && shown.length === 0 && this.all.length > 0 ? EMOJI.none : nothing}</p>
        ${shown.length === 0 ? nothing : this.#grid(shown)}
      </div>`
  }

  get #shown(): readonly Emoji[] {
    if (this.typed.trim() !== '') return findEmoji(this.all, this.typed)
    if (this.kind !== 'recent') return this.all.filter(({ group }) => group === this.kind)
    const byText = new Map(this.all.map((emoji) => [emoji.unicode, emoji]))
    return this.#recent.list().flatMap((unicode) => byText.get(unicode) ?? [])
  }

  #kind(kind: EmojiGroup | 'recent') {
    const isShown = kind === this.kind && this.typed.trim() === ''
    return html`
      <button type="button" aria-label=${EMOJI[kind]} title=${EMOJI[kind]} aria-pressed=${String(isShown)} @click=${() => {
        this.kind = kind
        this.typed = ''
        this.renderRoot.querySelector('input')!.value = ''
      }}>${FACE[kind]}</button>`
  }

  #grid(shown: readonly Emoji[]) {
    const rows = Array.from({ length: Math.ceil(shown.length / COLUMNS) }, (_, row) =>
      shown.slice(row * COLUMNS, (row + 1) * COLUMNS),
    )
    return html`
      <table role="grid" aria-label=${this.typed.trim() === '' ? EMOJI[this.kind] : EMOJI.search} @keydown=${this.#onKey}>
        ${rows.map(
          (row, y) =>
            html`<tr role="row">${row.map(({ unicode, label }, x) => {
              const at = y * COLUMNS + x
              return html`
                <td role="gridcell">
                  <button type="button" tabindex=${at === this.at ? 0 : -1} aria-label=${label} title=${label}
                    @click=${() => this.#choose(unicode)} @focus=${() => {
                      this.at = at
                    }}>${unicode}</button>
                </td>`
            })}</tr>`,
        )}
      </table>`
  }

  #choose(unicode: string): void {
    this.#recent.add(unicode)
    this.dispatchEvent(new EmojiChosenEvent(unicode))
  }

  /** Enter takes the first that was found; down goes to the grid. */
  #onFieldKey(event: KeyboardEvent): void {
    const [first] = this.#shown
    if (event.key === 'Enter' && first !== undefined && !event.isComposing)
      this.#choose(first.unicode)
    else if (event.key === 'ArrowDown') this.#focusCell(0)
    else return
    event.preventDefault()
  }

  #onKey(event: KeyboardEvent): void {
    const forward = this.matches(':dir(rtl)') ? -1 : 1
    const last = this.#shown.length - 1
    const next = {
      ArrowRight: this.at + forward,
      ArrowLeft: this.at - forward,
      ArrowDown: this.at + COLUMNS,
      ArrowUp: this.at - COLUMNS,
      Home: this.at - (this.at % COLUMNS),
      End: Math.min(last, this.at - (this.at % COLUMNS) + COLUMNS - 1),
    }[event.key]
    if (next === undefined) return
    event.preventDefault()
    if (next < 0) this.renderRoot.querySelector('input')?.focus()
    else if (next <= last) this.#focusCell(next)
  }

  #focusCell(at: number): void {
    this.at = at
    this.renderRoot.querySelectorAll<HTMLElement>('td button')[at]?.focus()
  }
}
customElements.define('sotto-emoji-picker', SottoEmojiPicker)
