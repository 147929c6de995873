import { beforeEach, expect, test } from 'vitest'
import { NETWORK_SETTLE_MS, TICK_MS } from './limits.ts'
import { watchNetwork } from './network-watch.ts'

/** A page whose clock a test moves, and whose timers sleep with the machine. */
class Page {
  readonly window = new EventTarget()
  readonly connection = new EventTarget()
  readonly document = Object.assign(new EventTarget(), {
    visibilityState: 'visible' as DocumentVisibilityState,
  })
  /** When it was told of a change. */
  readonly told: number[] = []
  #clock = 0
  #timers: { at: number; readonly task: () => void }[] = []

  constructor(hasConnection = true) {
    watchNetwork(
      {
        window: this.window,
        document: this.document,
        connection: hasConnection ? this.connection : null,
        now: () => this.#clock,
        after: (ms, task) => {
          const timer = { at: this.#clock + ms, task }
          this.#timers.push(timer)
          return () => {
            this.#timers = this.#timers.filter((one) => one !== timer)
          }
        },
      },
      () => this.told.push(this.#clock),
    )
  }

  pass(ms: number): void {
    const until = this.#clock + ms
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((one) => one !== due)
      this.#clock = Math.max(this.#clock, due.at)
      due.task()
    }
    this.#clock = until
  }

  /** Time passes, and no timer with it. */
  sleep(ms: number): void {
    for (const timer of this.#timers) timer.at += ms
    this.#clock += ms
  }
}

let page: Page
beforeEach(() => {
  page = new Page()
})

const tell = (target: EventTarget, type: string) => target.dispatchEvent(new Event(type))

test.each([
  ['the network goes', () => tell(page.window, 'offline')],
  ['the network comes', () => tell(page.window, 'online')],
  ['another network is used', () => tell(page.connection, 'change')],
  ['a frozen page goes on', () => tell(page.document, 'resume')],
  ['somebody looks at the page', () => tell(page.document, 'visibilitychange')],
])('%s: said at once, and again once it has settled', (_, happens) => {
  happens()
  expect(page.told).toEqual([0])
  page.pass(TICK_MS)
  expect(page.told).toEqual([0, NETWORK_SETTLE_MS])
})

test('a flurry of events is two words, not twenty', () => {
  for (let count = 0; count < 10; count++) {
    tell(page.window, 'online')
    tell(page.connection, 'change')
    page.pass(100)
  }
  page.pass(60_000)
  expect(page.told).toEqual([0, 900 + NETWORK_SETTLE_MS])
})

test('a page that is hidden has not changed its network by that', () => {
  page.document.visibilityState = 'hidden'
  tell(page.document, 'visibilitychange')
  page.pass(60_000)
  expect(page.told).toEqual([])
})

test('a machine that has slept is noticed within a tick of waking, though nobody says so', () => {
  page.pass(12_000)
  page.sleep(3_600_000)
  expect(page.told).toEqual([])
  page.pass(TICK_MS)
  expect(page.told[0]).toBeLessThanOrEqual(12_000 + 3_600_000 + TICK_MS)
})

test('timers that a browser holds back on a hidden page are no sleep; hours are', () => {
  page.document.visibilityState = 'hidden'
  for (let minute = 0; minute < 10; minute++) {
    page.sleep(60_000 - TICK_MS)
    page.pass(TICK_MS)
  }
  expect(page.told).toEqual([])
  page.sleep(3_600_000)
  page.pass(TICK_MS)
  expect(page.told).toHaveLength(1)
})

test('an hour in which nothing happens is silent, also where the browser cannot name networks', () => {
  page = new Page(false)
  page.pass(3_600_000)
  expect(page.told).toEqual([])
})
