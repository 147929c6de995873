import { css, html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { Notice } from '../../chat/index.ts'
import type { Entry } from '../app-state.ts'
import type { IconName } from '../icons.ts'
import { ROWS_DRAWN } from '../limits.ts'
import { dividerOf, momentOf, timeOf } from '../time-words.ts'
import { type Row, rowsOf } from '../timeline-rows.ts'
import { CHAT } from '../words.ts'
import './icon.ts'
import './message.ts'
import { shared } from './shared-styles.ts'

const NOTICE_ICON: Record<Notice['tone'], IconName> = {
  status: 'info',
  warning: 'circle-alert',
  alert: 'shield-alert',
}

/** Closer to the end than this counts as being at the end, in pixels. */
const NEAR_END = 48

/**
 * The messages and notices of a conversation. A log: what the peer writes is read out as it comes;
 * own messages and receipts are not. It stays at the end while the reader is there.
 */
export class SottoTimeline extends LitElement {
  static override properties = {
    timeline: { attribute: false },
    peer: {},
    name: {},
    composing: { type: Boolean },
    covered: { type: Boolean },
    drawn: { state: true },
    away: { state: true },
  }

  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: block;
        min-block-size: 0;
      }

      .scroll {
        block-size: 100%;
        overflow-y: auto;
        padding: var(--gap-4) var(--gap-5) var(--gap-1);
        overflow-anchor: none;
      }

      .scroll:focus-visible {
        outline-offset: -2px;
      }

      @media (max-width: 45rem) {
        .scroll {
          padding: var(--gap-3) var(--gap-3) 0;
        }
      }

      .inner {
        display: flex;
        flex-direction: column;
        justify-content: flex-end;
        min-block-size: 100%;
        max-inline-size: 56rem;
        margin-inline: auto;
      }

      li {
        margin-block-start: var(--gap-3);
      }

      li.continues {
        margin-block-start: 0.1875rem;
      }

      .day {
        display: flex;
        align-items: center;
        gap: var(--gap-3);
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .day::before,
      .day::after {
        content: '';
        flex: 1;
        border-block-start: 1px solid var(--line);
      }

      .notice {
        display: flex;
        align-items: flex-start;
        justify-content: center;
        gap: var(--gap-2);
        max-inline-size: 36rem;
        margin-inline: auto;
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-align: start;
        --icon-size: 1.2em;
      }

      .notice p {
        text-wrap: pretty;
        overflow-wrap: anywhere;
      }

      .notice.warning,
      .notice.alert {
        inline-size: fit-content;
        padding: var(--gap-2) var(--gap-3);
        border-radius: var(--round-m);
      }

      .notice.warning {
        background: var(--caution-soft);
        color: var(--caution);
      }

      .notice.alert {
        border: 1px solid var(--danger);
        background: var(--danger-soft);
        color: var(--danger);
      }

      .notice time {
        flex: none;
        opacity: 0.9;
      }

      .empty {
        margin-block: auto;
        text-align: center;
      }

      .earlier {
        align-self: center;
      }

      .composing {
        min-block-size: 1.5rem;
        margin-block-start: var(--gap-2);
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .latest {
        position: absolute;
        inset-block-end: var(--gap-3);
        inset-inline: 0;
        inline-size: fit-content;
        margin-inline: auto;
        border-radius: 999px;
        box-shadow: var(--shadow);
      }
    `,
  ]

  declare timeline: readonly Entry[]
  declare peer: string
  declare name: string
  declare composing: boolean
  /** A card already says what the newest alert says. */
  declare covered: boolean
  declare drawn: number
  declare away: boolean
  /** Alerts from before this conversation was opened are not announced again. */
  #openedAt = 0
  /** Where the reader was, in pixels from the top. */
  #top = 0

  constructor() {
    super()
    this.timeline = []
    this.peer = ''
    this.name = ''
    this.composing = false
    this.covered = false
    this.drawn = ROWS_DRAWN
    this.away = false
  }

  override focus(): void {
    this.#scroll.focus({ preventScroll: true })
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('peer')) return
    this.drawn = ROWS_DRAWN
    this.away = false
    this.#openedAt = Date.now()
  }

  override updated(changed: Map<string, unknown>): void {
    const last = this.timeline.at(-1)
    const isOwn = last?.kind === 'message' && last.message.author === 'us'
    const before = changed.get('timeline') as readonly Entry[] | undefined
    const isNew = before !== undefined && before.length < this.timeline.length
    if (!this.away || (isOwn && isNew)) this.#toEnd()
  }

  override firstUpdated(): void {
    // Bubbles draw themselves after their list has; the window and the composer change in size.
    const grown = new ResizeObserver(() => {
      if (!this.away) this.#toEnd()
    })
    grown.observe(this.#scroll)
    grown.observe(this.renderRoot.querySelector('.inner')!)
  }

  override render() {
    const rows = rowsOf(this.timeline, this.drawn)
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${CHAT.history(this.name)} @scroll=${this.#onScroll}>
        <div class="inner">
          ${
            this.timeline.length > this.drawn
              ? html`<button type="button" class="small earlier" @click=${this.#earlier}>${CHAT.earlier}</button>`
              : nothing
          }
          ${rows.length === 0 ? html`<p class="empty soft">${CHAT.noMessages}</p>` : nothing}
          <div role="log" aria-label=${CHAT.messagesWith(this.name)}>
            <ol>${repeat(
              rows,
              ({ key }) => key,
              (row) => rowTemplate(row, this.covered ? Number.POSITIVE_INFINITY : this.#openedAt),
            )}</ol>
          </div>
          <p class="composing">${this.composing ? CHAT.composing(this.name) : nothing}</p>
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

  #toEnd(): void {
    this.#scroll.scrollTop = this.#scroll.scrollHeight
  }

  #toLatest(): void {
    this.away = false
    this.#scroll.focus()
  }

  #onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll
    const isAtEnd = scrollHeight - scrollTop - clientHeight <= NEAR_END
    // Only a reader goes up. Messages that grow below leave the end without anybody's wish.
    if (isAtEnd) this.away = false
    else if (scrollTop < this.#top) this.away = true
    this.#top = scrollTop
  }

  async #earlier(): Promise<void> {
    const below = this.#scroll.scrollHeight - this.#scroll.scrollTop
    this.drawn += ROWS_DRAWN
    await this.updateComplete
    this.#scroll.scrollTop = this.#scroll.scrollHeight - below
  }
}
customElements.define('sotto-timeline', SottoTimeline)

/** @param announceFrom - alerts since then are announced at once */
function rowTemplate(row: Row, announceFrom: number) {
  switch (row.kind) {
    case 'day':
      return html`<li class="day" aria-live="off">${dividerOf(row.at, Date.now())}</li>`
    case 'notice':
      return html`<li>${noticeTemplate(row.notice, row.notice.at >= announceFrom)}</li>`
    case 'message':
      return html`
        <li class=${row.continues ? 'continues' : nothing} aria-live=${row.message.author === 'us' ? 'off' : nothing}>
          <sotto-message .message=${row.message} ?continued=${row.continued}></sotto-message>
        </li>`
  }
}

/** Framed and marked with an icon, so that no message can be mistaken for one. */
function noticeTemplate({ sentence, tone, at }: Notice, isFresh: boolean) {
  return html`
    <div class="notice ${tone}" role=${tone === 'alert' && isFresh ? 'alert' : nothing} title=${momentOf(at)}>
      <sotto-icon name=${NOTICE_ICON[tone]}></sotto-icon>
      <p><span class="visually-hidden">${CHAT.notice}: </span>${sentence}</p>
      <time datetime=${new Date(at).toISOString()}>${timeOf(at)}</time>
    </div>`
}
