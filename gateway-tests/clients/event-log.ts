import { setTimeout } from 'node:timers'

const WAIT_MS = 15_000

/** Events in the order they came, and a mark behind the last one that somebody waited for. */
export class EventLog<Event extends { readonly type: string }> {
  readonly all: Event[] = []
  readonly #explain: () => string
  #read = 0
  #waiting: (() => void)[] = []

  /** @param explain - what else to say when an event does not come: the owner's log */
  constructor(explain: () => string) {
    this.#explain = explain
  }

  add(event: Event): void {
    this.all.push(event)
    for (const wake of this.#waiting.splice(0)) wake()
  }

  /** All of one type, awaited or not. */
  of<Type extends Event['type']>(type: Type): Extract<Event, { type: Type }>[] {
    return this.all.filter((event): event is Extract<Event, { type: Type }> => event.type === type)
  }

  /** Moves the mark to the end: what came until now will not be waited for. */
  skip(): void {
    this.#read = this.all.length
  }

  /**
   * The next event behind the mark that has these fields; the mark moves behind it.
   *
   * @throws Error with all events and the owner's log if none comes in time
   */
  async expect<Type extends Event['type']>(
    type: Type,
    fields: Partial<Extract<Event, { type: Type }>> = {},
    timeoutMs = WAIT_MS,
  ): Promise<Extract<Event, { type: Type }>> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      const at = this.all.findIndex(
        (event, index) => index >= this.#read && event.type === type && hasFields(event, fields),
      )
      if (at >= 0) {
        this.#read = at + 1
        return this.all[at] as Extract<Event, { type: Type }>
      }
      const left = deadline - Date.now()
      if (left <= 0) throw new Error(this.#complaint(type, fields))
      await this.#next(left)
    }
  }

  #next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #complaint(type: string, fields: object): string {
    const seen = this.all.map((event, index) => {
      return `${index < this.#read ? ' ' : '>'} ${JSON.stringify(event)}`
    })
    const wanted = `${type} ${JSON.stringify(fields)}`
    return `No event ${wanted} behind the mark:\n${seen.join('\n')}\n${this.#explain()}`
  }
}

function hasFields(event: object, fields: object): boolean {
  return Object.entries(fields).every(
    ([name, wanted]) => (event as Record<string, unknown>)[name] === wanted,
  )
}
