import { css, html } from 'lit'
import type { Contact, Privacy } from '../../chat/index.ts'
import { ENCRYPTION, hasVerifiedKey, privacySentence } from '../encryption-words.ts'
import { HISTORY } from '../history-words.ts'
import { type ChatIntent, ChatIntentEvent } from '../intents.ts'
import { PRIVACY_LOOK } from '../privacy-look.ts'
import { ROOM } from '../room-words.ts'
import { PRIVACY_LABEL } from '../words.ts'
import './icon.ts'
import './menu.ts'
import type { MenuItem, MenuSelectEvent } from './menu.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Says how the conversation is protected, in shape and words, and holds everything to be done about it.
 *
 * @fires chat-intent {ChatIntentEvent} startOtr, stopOtr, always
 * @fires open-verify {Event}
 * @fires open-keys {Event}
 * @fires open-keeping {Event}
 */
export class SottoEncryptionButton extends SottoElement {
  static override properties = {
    privacy: { attribute: false },
    name: {},
    contact: { attribute: false },
    self: { type: Boolean },
  }

  static override styles = [
    shared,
    css`
      :host {
        display: inline-flex;
        min-inline-size: 0;
      }

      sotto-menu {
        min-inline-size: 0;
      }

      .label {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .chevron {
        --icon-size: 1em;
      }
    `,
  ]

  declare privacy: Privacy
  declare name: string
  /** `null` for who is none: only contacts have settings of their own. */
  declare contact: Contact | null
  /** The other devices of the account itself. */
  declare self: boolean

  constructor() {
    super()
    this.name = ''
    this.contact = null
    this.self = false
  }

  override render() {
    const label = PRIVACY_LABEL[this.privacy.state]
    const look = PRIVACY_LOOK[this.privacy.state]
    return html`
      <sotto-menu label=${ENCRYPTION.button(label)} tone=${look.tone} .items=${this.#items()}
        text=${privacySentence(this.privacy, this.name, this.self, hasVerifiedKey(this.contact))} @menu-select=${this.#onSelect}>
        <sotto-icon name=${look.icon} ?spin=${look.spin}></sotto-icon>
        <span class="label">${label}</span>
        <sotto-icon class="chevron" name="chevron-down"></sotto-icon>
      </sotto-menu>`
  }

  #items(): readonly MenuItem[] {
    const { state } = this.privacy
    const who = this.self ? null : this.name
    if (state === 'room')
      return [{ id: 'never', label: ROOM.open, icon: 'lock-open', disabled: true }]
    const items: MenuItem[] = []
    if (state === 'unverified' || state === 'verified' || state === 'keyChanged')
      items.push({ id: 'verify', label: ENCRYPTION.verify(who), icon: 'shield-check' })
    items.push(inWords(START[state]))
    const stop = STOP[state]
    if (stop !== null) items.push({ ...inWords(stop), disabled: this.#isAlways })
    if (this.contact !== null)
      items.push(
        {
          id: 'always',
          label: ENCRYPTION.always(who),
          icon: 'lock',
          checked: this.#isAlways,
        },
        { id: 'keeping', label: HISTORY.keeping, icon: 'rotate-ccw-clock' },
      )
    items.push({ id: 'keys', label: ENCRYPTION.keys, icon: 'key-round' })
    return items
  }

  get #isAlways(): boolean {
    return this.contact?.alwaysOtr ?? false
  }

  #onSelect({ detail }: MenuSelectEvent): void {
    const intent = (intent: ChatIntent) => this.dispatchEvent(new ChatIntentEvent(intent))
    if (detail === 'verify') this.dispatchEvent(new Event('open-verify'))
    else if (detail === 'keys') this.dispatchEvent(new Event('open-keys'))
    else if (detail === 'keeping') this.dispatchEvent(new Event('open-keeping'))
    else if (detail === 'start') intent({ do: 'startOtr' })
    else if (detail === 'stop') intent({ do: 'stopOtr' })
    else if (detail === 'always') intent({ do: 'always', on: !this.#isAlways })
  }
}
customElements.define('sotto-encryption-button', SottoEncryptionButton)

type Encryptable = Exclude<Privacy['state'], 'room'>

/** The id of a menu entry, its icon, and its words, which are read when the menu is drawn. */
interface Entry extends Pick<MenuItem, 'id' | 'icon' | 'disabled'> {
  readonly words: 'start' | 'again' | 'renew' | 'end' | 'stopSetup' | 'giveUp'
}

const start = { id: 'start', words: 'start', icon: 'lock' } as const
const again = { id: 'start', words: 'again', icon: 'lock' } as const
const renew = { id: 'start', words: 'renew', icon: 'rotate-cw' } as const

/** The entry that leads towards encryption. */
const START: Record<Encryptable, Entry> = {
  none: start,
  connecting: { ...start, disabled: true },
  plaintext: start,
  unsupported: start,
  starting: { ...start, disabled: true },
  unverified: renew,
  verified: renew,
  keyChanged: renew,
  ended: again,
}

const end = { id: 'stop', words: 'end', icon: 'lock-open' } as const

/** The entry that leads away from it. */
const STOP: Record<Encryptable, Entry | null> = {
  none: null,
  connecting: null,
  plaintext: null,
  unsupported: { ...end, words: 'giveUp' },
  starting: { ...end, words: 'stopSetup' },
  unverified: end,
  verified: end,
  keyChanged: end,
  ended: { ...end, words: 'giveUp' },
}

function inWords({ words, ...entry }: Entry): MenuItem {
  return { ...entry, label: ENCRYPTION[words] }
}
