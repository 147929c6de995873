import { css, html, nothing, type TemplateResult } from 'lit'
import type { Verification } from '../../chat/index.ts'
import { COACH } from '../coach-words.ts'
import type { IconName } from '../icons.ts'
import { type ChatIntent, ChatIntentEvent } from '../intents.ts'
import type { Who } from '../own-device-words.ts'
import { ABORTED, describeSecret, RESULT } from '../verification-words.ts'
import { sentences } from '../wording.ts'
import { cardStyles } from './card-styles.ts'
import './countdown.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

/**
 * Where a verification stands: on both sides, from the request to a result that stays until it is
 * put away. A request never takes the focus; it is the next stop before the composer.
 *
 * @fires chat-intent {ChatIntentEvent} noteVerification, answer, extendVerification, abortVerification, dismissVerification
 * @fires open-verify {Event} Try again, another way or the other direction.
 * @fires open-compare {Event}
 */
export class SottoVerificationCard extends SottoElement {
  static override properties = {
    verification: { attribute: false },
    name: {},
    note: {},
  }

  static override styles = [
    shared,
    cardStyles,
    css`
      :host {
        display: block;
      }

      blockquote {
        margin: 0;
        padding: var(--gap-1) var(--gap-3);
        border-inline-start: 3px solid var(--accent);
        font-size: var(--text-m);
        overflow-wrap: anywhere;
      }

      form {
        display: grid;
        gap: var(--gap-2);
      }

      .code {
        font-family: var(--mono);
        font-size: var(--text-xl);
        letter-spacing: 0.2em;
      }

      .time {
        color: var(--ink-soft);
        font-size: var(--text-s);
        white-space: nowrap;
        align-self: center;
      }
    `,
  ]

  declare verification: Verification
  declare name: Who
  /** The answer as far as it is typed, or the own one-time code. */
  declare note: string

  constructor() {
    super()
    this.verification = { step: 'idle' }
    this.name = ''
    this.note = ''
  }

  override render() {
    const { verification, name, note } = this
    switch (verification.step) {
      case 'idle':
        return nothing
      case 'waiting':
        return this.#card(
          'loader-circle',
          '',
          note === '' ? RESULT.waiting(name) : RESULT.waitingCode(name),
          html`
            ${note === '' ? nothing : html`<p class="code" aria-label=${[...note].join(' ')} role="img">${note}</p>`}
            <p class="text">${COACH.theySee(name)}</p>
            ${verification.question === null ? nothing : html`<blockquote dir="auto">${verification.question}</blockquote>`}
            <p class="hint">${RESULT.timeUp}</p>
            <div class="actions">${this.#button(RESULT.cancel, { do: 'abortVerification' })}${this.#moreTime()}</div>`,
          verification.until,
        )
      case 'working':
        return this.#card('loader-circle', '', RESULT.working, nothing, verification.until)
      case 'asked':
        return this.#asked(verification)
      case 'succeeded':
        return verification.provesPeer
          ? this.#card(
              'shield-check',
              'safe',
              RESULT.succeeded(name),
              this.#text(RESULT.succeededMore(name)),
            )
          : this.#card(
              'shield-check',
              '',
              RESULT.oneSided(name),
              this.#text(RESULT.oneSidedMore(name), this.#open('open-verify', RESULT.verify(name))),
            )
      case 'failed':
        return this.#card(
          'circle-alert',
          'danger',
          RESULT.failed,
          this.#text(
            sentences(
              verification.stillVerified ? RESULT.failedStill : RESULT.failedMore,
              RESULT.attempts(verification.attempts),
            ),
            html`${this.#again(verification.until)}${this.#open('open-compare', RESULT.compare, verification.until > Date.now())}`,
          ),
        )
      case 'aborted': {
        const { by, answered, byApp, until = 0 } = verification
        const [title, text] = byApp
          ? [COACH.noQuestions(name), COACH.noQuestionsMore]
          : ABORTED[answered ? 'late' : by](name)
        const again = byApp ? nothing : this.#again(until, by !== 'peer')
        const compare = this.#open('open-compare', RESULT.compare)
        return this.#card(
          'circle-alert',
          '',
          title,
          this.#text(text, by === 'peer' ? html`${compare}${again}` : html`${again}`),
        )
      }
    }
  }

  #asked({ question, until }: Extract<Verification, { step: 'asked' }>) {
    const shape = describeSecret(this.note)
    return this.#card(
      'shield-check',
      '',
      RESULT.asked(this.name),
      html`
        <form @submit=${this.#onAnswer}>
          ${
            question === null
              ? html`<p class="text">${RESULT.noQuestion(this.name)}</p>`
              : html`<p class="text">${RESULT.theirQuestion(this.name)}</p><blockquote dir="auto">${question}</blockquote>`
          }
          <div class="field">
            <label for="answer">${RESULT.answerField}</label>
            <input id="answer" name="answer" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="256"
              aria-describedby="shape proves" .value=${this.note} @input=${this.#onInput}>
            <p class="hint" id="shape">${shape?.shape ?? nothing}
              ${shape?.warning ? html`<span class="warning">${shape.warning}</span>` : nothing}</p>
          </div>
          <p class="hint" id="proves">${RESULT.proves(this.name)}</p>
          <div class="actions">
            <button class="primary" type="submit" ?disabled=${this.note === ''}>${RESULT.answer}</button>
            ${this.#button(RESULT.notNow, { do: 'abortVerification' })}${this.#moreTime()}
          </div>
          <p class="hint">${RESULT.timeUp}</p>
        </form>`,
      until,
    )
  }

  #card(
    icon: IconName,
    tone: '' | 'safe' | 'danger',
    title: string,
    content: TemplateResult | typeof nothing,
    until: number | null = null,
  ) {
    return html`
      <section class="card ${tone}" aria-label=${RESULT.region}>
        <sotto-icon name=${icon} ?spin=${icon === 'loader-circle'}></sotto-icon>
        <div class="head">
          <p class="title" role="status">${title}</p>
          ${
            until === null
              ? nothing
              : html`<sotto-countdown class="time" hurries .until=${until}></sotto-countdown>`
          }
        </div>
        ${content}
      </section>`
  }

  #text(text: string, actions: TemplateResult | typeof nothing = nothing) {
    return html`
      <div class="text"><p>${text}</p></div>
      <div class="actions">${actions}${this.#button(RESULT.dismiss, { do: 'dismissVerification' })}</div>`
  }

  #button(label: string, intent: ChatIntent) {
    return html`<button type="button" @click=${() => this.dispatchEvent(new ChatIntentEvent(intent))}>${label}</button>`
  }

  #moreTime() {
    return this.#button(RESULT.moreTime, { do: 'extendVerification' })
  }

  /** Not before the rest after a wrong guess is over. */
  #again(until: number, isFirst = true) {
    if (until <= Date.now()) return this.#open('open-verify', RESULT.again, isFirst)
    return html`
      <span class="time">${COACH.rest}
        <sotto-countdown .until=${until} @elapsed=${() => this.requestUpdate()}></sotto-countdown></span>
      <button type="button" disabled>${RESULT.again}</button>`
  }

  /** @param isFirst - what most people want next; one of those that are there */
  #open(event: 'open-verify' | 'open-compare', label: string, isFirst = true) {
    return html`<button type="button" class=${isFirst ? 'primary' : ''} @click=${() => this.dispatchEvent(new Event(event))}>${label}</button>`
  }

  #onInput(event: InputEvent): void {
    const note = (event.target as HTMLInputElement).value
    this.dispatchEvent(new ChatIntentEvent({ do: 'noteVerification', note }))
  }

  #onAnswer(event: SubmitEvent): void {
    event.preventDefault()
    if (this.note !== '')
      this.dispatchEvent(new ChatIntentEvent({ do: 'answer', secret: this.note }))
  }
}
customElements.define('sotto-verification-card', SottoVerificationCard)
