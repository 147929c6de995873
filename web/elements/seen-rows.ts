import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** A row counts as seen when this much of it, or of the screen, shows it. */
const ENOUGH = 0.5

/**
 * Notices which rows stand before the person's eyes: on the screen, while the window has their
 * attention. Each is told once.
 */
export class SeenRows implements ReactiveController {
  readonly #tell: (id: string) => void
  readonly #told = new Set<string>()
  /** On the screen, whoever looks. */
  readonly #onScreen = new Set<Element>()
  #ids = new Map<Element, string>()
  #observer: IntersectionObserver | null = null
  #attentive = false

  /** @param tell - with the row's id */
  constructor(host: ReactiveControllerHost, tell: (id: string) => void) {
    this.#tell = tell
    host.addController(this)
  }

  hostDisconnected(): void {
    this.#observer?.disconnect()
    this.#observer = null
    this.#ids = new Map()
    this.#onScreen.clear()
  }

  /** Other rows, other people: ids of before mean nothing. */
  reset(): void {
    this.#told.clear()
  }

  /** @param rows - those whose sender may want to know, and their ids */
  watch(scroll: Element, rows: ReadonlyMap<Element, string>, attentive: boolean): void {
    this.#observer ??= new IntersectionObserver((entries) => this.#look(entries), {
      root: scroll,
      threshold: [0, ENOUGH],
    })
    for (const row of this.#ids.keys()) if (!rows.has(row)) this.#forget(row)
    for (const row of rows.keys()) if (!this.#ids.has(row)) this.#observer.observe(row)
    this.#ids = new Map(rows)
    this.#attentive = attentive
    this.#say()
  }

  #look(entries: readonly IntersectionObserverEntry[]): void {
    for (const {
      target,
      isIntersecting,
      intersectionRatio,
      intersectionRect,
      rootBounds,
    } of entries) {
      const isTall = intersectionRect.height >= (rootBounds?.height ?? 0) * ENOUGH
      if (isIntersecting && (intersectionRatio >= ENOUGH || isTall)) this.#onScreen.add(target)
      else this.#onScreen.delete(target)
    }
    this.#say()
  }

  #say(): void {
    if (!this.#attentive) return
    for (const row of this.#onScreen) {
      const id = this.#ids.get(row)
      if (id === undefined || this.#told.has(id)) continue
      this.#told.add(id)
      this.#tell(id)
    }
  }

  #forget(row: Element): void {
    this.#observer?.unobserve(row)
    this.#onScreen.delete(row)
  }
}
