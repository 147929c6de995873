import { css, html } from 'lit'
import type { HistoryExport } from '../../chat/index.ts'
import { bare } from '../app-state.ts'
import { saveFile } from '../files/save-file.ts'
import { HISTORY } from '../history-words.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** Gives a conversation away as a file, once the person knows that it is not encrypted. */
export class SottoExportDialog extends SottoElement {
  static override properties = { name: {}, read: { attribute: false } }

  static override styles = [
    shared,
    css`
      .ask {
        display: grid;
        gap: var(--gap-4);
      }

      .warning {
        font-size: var(--text-m);
      }
    `,
  ]

  declare name: string
  declare read: () => Promise<HistoryExport | null>

  constructor() {
    super()
    this.name = ''
    this.read = async () => null
  }

  show(): void {
    this.#dialog?.show()
  }

  override render() {
    return html`
      <sotto-dialog heading=${HISTORY.exportTitle(this.name)}>
        <div class="ask">
          <p>${HISTORY.exportWhat}</p>
          <p class="warning" role="note">${HISTORY.exportWarning}</p>
          <div class="actions">
            <button type="button" data-first @click=${() => this.#download('txt')}>
              <sotto-icon name="download"></sotto-icon>${HISTORY.exportText}</button>
            <button type="button" @click=${() => this.#download('json')}>
              <sotto-icon name="download"></sotto-icon>${HISTORY.exportJson}</button>
          </div>
        </div>
      </sotto-dialog>`
  }

  get #dialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
  }

  async #download(kind: 'txt' | 'json'): Promise<void> {
    const history = await this.read()
    if (history === null) return
    const { text, ...data } = history
    const day = new Date(history.at).toISOString().slice(0, 10)
    const name = `${bare(history.peer).replaceAll(/[^\w.@-]/g, '_')} ${day}.${kind}`
    const content = kind === 'txt' ? text : `${JSON.stringify(data, null, 2)}\n`
    const type = kind === 'txt' ? 'text/plain;charset=utf-8' : 'application/json'
    if (await saveFile(new Blob([content], { type }), name)) this.#dialog?.close()
  }
}
customElements.define('sotto-export-dialog', SottoExportDialog)
