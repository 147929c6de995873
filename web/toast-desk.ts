import type { AppState } from './app-state.ts'
import { TOAST_MS } from './limits.ts'
import { withoutToast, withToast } from './reduce.ts'

/** The state, and the way to replace it. */
export interface Picture {
  readonly state: () => AppState
  readonly show: (state: AppState) => void
}

/** Sentences in a corner, each for its time. */
export class ToastDesk {
  readonly #picture: Picture
  readonly #after: (ms: number, task: () => void) => () => void

  constructor(picture: Picture, after: (ms: number, task: () => void) => () => void) {
    this.#picture = picture
    this.#after = after
  }

  say(sentence: string): void {
    this.#picture.show(withToast(this.#picture.state(), sentence))
    this.expire()
  }

  /** The last one goes after so many milliseconds. */
  expire(ms = TOAST_MS): void {
    const id = this.#picture.state().toasts.at(-1)?.id
    if (id !== undefined) this.#after(ms, () => this.dismiss(id))
  }

  dismiss(id: number): void {
    this.#picture.show(withoutToast(this.#picture.state(), id))
  }
}
