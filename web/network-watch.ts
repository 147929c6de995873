import { NETWORK_SETTLE_MS, SLEEP_MS, SLEEP_UNSEEN_MS, TICK_MS } from './limits.ts'

/** What a page can notice a change of network by. */
export interface NetworkSources {
  /** Tells `online` and `offline`. */
  readonly window: EventTarget
  /** Tells `visibilitychange`, and `resume` of a page that was frozen. */
  readonly document: EventTarget & Pick<Document, 'visibilityState'>
  /** `navigator.connection`, which tells `change`, as from Wi-Fi to a phone's; not every browser has it. */
  readonly connection: EventTarget | null
  /** Milliseconds since the epoch: a clock that goes on while the machine sleeps. */
  now(): number
  after(ms: number, task: () => void): () => void
}

/**
 * Says when the network may be another one, or the machine has slept: at once, since somebody may be
 * looking, and once more when it has calmed down, because the first word often comes before the new
 * network carries anything.
 *
 * A machine that wakes need not tell the page. But then more time has passed between two ticks than
 * should have; ticks of a page that nobody sees come late without that.
 */
export function watchNetwork(sources: NetworkSources, onChange: () => void): void {
  const { window, document, connection, now, after } = sources
  let settling: (() => void) | null = null
  const changed = () => {
    if (settling === null) onChange()
    settling?.()
    settling = after(NETWORK_SETTLE_MS, () => {
      settling = null
      onChange()
    })
  }
  for (const type of ['online', 'offline']) window.addEventListener(type, changed)
  connection?.addEventListener('change', changed)
  document.addEventListener('resume', changed)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') changed()
  })

  let last = now()
  const tick = () => {
    const passed = now() - last
    last = now()
    if (passed > (document.visibilityState === 'visible' ? SLEEP_MS : SLEEP_UNSEEN_MS)) changed()
    after(TICK_MS, tick)
  }
  after(TICK_MS, tick)
}
