import { css, html, nothing } from 'lit'
import { readCode } from '../fingerprint-code.ts'
import { SCAN_MS } from '../limits.ts'
import type { Who } from '../own-device-words.ts'
import { QR } from '../qr-words.ts'
import './icon.ts'
import { shared } from './shared-styles.ts'
import { SottoElement } from './sotto-element.ts'

type Step = 'idle' | 'looking' | 'noCamera' | 'unknown' | 'matches' | 'differs'

/**
 * Compares a fingerprint with one that the camera sees, and says the result in words. The camera is on
 * only while it looks, and no picture leaves this element.
 */
export class SottoScanner extends SottoElement {
  static override properties = { expected: {}, name: {}, step: { state: true } }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        gap: var(--gap-2);
      }

      video {
        inline-size: min(20rem, 100%);
        border-radius: var(--round-m);
        background: var(--sunken);
      }

      .matches {
        color: var(--safe);
      }

      .differs {
        color: var(--danger);
      }

      p {
        display: flex;
        gap: var(--gap-2);
      }
    `,
  ]

  /** The fingerprint in use, 40 hex digits. */
  declare expected: string
  declare name: Who
  declare step: Step
  #stream: MediaStream | null = null

  constructor() {
    super()
    this.expected = ''
    this.name = ''
    this.step = 'idle'
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.stop()
  }

  /** Ends without a result. */
  stop(): void {
    this.#end('idle')
  }

  override render() {
    const isLooking = this.step === 'looking'
    return html`
      <video ?hidden=${!isLooking} playsinline muted aria-hidden="true"></video>
      <div role="status">${this.#result()}</div>
      <div class="actions">
        <button type="button" class="small" @click=${isLooking ? this.stop : this.#start}>
          ${isLooking ? QR.stop : QR.scan(this.name)}
        </button>
      </div>`
  }

  #result() {
    switch (this.step) {
      case 'idle':
        return nothing
      case 'looking':
        return html`<p class="hint">${QR.aim(this.name)}</p>`
      case 'noCamera':
        return html`<p class="hint">${QR.noCamera}</p>`
      case 'unknown':
        return html`<p class="hint">${QR.unknown}</p>`
      case 'matches':
        return html`<p class="matches"><sotto-icon name="shield-check"></sotto-icon>${QR.matches(this.name)}</p>`
      case 'differs':
        return html`<p class="differs"><sotto-icon name="shield-alert"></sotto-icon>${QR.differs(this.name)}</p>`
    }
  }

  async #start(): Promise<void> {
    this.step = 'looking'
    try {
      const video = { facingMode: 'environment', width: { ideal: 1280 } }
      const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false })
      if (this.step !== 'looking' || !this.isConnected) return stopAll(stream)
      this.#stream = stream
      await this.#look(stream)
    } catch {
      this.#end('noCamera') // Refused by the person or the page's rules, or there is none.
    }
  }

  async #look(stream: MediaStream): Promise<void> {
    const { default: decodeQR } = await import('qr/decode.js')
    const video = this.renderRoot.querySelector('video')!
    video.srcObject = stream
    await video.play()
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d', { willReadFrequently: true })!
    while (this.#stream === stream) {
      canvas.width = video.videoWidth
      canvas.height = video.videoHeight
      context.drawImage(video, 0, 0)
      const text = read(decodeQR, context.getImageData(0, 0, canvas.width, canvas.height))
      if (text !== null) return this.#compare(text)
      await new Promise((resolve) => setTimeout(resolve, SCAN_MS))
    }
  }

  #compare(text: string): void {
    const seen = readCode(text)
    this.#end(seen === null ? 'unknown' : seen === this.expected ? 'matches' : 'differs')
  }

  #end(step: Step): void {
    this.step = step
    if (this.#stream !== null) stopAll(this.#stream)
    this.#stream = null
  }
}
customElements.define('sotto-scanner', SottoScanner)

/** @returns `null` while there is no code in the picture, which the library says by throwing */
function read(decode: (image: ImageData) => string, image: ImageData): string | null {
  try {
    return decode(image)
  } catch {
    return null
  }
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
