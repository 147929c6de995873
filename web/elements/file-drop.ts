import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit'
import { FILE } from '../file-words.ts'
import { type Dropped, droppedOf, hasFiles } from '../files/dropped.ts'

/** Lets files be dropped on an element, and shows where while they are held over it. */
export class FileDrop implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement
  readonly #mayDrop: () => boolean
  readonly #take: (dropped: Dropped) => void
  #listening = new AbortController()
  #isOver = false

  /** @param mayDrop - files can be sent now */
  constructor(
    host: ReactiveControllerHost & HTMLElement,
    mayDrop: () => boolean,
    take: (dropped: Dropped) => void,
  ) {
    this.#host = host
    this.#mayDrop = mayDrop
    this.#take = take
    host.addController(this)
  }

  hostConnected(): void {
    this.#listening = new AbortController()
    const { signal } = this.#listening
    this.#host.addEventListener('dragover', (event) => this.#onOver(event), { signal })
    this.#host.addEventListener('dragleave', (event) => this.#onLeave(event), { signal })
    this.#host.addEventListener('drop', (event) => this.#onDrop(event), { signal })
  }

  hostDisconnected(): void {
    this.#listening.abort()
  }

  /** Drawn over the element; the composer's button is the way without a mouse. */
  target(name: string) {
    if (!this.#isOver) return nothing
    return html`<div class="drop-target" aria-hidden="true"><sotto-icon name="paperclip"></sotto-icon>${FILE.dropHere(name)}</div>`
  }

  #onOver(event: DragEvent): void {
    if (!hasFiles(event.dataTransfer) || !this.#mayDrop()) return
    event.preventDefault()
    event.dataTransfer.dropEffect = 'copy'
    this.#show(true)
  }

  #onLeave(event: DragEvent): void {
    const to = event.relatedTarget
    if (!(to instanceof Node) || !this.#host.contains(to)) this.#show(false)
  }

  #onDrop(event: DragEvent): void {
    this.#show(false)
    if (!hasFiles(event.dataTransfer) || !this.#mayDrop()) return
    event.preventDefault()
    this.#take(droppedOf(event.dataTransfer))
  }

  #show(isOver: boolean): void {
    if (this.#isOver === isOver) return
    this.#isOver = isOver
    this.#host.requestUpdate()
  }
}
