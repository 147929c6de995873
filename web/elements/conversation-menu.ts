import { css, html } from 'lit'
import type { HistoryRule } from '../../chat/index.ts'
import { type Conversation, isRoom, nameOf } from '../app-state.ts'
import { BLOCK } from '../block-words.ts'
import { HISTORY, HISTORY_RULE } from '../history-words.ts'
import { type ChatIntent, ChatIntentEvent } from '../intents.ts'
import { ROOM } from '../room-words.ts'
import { CHAT } from '../words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import './icon.ts'
import './menu.ts'
import type { MenuItem, MenuSelectEvent } from './menu.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

const RULES = ['automatic', 'keep', 'session', 'never'] as const satisfies readonly HistoryRule[]

/**
 * What can be done with a conversation, beside its encryption, and the questions that come before.
 *
 * @fires chat-intent {ChatIntentEvent} open, close, rename, remove, mute, history, clearHistory
 * @fires open-search {Event} Bubbles; composed, as the next.
 * @fires open-export {Event}
 */
export class SottoConversationMenu extends SottoElement {
  static override properties = { conversation: { attribute: false }, rule: { state: true } }

  static override styles = [
    shared,
    css`
      :host {
        display: inline-flex;
      }

      form,
      fieldset,
      .ask {
        display: grid;
        gap: var(--gap-4);
      }

      legend {
        margin-block-end: var(--gap-3);
      }

      .actions {
        justify-content: flex-end;
      }

      .choice {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 var(--gap-3);
      }

      .choice input {
        inline-size: 1.125rem;
        block-size: 1.125rem;
        margin: 0.15rem 0 0;
        accent-color: var(--accent);
      }

      .choice .hint {
        grid-column: 2;
      }
    `,
  ]

  declare conversation: Conversation
  /** The choice in the dialog, not saved yet. */
  declare rule: HistoryRule

  constructor() {
    super()
    this.rule = 'automatic'
  }

  override render() {
    const name = nameOf(this.conversation)
    return html`
      <sotto-menu plain label=${CHAT.options} .items=${this.#items()} @menu-select=${this.#onSelect}>
        <sotto-icon name="ellipsis-vertical"></sotto-icon>
      </sotto-menu>
      <sotto-dialog id="rename" heading=${CHAT.renameTitle(name)}>
        <form @submit=${this.#rename}>
          <div class="field">
            <label for="name">${CHAT.newName}</label>
            <input id="name" name="name" required maxlength="64" autocomplete="off" data-first .value=${name}>
          </div>
          <div class="actions">
            <button type="button" class="quiet" @click=${this.#closeDialogs}>${CHAT.keep}</button>
            <button class="primary" type="submit">${CHAT.save}</button>
          </div>
        </form>
      </sotto-dialog>
      <sotto-dialog id="history" heading=${HISTORY.keepingTitle(name)}>${this.#rules()}</sotto-dialog>
      <sotto-dialog id="clear" heading=${HISTORY.clearTitle(name)}>
        <div class="ask">
          <p>${HISTORY.clearSure}</p>
          <p>${HISTORY.clearLeaves(name)}</p>
          <div class="actions">
            <button type="button" data-first @click=${this.#closeDialogs}>${HISTORY.cancel}</button>
            <button type="button" class="danger" @click=${() => this.#finish({ do: 'clearHistory' })}>${HISTORY.clearAction}</button>
          </div>
        </div>
      </sotto-dialog>
      <sotto-dialog id="remove" heading=${CHAT.removeTitle(name)}>
        <div class="ask">
          <p>${CHAT.removeSure(name)}</p>
          <div class="actions">
            <button type="button" data-first @click=${this.#closeDialogs}>${CHAT.keep}</button>
            <button type="button" class="danger" @click=${() => this.#finish({ do: 'remove' })}>${CHAT.removeConfirm}</button>
          </div>
        </div>
      </sotto-dialog>`
  }

  #rules() {
    return html`
      <form @submit=${this.#saveRule}>
        <fieldset>
          <legend>${HISTORY.keepingField}</legend>
          ${RULES.map((rule) => {
            const [label, sentence] = HISTORY_RULE[rule]
            return html`
              <div class="choice">
                <input type="radio" name="rule" id=${rule} value=${rule} aria-describedby="about-${rule}"
                  ?data-first=${rule === this.rule} .checked=${rule === this.rule} @change=${() => {
                    this.rule = rule
                  }}>
                <label for=${rule}>${label}</label>
                <p class="hint" id="about-${rule}">${sentence}</p>
              </div>`
          })}
        </fieldset>
        <p class="warning" role="status">${this.rule === this.#ruleNow || this.rule === 'keep' ? '' : HISTORY.keepingLoses}</p>
        <div class="actions">
          <button type="button" class="quiet" @click=${this.#closeDialogs}>${HISTORY.cancel}</button>
          <button class="primary" type="submit">${HISTORY.save}</button>
        </div>
      </form>`
  }

  get #ruleNow(): HistoryRule {
    return this.conversation.contact?.history ?? 'automatic'
  }

  #items(): readonly MenuItem[] {
    const { contact, open } = this.conversation
    const hasRoom = isRoom(this.conversation)
    const closing: MenuItem = hasRoom
      ? { id: 'close', label: ROOM.leave, icon: 'log-out', disabled: !open }
      : { id: 'close', label: CHAT.close, icon: 'x', disabled: !open }
    if (contact === null) return [closing]
    return [
      { id: 'search', label: HISTORY.search, icon: 'search' },
      { id: 'mute', label: HISTORY.mute, icon: 'bell-off', checked: contact.muted ?? false },
      { id: 'history', label: HISTORY.keeping, icon: 'rotate-ccw-clock' },
      { id: 'export', label: HISTORY.export, icon: 'download' },
      { id: 'rename', label: CHAT.rename, icon: 'pencil' },
      closing,
      { id: 'clear', label: HISTORY.clear, icon: 'eraser', danger: true },
      { id: 'block', label: BLOCK.action, icon: 'ban', danger: true },
      { id: 'remove', label: CHAT.remove, icon: 'trash', danger: true },
    ]
  }

  #onSelect({ detail }: MenuSelectEvent): void {
    if (detail === 'close') this.#intend({ do: 'close' })
    else if (detail === 'block') this.#intend({ do: 'block' })
    else if (detail === 'mute')
      this.#intend({ do: 'mute', on: !(this.conversation.contact?.muted ?? false) })
    else if (detail === 'search' || detail === 'export')
      this.dispatchEvent(new Event(`open-${detail}`, { bubbles: true, composed: true }))
    else void this.show(detail)
  }

  /** Opens the dialog with this id: rename, history, clear, remove. */
  async show(id: string): Promise<void> {
    this.rule = this.#ruleNow
    await this.updateComplete
    this.renderRoot.querySelector<SottoDialog>(`#${id}`)?.show()
  }

  #rename(event: SubmitEvent): void {
    event.preventDefault()
    const name = new FormData(event.currentTarget as HTMLFormElement).get('name')
    this.#finish({ do: 'rename', name: String(name).trim() })
  }

  #saveRule(event: SubmitEvent): void {
    event.preventDefault()
    if (this.rule === this.#ruleNow) this.#closeDialogs()
    else this.#finish({ do: 'history', rule: this.rule })
  }

  #finish(intent: ChatIntent): void {
    this.#closeDialogs()
    this.#intend(intent)
  }

  #closeDialogs(): void {
    for (const dialog of this.renderRoot.querySelectorAll<SottoDialog>('sotto-dialog'))
      dialog.close()
  }

  #intend(intent: ChatIntent): void {
    this.dispatchEvent(new ChatIntentEvent(intent))
  }
}
customElements.define('sotto-conversation-menu', SottoConversationMenu)
