import { Session } from 'node:inspector'
import { join } from 'node:path'

/** What ran since the last look. */
export interface Ran {
  /** Blocks of code entered: work, counted. */
  readonly steps: number
  /** Whether any of it had never run before. */
  readonly isNew: boolean
}

type Range = readonly [start: number, end: number]

interface Script {
  readonly url: string
  readonly functions: readonly {
    readonly ranges: readonly {
      readonly startOffset: number
      readonly endOffset: number
      readonly count: number
    }[]
  }[]
}

/** Which blocks of some source files have run, as V8 counts them; nothing is instrumented. */
export class Coverage {
  readonly #session = new Session()
  readonly #guide: readonly string[]
  /** What has never run of each function that has, by file and start. */
  readonly #dark = new Map<string, readonly Range[]>()

  /** @param guide - source files or folders, from the root of the repository */
  constructor(guide: readonly string[]) {
    this.#guide = guide.map((path) => join(import.meta.dirname, path))
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    this.look(false)
  }

  /** @param learn - whether what is new is old from now on */
  look(learn: boolean): Ran {
    let steps = 0
    let isNew = false
    for (const { url, functions } of this.#scripts()) {
      for (const { ranges } of functions) {
        const [whole] = ranges
        if (whole === undefined || whole.count === 0) continue
        for (const { count } of ranges) steps += count
        const key = `${url}:${whole.startOffset}-${whole.endOffset}`
        const unrun = ranges.flatMap(({ count, startOffset, endOffset }): Range[] =>
          count === 0 ? [[startOffset, endOffset]] : [],
        )
        const dark = this.#dark.get(key)
        const left = dark === undefined ? unrun : intersection(dark, unrun)
        if (dark !== undefined && length(left) === length(dark)) continue
        isNew = true
        if (learn) this.#dark.set(key, left)
      }
    }
    return { steps, isNew }
  }

  close(): void {
    this.#session.post('Profiler.stopPreciseCoverage')
    this.#session.disconnect()
  }

  #scripts(): readonly Script[] {
    let scripts: readonly Script[] = []
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error
      scripts = taken.result
    })
    return scripts.filter(({ url }) => {
      const path = url.replace(/^file:\/\//, '').replace(/\?.*$/, '')
      return this.#guide.some((begin) => path.startsWith(begin)) && !/\.fuzz\.ts$/.test(path)
    })
  }
}

/** What lies in a range of both; no two ranges of one list overlap. */
function intersection(some: readonly Range[], others: readonly Range[]): Range[] {
  return some.flatMap(([from, to]) =>
    others.flatMap(([start, end]): Range[] =>
      Math.max(from, start) < Math.min(to, end) ? [[Math.max(from, start), Math.min(to, end)]] : [],
    ),
  )
}

function length(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0)
}
