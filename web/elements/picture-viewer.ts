import { css, html } from 'lit'
import type { Picture } from '../app-state.ts'
import { FILE } from '../file-words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * One picture over everything else, as large as the window lets it be. Fetched when the first one is
 * opened.
 *
 * @fires close {Event} It was closed, by whatever way.
 */
export class SottoPictureViewer extends SottoElement {
  static override properties = { picture: { attribute: false }, name: {} }

  static override styles = [
    shared,
    css`
      dialog {
        inline-size: 100vw;
        block-size: 100dvh;
        max-inline-size: none;
        max-block-size: none;
        padding: 0;
        border: 0;
        background: var(--sunken);
        color: var(--ink);
      }

      dialog[open] {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr);
      }

      .bar {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--gap-3);
        padding: var(--gap-2) var(--gap-3);
        padding-inline-start: var(--gap-5);
      }

      h2 {
        font-size: var(--text-m);
        overflow-wrap: anywhere;
      }

      .frame {
        display: grid;
        place-items: center;
        min-block-size: 0;
        padding: 0 var(--gap-3) var(--gap-3);
      }

      img {
        inline-size: auto;
        block-size: auto;
        max-inline-size: 100%;
        max-block-size: calc(100dvh - 4.5rem);
        object-fit: contain;
      }
    `,
  ]

  declare picture: Picture
  declare name: string

  override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  override render() {
    const { picture, name } = this
    return html`
      <dialog aria-labelledby="name" @close=${() => this.dispatchEvent(new Event('close'))}>
        <div class="bar">
          <h2 id="name"><bdi>${name}</bdi></h2>
          <button type="button" class="quiet icon" aria-label=${FILE.close} title=${FILE.close} @click=${this.#close}>
            <sotto-icon name="x"></sotto-icon>
          </button>
        </div>
        <div class="frame"><img src=${picture.url} alt=${name} width=${picture.width} height=${picture.height} draggable="false"></div>
      </dialog>`
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }
}
customElements.define('sotto-picture-viewer', SottoPictureViewer)
