/** The clock is looked at every 5 s: whoever wakes has a dead connection for so long at most. */
export const TICK_MS = 5_000
/** A machine between two looks for longer than this has slept: a busy one is not 10 s late. */
export const SLEEP_MS = 15_000

/** A clock that goes on while the machine sleeps, and a timer that does not. */
export interface SleepClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs `task` every `ms` milliseconds; the result stops it. */
  every(ms: number, task: () => void): () => void
}

/** Of this process, which it does not keep from ending. */
export const systemClock: SleepClock = {
  now: () => Date.now(),
  every(ms, task) {
    const timer = setInterval(task, ms).unref()
    return () => clearInterval(timer)
  },
}

/**
 * Says when the machine has slept, since nobody else says so to a process.
 *
 * @returns what stops it
 */
export function watchSleep(onWake: () => void, clock: SleepClock = systemClock): () => void {
  let last = clock.now()
  return clock.every(TICK_MS, () => {
    const passed = clock.now() - last
    last = clock.now()
    if (passed > SLEEP_MS) onWake()
  })
}
