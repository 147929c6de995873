import type { Message, Notice } from '../chat/index.ts'
import type { Entry } from './app-state.ts'
import { GROUP_MS } from './limits.ts'
import { isSameDay } from './time-words.ts'

/** One row of the timeline as it is drawn. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | {
      readonly kind: 'message'
      readonly key: string
      readonly message: Message
      /** Continues the row above: same author, soon after. */
      readonly continues: boolean
      /** The row below continues this one: its time is enough for both. */
      readonly continued: boolean
    }
  | { readonly kind: 'notice'; readonly key: string; readonly notice: Notice }

/** The last `count` entries as rows, with a divider before the first row of each day. */
export function rowsOf(timeline: readonly Entry[], count: number): readonly Row[] {
  const shown = timeline.slice(Math.max(0, timeline.length - count))
  return shown.flatMap((entry, at): Row[] => {
    const before = shown[at - 1]
    const rows: Row[] = []
    if (before === undefined || !isSameDay(whenOf(before), whenOf(entry)))
      rows.push({ kind: 'day', key: `day ${keyOf(entry)}`, at: whenOf(entry) })
    if (entry.kind === 'notice') rows.push({ ...entry, key: keyOf(entry) })
    else
      rows.push({
        ...entry,
        key: keyOf(entry),
        continues: belongs(before, entry),
        continued: belongs(entry, shown[at + 1]) && sameState(entry, shown[at + 1]),
      })
    return rows
  })
}

function belongs(above: Entry | undefined, below: Entry | undefined): boolean {
  if (above?.kind !== 'message' || below?.kind !== 'message') return false
  const [a, b] = [above.message, below.message]
  return (
    a.author === b.author &&
    a.nickname === b.nickname &&
    a.protection === b.protection &&
    b.at - a.at < GROUP_MS &&
    isSameDay(a.at, b.at)
  )
}

function sameState(a: Entry | undefined, b: Entry | undefined): boolean {
  return a?.kind === 'message' && b?.kind === 'message' && a.message.delivery === b.message.delivery
}

function whenOf(entry: Entry): number {
  return entry.kind === 'message' ? entry.message.at : entry.notice.at
}

/** An id is the sender's: two sides may choose the same. */
function keyOf(entry: Entry): string {
  return entry.kind === 'message'
    ? `${entry.message.author} ${entry.message.id}`
    : `notice ${entry.notice.id}`
}
