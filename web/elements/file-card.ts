import { html, nothing } from 'lit'
import type { PrivacyState, Transfer } from '../../chat/index.ts'
import type { HeldFile } from '../app-state.ts'
import {
  durationOf,
  FILE,
  fileSentence,
  heldSentence,
  percentOf,
  sizeOf,
  unencryptedSentence,
} from '../file-words.ts'
import type { FileWish } from '../files/file-wish.ts'
import { Pace } from '../files/pace.ts'
import { isProgramName } from '../files/program-names.ts'
import { ChatIntentEvent } from '../intents.ts'
import { PROTECTION_ICON } from '../privacy-look.ts'
import { momentOf, timeOf } from '../time-words.ts'
import { PROTECTION_LABEL } from '../words.ts'
import { fileCardStyles } from './file-card-styles.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * A file in the timeline: what it is, how far it has come, and what can be done about it. A picture is
 * drawn from a `blob:` of our own type; nothing else of a file is ever shown.
 *
 * @fires chat-intent {ChatIntentEvent} file
 */
export class SottoFile extends SottoElement {
  static override properties = {
    transfer: { attribute: false },
    held: { attribute: false },
    name: {},
    privacy: {},
    direction: { reflect: true },
    isBroken: { state: true },
    isViewed: { state: true },
  }

  static override styles = [shared, fileCardStyles]

  declare transfer: Transfer
  declare held: HeldFile
  /** The contact's. */
  declare name: string
  /** Of the conversation. */
  declare privacy: PrivacyState
  declare direction: Transfer['direction']
  /** The browser cannot draw the picture. */
  declare isBroken: boolean
  declare isViewed: boolean
  readonly #pace = new Pace()
  #hadFocus = false

  constructor() {
    super()
    this.name = ''
    this.privacy = 'none'
    this.direction = 'in'
    this.isBroken = false
    this.isViewed = false
  }

  override willUpdate(changed: Map<string, unknown>): void {
    const { state, direction } = this.transfer
    this.direction = direction
    if (changed.has('transfer') && state.step === 'active') this.#pace.note(Date.now(), state.done)
    const root = this.renderRoot as ShadowRoot | undefined
    this.#hadFocus = (root?.activeElement ?? null) !== null
  }

  /** The button that was pressed may be gone; the focus must not go with it. */
  override updated(): void {
    const root = this.renderRoot as ShadowRoot
    if (this.#hadFocus && root.activeElement === null)
      root.querySelector<HTMLElement>('.whole')?.focus({ preventScroll: true })
  }

  override render() {
    const { transfer, name } = this
    const { state, direction, size } = transfer
    const label =
      direction === 'in' ? FILE.incoming(transfer.name, name) : FILE.outgoing(transfer.name)
    return html`
      <div class="whole" role="group" aria-label=${label} tabindex="-1">
        <div class="card">
          <sotto-icon name="file"></sotto-icon>
          <p class="name"><bdi>${transfer.name}</bdi></p>
          <p class="size">${sizeOf(size)}</p>
          ${this.#picture()}
          <div class="says">${this.#says()}</div>
          ${state.step === 'active' || state.step === 'waiting' ? this.#progress() : nothing}
          ${this.#actions()}
        </div>
        ${this.#meta()}
      </div>
      ${this.isViewed ? this.#viewer() : nothing}`
  }

  #says() {
    const { transfer, held, name } = this
    const { state, direction, protection } = transfer
    const lines: unknown[] = []
    if (state.step === 'asks' && state.about === 'unencrypted')
      return html`<p class="warning">${unencryptedSentence(this.privacy, name)}</p>`
    if (state.step === 'active') lines.push(this.#pacing(state.done))
    else
      lines.push(
        html`<p class=${state.step === 'failed' ? 'failed' : nothing}>${fileSentence(transfer, name)}</p>`,
      )
    if (state.step === 'asks') {
      if (protection === 'none') lines.push(html`<p class="warning">${FILE.asksPlain}</p>`)
      if (protection === 'unverified')
        lines.push(html`<p class="warning">${FILE.asksUnverified(name)}</p>`)
    }
    const isThere = state.step === 'asks' || held.place !== null
    if (direction === 'in' && isThere && isProgramName(transfer.name))
      lines.push(html`<p class="warning">${FILE.program}</p>`)
    if (direction === 'in' && state.step === 'done')
      lines.push(html`<p class="soft">${heldSentence(held)}</p>`)
    if (held.isCleaned) lines.push(html`<p class="soft">${FILE.cleaned}</p>`)
    if (this.isBroken) lines.push(html`<p class="soft">${FILE.unshowable}</p>`)
    return lines
  }

  #pacing(done: number) {
    const { transfer, name } = this
    const left = this.#pace.remaining(transfer.size)
    return html`
      <p class="pace"><span>${fileSentence(transfer, name)}</span>${
        left === null || done === transfer.size
          ? nothing
          : html`<span class="soft">${FILE.left(durationOf(left))}</span>`
      }</p>`
  }

  #progress() {
    const { name, size, state } = this.transfer
    const done = state.step === 'active' ? state.done : null
    return html`
      <progress max=${Math.max(1, size)} value=${done ?? nothing} aria-label=${FILE.progress(name)}
        aria-valuetext=${done === null ? nothing : percentOf(done, size)}></progress>`
  }

  #picture() {
    const { picture } = this.held
    const { name, state } = this.transfer
    if (picture === null || picture === 'hidden' || this.isBroken || state.step !== 'done')
      return nothing
    return html`
      <button type="button" class="picture" aria-label=${FILE.open(name)} @click=${this.#view}>
        <img src=${picture.url} alt=${name} width=${picture.width} height=${picture.height}
          decoding="async" draggable="false" .style=${roomFor(picture)}
          @load=${this.#onDrawn} @error=${this.#onBroken}>
      </button>`
  }

  #actions() {
    const { transfer, held } = this
    const { state, direction } = transfer
    const isKept = direction === 'in' && held.place !== null
    const buttons = [
      state.step === 'asks' &&
        state.about === 'offered' && [
          this.#button('primary', FILE.accept, 'accept'),
          this.#button('', FILE.decline, 'cancel'),
        ],
      state.step === 'asks' &&
        state.about === 'unencrypted' && [
          this.#button('', FILE.sendUnencrypted, 'approve'),
          this.#button('', FILE.cancel, 'cancel'),
        ],
      (state.step === 'waiting' || state.step === 'active') &&
        this.#button('', FILE.cancel, 'cancel'),
      state.step === 'failed' &&
        state.resumable && [
          this.#button('', held.reached > 0 ? FILE.resume : FILE.tryAgain, 'resume'),
          this.#button('quiet', FILE.cancel, 'cancel'),
        ],
      isKept && this.#button(held.isSaved ? '' : 'primary', FILE.save, 'save'),
      held.picture === 'hidden' && this.#button('', FILE.show, 'show'),
      isKept && this.#button('quiet', FILE.remove, 'remove'),
    ].filter((button) => button !== false)
    return buttons.length === 0 ? nothing : html`<div class="actions">${buttons}</div>`
  }

  #button(style: string, label: string, wish: Exclude<FileWish['wish'], 'send'>) {
    return html`<button type="button" class="small ${style}" @click=${() => this.#wish(wish)}>${label}</button>`
  }

  #meta() {
    const { at, protection, state, direction } = this.transfer
    const isUndecided =
      direction === 'out' &&
      protection === 'none' &&
      state.step !== 'active' &&
      state.step !== 'done'
    const label = PROTECTION_LABEL[protection]
    return html`
      <div class="meta">
        <time datetime=${new Date(at).toISOString()} title=${momentOf(at)}>${timeOf(at)}</time>
        ${
          isUndecided
            ? nothing
            : html`<span class="lock ${protection}" role="img" aria-label=${label} title=${label}>
                <sotto-icon name=${PROTECTION_ICON[protection]}></sotto-icon></span>`
        }
      </div>`
  }

  #viewer() {
    const { picture } = this.held
    if (picture === null || picture === 'hidden') return nothing
    return html`
      <sotto-picture-viewer .picture=${picture} .name=${this.transfer.name} @close=${() => {
        this.isViewed = false
      }}></sotto-picture-viewer>`
  }

  async #view(): Promise<void> {
    await import('./picture-viewer.ts')
    this.isViewed = true
  }

  /** Its own size from now on: a camera may have held it upright, which its head does not say. */
  #onDrawn({ target }: Event): void {
    ;(target as HTMLElement).removeAttribute('style')
  }

  #onBroken(): void {
    this.isBroken = true
  }

  #wish(wish: Exclude<FileWish['wish'], 'send'>): void {
    const { id } = this.transfer
    this.dispatchEvent(new ChatIntentEvent({ do: 'file', wish: { wish, id } }))
  }
}
customElements.define('sotto-file', SottoFile)

/** As wide as it will be, before it is there: what stands below does not move when it comes. */
function roomFor({ width, height }: { readonly width: number; readonly height: number }): string {
  return `inline-size: min(${width}px, var(--tallest) * ${width / height})`
}
