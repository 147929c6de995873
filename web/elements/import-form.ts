import { html, nothing } from 'lit'
import { type ForeignKnowledge, type FoundKey, formatFingerprint } from '../../chat/index.ts'
import { bare } from '../app-state.ts'
import type { Keyring } from '../keyring.ts'
import { VAULT } from '../vault-words.ts'
import { download, VaultForm } from './vault-form.ts'

/** Brings keys from another program, and takes them to one. */
export class SottoImportForm extends VaultForm {
  static override properties = {
    ...VaultForm.properties,
    keyring: { attribute: false },
    keys: { state: true },
    knowledge: { state: true },
    key: { state: true },
  }

  declare keyring: Keyring
  /** What was found in the files. */
  declare keys: readonly FoundKey[]
  declare knowledge: readonly ForeignKnowledge[]
  /** Which of the keys to use; `null` for the present one. */
  declare key: number | null

  constructor() {
    super()
    this.#forget()
  }

  override render() {
    return html`
      <p>${VAULT.bringInText}</p>
      <form @submit=${this.#bringIn}>
        ${this.#chooser('key-file', VAULT.keyFile, (file) => this.#readKeys(file))}
        ${this.keys.length > 0 ? this.#keyChoice() : nothing}
        ${this.#chooser('knowledge-file', VAULT.knowledgeFile, (file) => this.#readKnowledge(file))}
        ${this.knowledge.length > 0 ? this.#knowledgeChoice() : nothing}
        ${this.key === null ? nothing : html`<p class="warning" role="alert">${VAULT.importReplaces}</p>`}
        <div class="actions">
          <button class="primary" ?disabled=${this.busy || (this.keys.length === 0 && this.knowledge.length === 0)}>
            ${VAULT.bringInNow}
          </button>
        </div>
      </form>
      <h3>${VAULT.takeOut}</h3>
      <p class="warning">${VAULT.takeOutText}</p>
      <div class="actions">
        <button type="button" class="danger" ?disabled=${this.busy} @click=${this.#takeOut}>${VAULT.takeOutNow}</button>
      </div>
      ${this.outcome()}`
  }

  #chooser(id: string, label: string, read: (file: File) => Promise<unknown>) {
    return html`
      <div class="field">
        <label for=${id}>${label}</label>
        <input id=${id} type="file" @change=${(event: Event) => {
          const file = (event.target as HTMLInputElement).files?.[0]
          if (file !== undefined) void read(file)
        }}>
      </div>`
  }

  #keyChoice() {
    return html`
      <div class="field">
        <label for="which-key">${VAULT.whichKey}</label>
        <select id="which-key" @change=${(event: Event) => {
          const { value } = event.target as HTMLSelectElement
          this.key = value === '' ? null : Number(value)
        }}>
          <option value="">${VAULT.keepOwn}</option>
          ${this.keys.map(
            ({ owner, fingerprint }, index) =>
              html`<option value=${index} .selected=${this.key === index}>${owner === null ? VAULT.blinkKey : owner.account} – ${formatFingerprint(fingerprint)}</option>`,
          )}
        </select>
      </div>`
  }

  #knowledgeChoice() {
    return html`
      <div class="field">
        <label for="which-knowledge">${VAULT.whichKnowledge}</label>
        <select id="which-knowledge" name="knowledge">
          <option value="">${VAULT.learnNone}</option>
          ${this.knowledge.map(
            ({ owner, keys, leftOut }, index) =>
              html`<option value=${index} ?selected=${index === 0}>${VAULT.knowledge(owner.account, keys.length, leftOut)}</option>`,
          )}
        </select>
        <p class="hint">${VAULT.importTrust}</p>
      </div>`
  }

  async #readKeys(file: File): Promise<void> {
    await this.run(null, async () => {
      this.keys = await this.keyring.readKeys(file)
    })
  }

  async #readKnowledge(file: File): Promise<void> {
    await this.run(null, async () => {
      this.knowledge = await this.keyring.readKnowledge(file)
    })
  }

  async #bringIn(event: SubmitEvent): Promise<void> {
    const { form, text } = this.typed(event)
    const chosen = text('knowledge')
    const knowledge = chosen === '' ? null : (this.knowledge[Number(chosen)] ?? null)
    const { key } = this
    if (key === null && knowledge === null) return
    if (!(await this.run(VAULT.isBroughtIn, () => this.keyring.bringIn(key, knowledge)))) return
    this.#forget()
    form.reset()
  }

  async #takeOut(): Promise<void> {
    await this.run(null, async () => {
      const { keys, fingerprints } = await this.keyring.takeOut()
      const name = bare(this.keyring.account)
      download(keys, `${name}-otr.private_key`)
      download(fingerprints, `${name}-otr.fingerprints`)
    })
  }

  #forget(): void {
    this.keys = []
    this.knowledge = []
    this.key = null
  }
}
customElements.define('sotto-import-form', SottoImportForm)
