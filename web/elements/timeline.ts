import { html, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { RoomMember } from '../../chat/index.ts'
import { type Conversation, keyOf } from '../app-state.ts'
import { HISTORY } from '../history-words.ts'
import { AppIntentEvent, type ChatIntent, ChatIntentEvent } from '../intents.ts'
import { ROWS_AHEAD } from '../limits.ts'
import { around, type Drawn, drawnOf, movedDown, movedUp, type WindowStart } from '../row-window.ts'
import { rowsOf } from '../timeline-rows.ts'
import { CHAT } from '../words.ts'
import { holdPress } from './held-press.ts'
import './icon.ts'
import { SeenRows } from './seen-rows.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'
import { rowTemplate } from './timeline-row.ts'
import { timelineStyles } from './timeline-styles.ts'

/** Closer to the end than this counts as being at the end, in pixels. */
const NEAR_END = 48

/** A row, and how far down in what is seen it is, in pixels. */
interface Anchor {
  readonly row: Element
  readonly top: number
}

/**
 * The messages and notices of a conversation. A log: what the peer writes is read out as it comes;
 * own messages and receipts are not. It stays at the end while the reader is there. Of very many rows
 * those around the reader are drawn; older ones are asked for when the reader comes near.
 *
 * @fires chat-intent {ChatIntentEvent} displayed, loadEarlier, askResend, deleteMessage
 * @fires app-intent {AppIntentEvent} jumped
 */
export class SottoTimeline extends SottoElement {
  static override properties = {
    conversation: { attribute: false },
    name: {},
    attentive: { type: Boolean },
    covered: { type: Boolean },
    smileys: { type: Boolean },
    alone: { type: Boolean },
    jump: {},
    start: { state: true },
    away: { state: true },
    current: { state: true },
    sought: { state: true },
  }

  static override styles = [shared, timelineStyles]

  declare conversation: Conversation
  declare name: string
  /** Somebody looks at the window. */
  declare attentive: boolean
  /** A card already says what the newest alert says. */
  declare covered: boolean
  declare smileys: boolean
  declare alone: boolean
  /** Key of the message that is to be shown. */
  declare jump: string | null
  declare start: WindowStart
  declare away: boolean
  declare current: string | null
  declare sought: string | null
  readonly #seen = new SeenRows(this, (id) => this.#intend({ do: 'displayed', id }))
  /** The message that is looked for in the past. */
  #seeking: string | null = null
  /** It is among the rows, and not yet brought before the reader. */
  #found: string | null = null
  #openedAt = 0
  /** Where the reader was, in pixels from the top. */
  #top = 0
  /** The conversation as it was drawn last. */
  #before: Conversation | null = null
  #drawn: Drawn = { entries: [], isMoreAbove: false, isMoreBelow: false }
  /** A row that stays where it is while others come and go. */
  #anchor: Anchor | null = null
  /** What the reader had before them when they scrolled last, and how wide it was. */
  #place: Anchor | null = null
  #width = 0

  constructor() {
    super()
    this.name = ''
    this.attentive = false
    this.covered = false
    this.smileys = false
    this.alone = false
    this.jump = null
    this.start = null
    this.away = false
    this.current = null
    this.sought = null
  }

  override focus(): void {
    void this.updateComplete.then(() => this.#scroll.focus({ preventScroll: true }))
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const { conversation } = this
    if (this.#before?.peer !== conversation.peer) {
      this.start = null
      this.away = false
      this.current = null
      this.sought = null
      this.#openedAt = Date.now()
      this.#seen.reset()
    }
    if (changed.has('jump')) this.#seeking = this.jump
    if (this.#seeking !== null) this.#seek(this.#seeking)
    const { timeline, deleted } = conversation
    const shown =
      deleted.size === 0 ? timeline : timeline.filter((entry) => !deleted.has(keyOf(entry)))
    this.#drawn = drawnOf(shown, this.start)
    this.#anchor = this.away && this.hasUpdated ? this.#firstOnScreen() : null
  }

  override updated(): void {
    const { timeline } = this.conversation
    const before = this.#before?.peer === this.conversation.peer ? this.#before.timeline : timeline
    this.#before = this.conversation
    const last = timeline.at(-1)
    const isOwn =
      (last?.kind === 'message' && last.message.author === 'us') ||
      (last?.kind === 'file' && last.transfer.direction === 'out')
    if (isOwn && last !== before.at(-1) && before.length < timeline.length) {
      this.start = null
      this.away = false
    }
    this.#watch()
    void this.#settle()
  }

  override firstUpdated(): void {
    // The window and the composer change in size; where it is the width, lines break elsewhere.
    const grown = new ResizeObserver(() => {
      const { clientWidth } = this.#scroll
      if (!this.away) this.#toEnd()
      else if (clientWidth !== this.#width) this.#bringBack(this.#place)
      this.#width = clientWidth
    })
    grown.observe(this.#scroll)
    grown.observe(this.renderRoot.querySelector('.inner')!)
  }

  override render() {
    const { conversation, name } = this
    const rows = rowsOf(this.#drawn.entries, conversation.newFrom)
    const context = {
      name,
      privacy: conversation.privacy.state,
      openedAt: this.#openedAt,
      covered: this.covered,
      asked: conversation.asked,
      ambiguous: ambiguousOf(conversation.room?.members ?? []),
      current: this.current,
      sought: this.sought,
      smileys: this.smileys,
      alone: this.alone,
    }
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${CHAT.history(name)}
        @scroll=${this.#onScroll} @keydown=${this.#onKey} @pointerdown=${holdPress}>
        <div class="inner">
          ${
            conversation.past === 'loading'
              ? html`<p class="loading" role="status">${HISTORY.loading}</p>`
              : this.#drawn.isMoreAbove
                ? html`<button type="button" class="small earlier" @click=${this.#up}>${CHAT.earlier}</button>`
                : nothing
          }
          ${rows.length === 0 ? html`<p class="empty soft">${CHAT.noMessages}</p>` : nothing}
          <div role="log" aria-label=${CHAT.messagesWith(name)}>
            <ol @focusin=${this.#onFocus}>${repeat(
              rows,
              ({ key }) => key,
              (row) => rowTemplate(row, context),
            )}</ol>
          </div>
          <p class="composing">${conversation.composing ? CHAT.composing(name) : nothing}</p>
        </div>
      </div>
      ${
        this.away
          ? html`<button type="button" class="small latest" @click=${this.#toLatest}>
              <sotto-icon name="arrow-down"></sotto-icon>${CHAT.latest}</button>`
          : nothing
      }`
  }

  get #scroll(): HTMLElement {
    return this.renderRoot.querySelector<HTMLElement>('.scroll')!
  }

  get #rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('li[data-key]')]
  }

  /** Where the reader is once the bubbles have drawn themselves, which they do after their list. */
  async #settle(): Promise<void> {
    const anchor = this.#anchor
    const bubbles = this.renderRoot.querySelectorAll<SottoElement>('sotto-message')
    await Promise.all([...bubbles].map((bubble) => bubble.updateComplete))
    if (this.#found !== null) return this.#showFound(this.#found)
    if (!this.away) this.#toEnd()
    else this.#bringBack(anchor)
    this.#fill()
  }

  #toEnd(): void {
    this.#scroll.scrollTop = this.#scroll.scrollHeight
  }

  #toLatest(): void {
    this.start = null
    this.away = false
    this.#scroll.focus()
  }

  #onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight, clientWidth } = this.#scroll
    if (clientWidth !== this.#width) return // It was not the reader: see what observes the size.
    const isAtEnd = scrollHeight - scrollTop - clientHeight <= NEAR_END
    // Only a reader goes up. Messages that grow below leave the end without anybody's wish.
    if (isAtEnd && !this.#drawn.isMoreBelow) {
      this.away = false
      this.start = null
    } else if (scrollTop < this.#top) this.away = true
    this.#top = scrollTop
    if (this.away) this.#place = this.#firstOnScreen()
    this.#fill()
  }

  /** Draws, or asks for, what the reader comes near to. */
  #fill(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll
    const { timeline, past, contact } = this.conversation
    if (
      this.away &&
      scrollHeight - scrollTop - clientHeight < ROWS_AHEAD &&
      this.#drawn.isMoreBelow
    )
      this.start = movedDown(timeline, this.start)
    else if (scrollTop > ROWS_AHEAD) return
    else if (this.#drawn.isMoreAbove) {
      if (this.away) this.#up()
    } else if (past === 'more' && contact !== null && timeline.length > 0)
      this.#intend({ do: 'loadEarlier' })
  }

  #up(): void {
    this.away = true
    this.start = movedUp(this.conversation.timeline, this.start)
  }

  /** Brings the message into what is drawn, or gets more of the past in which it may be. */
  #seek(key: string): void {
    const { timeline, past } = this.conversation
    if (timeline.some((entry) => keyOf(entry) === key)) {
      this.start = around(timeline, key)
      this.away = true
      this.sought = key
      this.#seeking = null
      this.#found = key
    } else if (past === 'more') this.#intend({ do: 'loadEarlier' })
    else if (past === 'complete') this.dispatchEvent(new AppIntentEvent({ do: 'jumped' }))
  }

  #showFound(key: string): void {
    this.#found = null
    const row = this.#rows.find(({ dataset }) => dataset['key'] === key)
    row?.scrollIntoView({ block: 'center' })
    row?.focus({ preventScroll: true })
    this.#top = this.#scroll.scrollTop
    this.dispatchEvent(new AppIntentEvent({ do: 'jumped' }))
  }

  /** The first row that begins there, or the one that is all that is seen. */
  #firstOnScreen(): Anchor | null {
    const rows = this.#rows.map((row) => ({ row, top: this.#depthOf(row) }))
    const { clientHeight } = this.#scroll
    const begins = rows.find(({ top }) => top >= 0 && top < clientHeight)
    return begins ?? rows.findLast(({ top }) => top < 0) ?? null
  }

  #bringBack(anchor: Anchor | null): void {
    if (anchor?.row.isConnected) this.#scroll.scrollTop += this.#depthOf(anchor.row) - anchor.top
  }

  #depthOf(row: Element): number {
    return row.getBoundingClientRect().top - this.#scroll.getBoundingClientRect().top
  }

  /** Rooms are never told who has seen what. */
  #watch(): void {
    const { conversation } = this
    const isTold = conversation.privacy.state !== 'room' && conversation.contact !== null
    const ids = new Map<Element, string>()
    const byKey = new Map(this.#drawn.entries.map((entry) => [keyOf(entry), entry]))
    for (const row of isTold ? this.#rows : []) {
      const entry = byKey.get(row.dataset['key']!)
      if (entry?.kind === 'message' && entry.message.author === 'peer')
        ids.set(row, entry.message.id)
    }
    this.#seen.watch(this.#scroll, ids, this.attentive)
  }

  #onFocus(event: FocusEvent): void {
    const row = (event.target as Element).closest<HTMLElement>('li[data-key]')
    this.current = row?.dataset['key'] ?? null
  }

  /** Arrows go from message to message; Tab then leads to what can be done with it. */
  #onKey(event: KeyboardEvent): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    const rows = this.#rows
    if (step === undefined || rows.length === 0) return
    const at = rows.findIndex(({ dataset }) => dataset['key'] === this.current)
    const next = at === -1 ? rows.length - 1 : Math.min(Math.max(0, at + step), rows.length - 1)
    rows[next]!.focus()
    event.preventDefault()
  }

  #intend(intent: ChatIntent): void {
    this.dispatchEvent(new ChatIntentEvent(intent))
  }
}
customElements.define('sotto-timeline', SottoTimeline)

function ambiguousOf(members: readonly RoomMember[]): ReadonlySet<string> {
  return new Set(members.filter(({ isNameShared }) => isNameShared).map(({ address }) => address))
}
