import type { MsrpEnv, Wire } from '../wire.ts'

/** One end of a wire in memory, which also remembers what was sent on it. */
export interface TestWire extends Wire {
  /** What this end has sent, as text. */
  readonly sent: string[]
  /** The network fails: the other end never hears of what comes after. */
  cut(): void
}

/**
 * Two ends of nothing. What one sends, the other has received when `send` returns, unless it is
 * sending itself: then it comes after, in order.
 */
export function wirePair(framing: Wire['framing'] = 'message'): [TestWire, TestWire] {
  const queue: (() => void)[] = []
  let delivering = false
  const deliver = (task: () => void) => {
    queue.push(task)
    if (delivering) return
    delivering = true
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) next()
    } finally {
      delivering = false
    }
  }
  let open = true
  const end = (other: () => TestWire): TestWire => {
    const wire: TestWire = {
      framing,
      sent: [],
      onBytes: () => {},
      onClose: () => {},
      send(bytes) {
        if (!open) return
        wire.sent.push(new TextDecoder().decode(bytes))
        deliver(() => other().onBytes(bytes))
      },
      close() {
        if (!open) return
        open = false
        deliver(() => wire.onClose({ by: 'local', error: null }))
        deliver(() => other().onClose({ by: 'remote', error: null }))
      },
      cut() {
        open = false
        deliver(() => wire.onClose({ by: 'remote', error: 'cut' }))
        deliver(() => other().onClose({ by: 'remote', error: 'cut' }))
      },
    }
    return wire
  }
  const left: TestWire = end(() => right)
  const right: TestWire = end(() => left)
  return [left, right]
}

/** A clock that a test turns, and bytes that look random and are the same in every run. */
export interface TestEnv extends MsrpEnv {
  /** Lets time pass; tasks run at their time, in order. */
  advance(ms: number): void
  /** Tasks that wait for their time. */
  readonly pending: number
}

export function testEnv(seed = 1): TestEnv {
  let now = 0
  let state = seed
  const tasks = new Set<{ readonly at: number; readonly run: () => void }>()
  return {
    random(length) {
      return Uint8Array.from({ length }, () => {
        // xorshift32: enough for identifiers that must only differ.
        state ^= state << 13
        state ^= state >>> 17
        state ^= state << 5
        return state & 0xff
      })
    },
    after(ms, run) {
      const task = { at: now + ms, run }
      tasks.add(task)
      return () => tasks.delete(task)
    },
    advance(ms) {
      const until = now + ms
      for (;;) {
        const due = [...tasks].filter((task) => task.at <= until).sort((a, b) => a.at - b.at)[0]
        if (due === undefined) break
        tasks.delete(due)
        now = due.at
        due.run()
      }
      now = until
    },
    get pending() {
      return tasks.size
    },
  }
}
