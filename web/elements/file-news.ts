import { css, html, nothing, type PropertyValues } from 'lit'
import type { Transfer, TransferState } from '../../chat/index.ts'
import type { Conversation } from '../app-state.ts'
import { fileNews } from '../file-words.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Says what becomes of the files of a conversation to whoever listens to the screen: each step once,
 * and nothing of the bytes between.
 */
export class SottoFileNews extends SottoElement {
  static override properties = { conversation: { attribute: false }, name: {} }

  static override styles = [
    shared,
    css`
      :host {
        position: absolute;
      }
    `,
  ]

  declare conversation: Conversation
  declare name: string
  #steps = new Map<string, TransferState['step']>()
  #peer: string | null = null
  #news: string | null = null

  constructor() {
    super()
    this.name = ''
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('conversation')) return
    const { peer } = this.conversation
    const transfers = transfersOf(this.conversation)
    const latest = transfers
      .filter(({ id, state }) => state.step !== 'waiting' && this.#steps.get(id) !== state.step)
      .at(-1)
    this.#steps = new Map(transfers.map(({ id, state }) => [id, state.step]))
    if (peer !== this.#peer)
      this.#news = null // What was here before is no news.
    else if (latest !== undefined) this.#news = fileNews(latest, this.name)
    this.#peer = peer
  }

  override render() {
    return html`<p class="visually-hidden" role="status">${this.#news ?? nothing}</p>`
  }
}
customElements.define('sotto-file-news', SottoFileNews)

function transfersOf({ timeline }: Conversation): readonly Transfer[] {
  return timeline.flatMap((entry) => (entry.kind === 'file' ? [entry.transfer] : []))
}
