/** One thing that an operator may want to know. Names, counts and codes; never bodies or secrets. */
export interface LogEntry {
  readonly event: string
  readonly [detail: string]: string | number | boolean | null
}

export type Log = (entry: LogEntry) => void
