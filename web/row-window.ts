import { type Entry, keyOf } from './app-state.ts'
import { ROWS_DRAWN, ROWS_MAX, ROWS_STEP } from './limits.ts'

/**
 * Which entries of a timeline are drawn: {@link ROWS_MAX} in one piece at most, however many there
 * are. Its place is told by the entry that it begins with, so that it stays where it is while others
 * are put before and behind; `null` is the end, which moves on with what is said.
 */
export type WindowStart = string | null

export interface Drawn {
  readonly entries: readonly Entry[]
  /** There are more, which are not drawn. */
  readonly isMoreAbove: boolean
  readonly isMoreBelow: boolean
}

export function drawnOf(timeline: readonly Entry[], start: WindowStart): Drawn {
  const from = placeOf(timeline, start)
  const to = start === null ? timeline.length : Math.min(timeline.length, from + ROWS_MAX)
  return {
    entries: timeline.slice(from, to),
    isMoreAbove: from > 0,
    isMoreBelow: to < timeline.length,
  }
}

/** The reader nears the first of those drawn. */
export function movedUp(timeline: readonly Entry[], start: WindowStart): WindowStart {
  return startAt(timeline, placeOf(timeline, start) - ROWS_STEP)
}

/** The reader nears the last of those drawn. */
export function movedDown(timeline: readonly Entry[], start: WindowStart): WindowStart {
  const from = placeOf(timeline, start) + ROWS_STEP
  return from + ROWS_DRAWN >= timeline.length ? null : startAt(timeline, from)
}

/** With the entry in its middle. `null`, the end, also if there is no such entry. */
export function around(timeline: readonly Entry[], key: string): WindowStart {
  const at = timeline.findIndex((entry) => keyOf(entry) === key)
  const from = at - ROWS_MAX / 2
  return at === -1 || from + ROWS_MAX >= timeline.length ? null : startAt(timeline, from)
}

function startAt(timeline: readonly Entry[], from: number): WindowStart {
  const first = timeline[Math.max(0, from)]
  return first === undefined ? null : keyOf(first)
}

/** An entry that is gone leaves the reader at the end. */
function placeOf(timeline: readonly Entry[], start: WindowStart): number {
  const end = Math.max(0, timeline.length - ROWS_DRAWN)
  if (start === null) return end
  const at = timeline.findIndex((entry) => keyOf(entry) === start)
  return at === -1 ? end : at
}
