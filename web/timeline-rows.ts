import type { Message, Notice, Transfer } from '../chat/index.ts'
import { type Entry, type HeldFile, keyOf, momentOfEntry } from './app-state.ts'
import { GROUP_MS } from './limits.ts'
import { isSameDay } from './time-words.ts'

/** One row of the timeline as it is drawn. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  /** Below it stands what a room told again of before, what is said since, or what is not read yet. */
  | { readonly kind: 'earlier' | 'since' | 'new'; readonly key: string }
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
  | {
      readonly kind: 'file'
      readonly key: string
      readonly transfer: Transfer
      readonly held: HeldFile
    }

/**
 * The entries as rows, with a divider before the first row of each day.
 *
 * @param newFrom - key of the first that is not read yet; another divider comes before it
 */
export function rowsOf(shown: readonly Entry[], newFrom: string | null = null): readonly Row[] {
  return shown.flatMap((entry, at): Row[] => {
    const before = shown[at - 1]
    const next = shown[at + 1]
    const isNew = (one: Entry | undefined) => one !== undefined && keyOf(one) === newFrom
    const rows: Row[] = []
    if (isEarlier(entry) !== isEarlier(before)) {
      const kind = isEarlier(entry) ? 'earlier' : 'since'
      rows.push({ kind, key: `${kind} ${keyOf(entry)}` })
    }
    if (before === undefined || !isSameDay(momentOfEntry(before), momentOfEntry(entry)))
      rows.push({ kind: 'day', key: `day ${keyOf(entry)}`, at: momentOfEntry(entry) })
    if (isNew(entry)) rows.push({ kind: 'new', key: 'new' })
    if (entry.kind !== 'message') rows.push({ ...entry, key: keyOf(entry) })
    else
      rows.push({
        ...entry,
        key: keyOf(entry),
        continues: !isNew(entry) && belongs(before, entry),
        continued: !isNew(next) && belongs(entry, next) && sameState(entry, next),
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
    a.from === b.from &&
    a.privately?.address === b.privately?.address &&
    a.earlier === b.earlier &&
    a.protection === b.protection &&
    b.at - a.at < GROUP_MS &&
    isSameDay(a.at, b.at)
  )
}

function sameState(a: Entry | undefined, b: Entry | undefined): boolean {
  return a?.kind === 'message' && b?.kind === 'message' && a.message.delivery === b.message.delivery
}

function isEarlier(entry: Entry | undefined): boolean {
  return entry?.kind === 'message' && entry.message.earlier === true
}
