import { css, html, nothing, type PropertyValues } from 'lit'
import type { AppShell } from '../app-shell.ts'
import { NOTIFY, SHELL } from '../words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** Says that a new version is ready, and that there is no network where that would be missed. */
export class SottoShellBar extends SottoElement {
  static override properties = {
    shell: { attribute: false },
    outside: { type: Boolean },
    isPutOff: { state: true },
  }

  static override styles = [
    shared,
    css`
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: var(--gap-2) var(--gap-3);
        padding: var(--gap-2) var(--gap-4);
        border-block-end: 1px solid var(--line);
        background: var(--accent-soft);
        font-size: var(--text-s);
      }
    `,
  ]

  declare shell: AppShell
  /** Nobody is signed in: no account says that it is offline. */
  declare outside: boolean
  declare isPutOff: boolean
  #connected = new AbortController()

  constructor() {
    super()
    this.outside = false
    this.isPutOff = false
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#connected = new AbortController()
    const { signal } = this.#connected
    for (const type of ['online', 'offline'])
      addEventListener(type, () => this.requestUpdate(), { signal })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#connected.abort()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('shell')) return
    const { signal } = this.#connected
    this.shell.addEventListener('change', () => this.requestUpdate(), { signal })
  }

  override render() {
    const isOffline = this.outside && !navigator.onLine
    const isNew = this.shell.isNewReady && !this.isPutOff
    return html`
      <div role="status">
        ${isOffline ? html`<p class="bar"><sotto-icon name="wifi-off"></sotto-icon>${SHELL.offline}</p>` : nothing}
      </div>
      <div role="status">${isNew ? this.#news() : nothing}</div>`
  }

  #news() {
    return html`
      <div class="bar">
        <p>${SHELL.newVersion}</p>
        <button type="button" class="small primary" @click=${() => this.shell.useNew()}>${SHELL.useNew}</button>
        <button type="button" class="small quiet" @click=${() => {
          this.isPutOff = true
        }}>${NOTIFY.later}</button>
      </div>`
  }
}
customElements.define('sotto-shell-bar', SottoShellBar)
