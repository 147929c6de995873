import { css, html, nothing } from 'lit'
import { ACCOUNTS, vaultSentence } from '../account-words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/** A form about keys: one thing at a time is done, and how that went is said under it. */
export abstract class VaultForm extends SottoElement {
  static override properties = {
    busy: { state: true },
    fault: { state: true },
    done: { state: true },
  }

  static override styles = [
    shared,
    css`
      :host,
      form,
      .part {
        display: grid;
        gap: var(--gap-3);
      }

      form {
        margin: 0;
      }

      .check {
        display: flex;
        align-items: center;
        gap: var(--gap-3);
        min-block-size: 1.75rem;
      }

      .check input {
        flex: none;
        inline-size: 1.125rem;
        block-size: 1.125rem;
        margin: 0;
        accent-color: var(--accent);
      }

      .outcome {
        min-block-size: 1.45em;
      }

      input[type='file'] {
        padding-block: var(--gap-2);
      }

      dl {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: var(--gap-1) var(--gap-4);
        overflow-wrap: anywhere;
      }

      dt {
        color: var(--ink-soft);
      }
    `,
  ]

  declare protected busy: boolean
  declare protected fault: string | null
  declare protected done: string | null

  constructor() {
    super()
    this.busy = false
    this.fault = null
    this.done = null
  }

  /** @param done - what to say if it went well */
  protected async run(done: string | null, work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.fault = this.done = null
    try {
      await work()
      this.done = done
      return true
    } catch (error) {
      this.fault = vaultSentence(error)
      return false
    } finally {
      this.busy = false
    }
  }

  protected outcome() {
    const { busy, fault, done } = this
    return html`
      <p class="outcome" role="status">${
        busy
          ? html`<sotto-icon name="loader-circle" spin></sotto-icon> ${ACCOUNTS.working}`
          : (done ?? nothing)
      }</p>
      ${fault === null ? nothing : html`<p class="fault" role="alert"><sotto-icon name="circle-alert"></sotto-icon><span>${fault}</span></p>`}`
  }

  /** Password managers may fill it, and anything may be pasted. */
  protected secret(name: string, label: string, isNew: boolean) {
    return html`
      <div class="field">
        <label for=${name}>${label}</label>
        <input id=${name} name=${name} type="password" required maxlength="1024"
          autocomplete=${isNew ? 'new-password' : 'current-password'}>
      </div>`
  }

  protected check(name: string, label: string, isChecked: boolean) {
    return html`
      <label class="check"><input type="checkbox" name=${name} ?checked=${isChecked}>${label}</label>`
  }

  /** What stands in the form of this event, which is not sent anywhere. */
  protected typed(event: SubmitEvent): { form: HTMLFormElement; text: (name: string) => string } {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const data = new FormData(form)
    return { form, text: (name) => String(data.get(name) ?? '') }
  }
}

/** Gives the browser a file to keep. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000) // Some browsers read it later.
}
