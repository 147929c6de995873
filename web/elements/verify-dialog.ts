import { css, html, nothing } from 'lit'
import type { Privacy } from '../../chat/index.ts'
import { COACH } from '../coach-words.ts'
import { ChatIntentEvent } from '../intents.ts'
import { oneTimeCode } from '../one-time-code.ts'
import { OWN, type Who } from '../own-device-words.ts'
import { describeSecret, isWeak, VERIFY } from '../verification-words.ts'
import './compare-fingerprints.ts'
import './countdown.ts'
import './dialog.ts'
import type { SottoDialog } from './dialog.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

export type Way = 'code' | 'question' | 'secret' | 'compare'

/**
 * Coaches a person through verifying another: one way at a time, one primary action for each.
 *
 * @fires chat-intent {ChatIntentEvent} noteVerification, verify, trust
 */
export class SottoVerifyDialog extends SottoElement {
  static override properties = {
    privacy: { attribute: false },
    name: {},
    rest: { type: Number },
    way: { state: true },
    code: { state: true },
    secret: { state: true },
    question: { state: true },
    differs: { state: true },
  }

  static override styles = [
    shared,
    css`
      form {
        display: grid;
        gap: var(--gap-4);
      }

      .ways {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: var(--gap-2);
      }

      legend {
        margin-block-end: var(--gap-2);
      }

      .ways label {
        position: relative;
        display: grid;
        align-content: start;
        padding: var(--gap-2) var(--gap-3);
        border: 1px solid var(--line-strong);
        border-radius: var(--round-s);
        cursor: pointer;
      }

      .ways input {
        position: absolute;
        opacity: 0;
      }

      .ways label:has(:checked) {
        border-color: var(--accent);
        box-shadow: inset 0 0 0 1px var(--accent);
        background: var(--accent-soft);
      }

      .ways label:has(:focus-visible) {
        outline: 2px solid var(--focus);
        outline-offset: 2px;
      }

      .ways span {
        font-weight: 500;
      }

      .way {
        display: grid;
        gap: var(--gap-3);
        min-block-size: 11rem;
        align-content: start;
      }

      .code {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: var(--gap-2);
        padding: var(--gap-3);
        border-radius: var(--round-m);
        background: var(--sunken);
        font-family: var(--mono);
        font-size: 2.125rem;
        font-variant-numeric: tabular-nums;
        letter-spacing: 0.12em;
      }

      .code i {
        inline-size: 0;
      }

      .steps {
        display: grid;
        gap: var(--gap-1);
        margin: 0;
        padding-inline-start: 1.25rem;
        list-style: decimal;
        font-size: var(--text-s);
      }

      .actions {
        justify-content: flex-end;
      }

      @media (forced-colors: active) {
        .ways label:has(:checked) {
          outline: 3px solid Highlight;
        }
      }
    `,
  ]

  declare privacy: Privacy
  declare name: Who
  /** When the next attempt may begin, milliseconds since the epoch. */
  declare rest: number
  declare way: Way
  declare code: string
  declare secret: string
  declare question: string
  /** The person compared, and the fingerprints are not the same. */
  declare differs: boolean

  constructor() {
    super()
    this.name = ''
    this.rest = 0
    this.way = 'code'
    this.code = ''
    this.secret = ''
    this.question = ''
    this.differs = false
  }

  /** Opens at one way, with everything of an earlier attempt forgotten. */
  show(way: Way = 'code'): void {
    this.way = way
    this.secret = ''
    this.question = ''
    this.differs = false
    this.#renewCode()
    this.#dialog?.show()
  }

  override render() {
    return html`
      <sotto-dialog wide heading=${VERIFY.title(this.name)} @close=${this.#forget}>
        <form @submit=${this.#onSubmit} autocomplete="off">
          <p class="soft">${VERIFY.why}</p>
          <fieldset>
            <legend>${VERIFY.ways}</legend>
            <div class="ways">
              ${ways(this.name).map(
                ([way, label, hint]) => html`
                  <label>
                    <input type="radio" name="way" value=${way} aria-labelledby="way-${way}" .checked=${this.way === way} ?data-first=${this.way === way} aria-describedby="hint-${way}"
                      @change=${() => this.#choose(way)}>
                    <span id="way-${way}">${label}</span><small class="hint" id="hint-${way}">${hint}</small>
                  </label>`,
              )}
            </div>
          </fieldset>
          <div class="way">${this.#way()}</div>
          <div class="actions">${this.#actions()}</div>
        </form>
      </sotto-dialog>`
  }

  #way() {
    switch (this.way) {
      case 'code':
        return html`
          ${this.#steps(COACH.code(this.name))}
          <p class="code" dir="ltr" role="img" aria-label=${VERIFY.codeSpoken([...this.code].join(' '))}>
            ${this.code.slice(0, 3)}<i></i>${this.code.slice(3)}</p>`
      case 'question':
        return html`
          <div class="field">
            <label for="question">${VERIFY.questionField}</label>
            <input id="question" maxlength="200" .value=${this.question} aria-describedby="tip"
              @input=${(event: InputEvent) => {
                this.question = (event.target as HTMLInputElement).value
              }}>
            <p class="hint" id="tip">${VERIFY.questionTip}</p>
          </div>
          ${this.#secretField(VERIFY.answerField)}
          ${this.#steps(COACH.question(this.name ?? ''))}`
      case 'secret':
        return html`
          ${this.#steps(COACH.secret(this.name))}
          ${this.#secretField(VERIFY.secretField)}
          <p class="hint">${VERIFY.secretTip(this.name)}</p>`
      case 'compare':
        return html`
          <sotto-compare-fingerprints .privacy=${this.privacy} .name=${this.name} ?differs=${this.differs}></sotto-compare-fingerprints>`
    }
  }

  #steps(steps: readonly string[]) {
    return html`<ol class="steps" aria-label=${COACH.steps}>${steps.map((step) => html`<li>${step}</li>`)}</ol>`
  }

  #secretField(label: string) {
    const shape = describeSecret(this.secret)
    const warning = shape?.warning ?? (isWeak(this.secret) ? COACH.weak : null)
    return html`
      <div class="field">
        <label for="secret">${label}</label>
        <input id="secret" maxlength="256" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="shape"
          .value=${this.secret} @input=${(event: InputEvent) => {
            this.secret = (event.target as HTMLInputElement).value
          }}>
        <p class="hint" id="shape" role="status">${shape?.shape ?? nothing}
          ${warning === null ? nothing : html`<span class="warning">${warning}</span>`}</p>
      </div>`
  }

  #actions() {
    if (this.way === 'compare')
      return html`
        <button type="button" @click=${() => {
          this.differs = true
        }}>${VERIFY.differ}</button>
        <button type="submit" class="primary" ?disabled=${this.privacy.peerFingerprint === null}>${VERIFY.match}</button>`
    return html`
      ${this.#isResting ? html`<p class="soft" id="rest">${COACH.rest} <sotto-countdown .until=${this.rest} @elapsed=${() => this.requestUpdate()}></sotto-countdown></p>` : nothing}
      ${this.way === 'code' ? html`<button type="button" class="quiet" @click=${this.#renewCode}>${VERIFY.newCode}</button>` : nothing}
      <button type="submit" class="primary" ?disabled=${!this.#isReady}>${VERIFY.start}</button>`
  }

  get #isResting(): boolean {
    return this.rest > Date.now()
  }

  get #isReady(): boolean {
    if (this.#isResting) return false
    if (this.way === 'code') return true
    return this.secret !== '' && (this.way === 'secret' || this.question.trim() !== '')
  }

  get #dialog(): SottoDialog | null {
    return this.renderRoot.querySelector<SottoDialog>('sotto-dialog')
  }

  #choose(way: Way): void {
    this.way = way
    this.differs = false
  }

  #renewCode(): void {
    this.code = oneTimeCode((words) => crypto.getRandomValues(words))
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    const { way, code, secret, question } = this
    const { peerFingerprint } = this.privacy
    if (way === 'compare') {
      if (peerFingerprint !== null)
        this.dispatchEvent(
          new ChatIntentEvent({ do: 'trust', fingerprint: peerFingerprint, decision: 'verified' }),
        )
    } else if (this.#isReady) {
      const note = way === 'code' ? code : ''
      this.dispatchEvent(new ChatIntentEvent({ do: 'noteVerification', note }))
      this.dispatchEvent(
        new ChatIntentEvent({
          do: 'verify',
          secret: way === 'code' ? code : secret,
          question: way === 'question' ? question : null,
        }),
      )
    } else return
    this.#dialog?.close()
  }

  /** A secret stays no longer than its dialog. */
  #forget(): void {
    this.secret = ''
    this.question = ''
    this.code = ''
  }
}
customElements.define('sotto-verify-dialog', SottoVerifyDialog)

/** Nobody asks oneself a question. */
function ways(name: Who): readonly (readonly [Way, string, string])[] {
  const isOwn = name === null
  return [
    ['code', VERIFY.code, isOwn ? OWN.codeHint : VERIFY.codeHint],
    ...(isOwn ? [] : [['question', VERIFY.question, VERIFY.questionHint] as const]),
    ['secret', VERIFY.secret, isOwn ? OWN.secretHint : VERIFY.secretHint],
    ['compare', VERIFY.compare, VERIFY.compareHint],
  ]
}
