import { css, html, nothing } from 'lit'
import { type Address, type Message, userOf } from '../../chat/index.ts'
import { type Conversation, messageKey, nameOf } from '../app-state.ts'
import { HISTORY } from '../history-words.ts'
import { AppIntentEvent } from '../intents.ts'
import { SEARCH_PAUSE_MS } from '../limits.ts'
import { momentOf, recentOf } from '../time-words.ts'
import { number } from '../wording.ts'
import { CONTACTS } from '../words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** So many are found at most: see `searchHistory` of the client. */
const FOUND_MAX = 200

/**
 * Looks for messages, in one conversation or in all, and leads to them.
 *
 * @fires app-intent {AppIntentEvent} jump
 */
export class SottoSearchDialog extends SottoElement {
  static override properties = {
    conversations: { attribute: false },
    here: {},
    search: { attribute: false },
    onlyHere: { state: true },
    found: { state: true },
    busy: { state: true },
  }

  static override styles = [
    shared,
    css`
      .parts {
        display: grid;
        gap: var(--gap-3);
      }

      .where {
        display: flex;
        align-items: center;
        gap: var(--gap-3);
        cursor: pointer;
      }

      .where input {
        inline-size: 1.125rem;
        block-size: 1.125rem;
        margin: 0;
        accent-color: var(--accent);
      }

      .hit {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 0 var(--gap-3);
        inline-size: 100%;
        min-block-size: 0;
        padding: var(--gap-2);
        border: 0;
        background: transparent;
        font-weight: 400;
        text-align: start;
      }

      .name {
        font-weight: 600;
      }

      .when {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }

      .said {
        grid-column: 1 / -1;
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow-wrap: anywhere;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
    `,
  ]

  declare conversations: ReadonlyMap<Address, Conversation>
  /** The conversation that is open; `null`: search everywhere. */
  declare here: Address | null
  declare search: (text: string, peer: Address | null) => Promise<readonly Message[]>
  declare onlyHere: boolean
  /** `null` before anything was looked for. */
  declare found: readonly Message[] | null
  declare busy: boolean
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Answers to earlier questions are not shown. */
  #question = 0

  constructor() {
    super()
    this.conversations = new Map()
    this.here = null
    this.search = async () => []
    this.onlyHere = true
    this.found = null
    this.busy = false
  }

  show(): void {
    this.renderRoot.querySelector('form')?.reset()
    this.onlyHere = this.here !== null
    this.found = null
    this.#dialog?.show()
  }

  override render() {
    const conversation = this.here === null ? undefined : this.conversations.get(this.here)
    return html`
      <sotto-dialog wide heading=${HISTORY.searchTitle}>
        <form class="parts" role="search" @submit=${this.#onSubmit}>
          <div class="field">
            <label for="text">${HISTORY.searchField}</label>
            <input id="text" type="search" dir="auto" autocomplete="off" maxlength="200" data-first @input=${this.#onInput}>
          </div>
          ${
            conversation === undefined
              ? nothing
              : html`
                <label class="where">
                  <input type="checkbox" .checked=${this.onlyHere} @change=${this.#onScope}>
                  <span>${HISTORY.searchHere(nameOf(conversation))}</span>
                </label>`
          }
          <p class="hint" role="status">${this.#status()}</p>
          <ul aria-label=${HISTORY.results}>${(this.found ?? []).map((message) => html`<li>${this.#hit(message)}</li>`)}</ul>
        </form>
      </sotto-dialog>`
  }

  #status(): string {
    if (this.busy) return HISTORY.searching
    if (this.found === null) return ''
    const count = this.found.length
    return count >= FOUND_MAX ? HISTORY.foundMost(number(FOUND_MAX)) : HISTORY.found(count)
  }

  #hit(message: Message) {
    const { peer, at, text, author, nickname } = message
    const conversation = this.conversations.get(peer)
    const name = conversation === undefined ? userOf(peer) : nameOf(conversation)
    const said = author === 'us' ? CONTACTS.fromYou(text) : text
    return html`
      <button type="button" class="hit" title=${momentOf(at)} @click=${() => this.#go(message)}>
        <bdi class="name">${nickname ?? name}</bdi>
        <span class="when">${recentOf(at, Date.now())}</span>
        <bdi class="said">${said}</bdi>
      </button>`
  }

  get #dialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
  }

  #onInput(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#look(), SEARCH_PAUSE_MS)
  }

  #onScope(event: Event): void {
    this.onlyHere = (event.target as HTMLInputElement).checked
    void this.#look()
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    clearTimeout(this.#timer)
    void this.#look()
  }

  async #look(): Promise<void> {
    const question = ++this.#question
    const text = this.renderRoot.querySelector<HTMLInputElement>('#text')!.value.trim()
    this.busy = text !== ''
    const found = text === '' ? null : await this.search(text, this.onlyHere ? this.here : null)
    if (question !== this.#question) return
    this.found = found
    this.busy = false
  }

  #go(message: Message): void {
    this.#dialog?.close()
    const jump = { do: 'jump', peer: message.peer, key: messageKey(message) } as const
    this.dispatchEvent(new AppIntentEvent(jump))
  }
}
customElements.define('sotto-search-dialog', SottoSearchDialog)
