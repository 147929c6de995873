/** Lines that are kept of each log, and printed when a test fails. */
const LINES = 200
/** Characters of a line that are printed: a frame may carry a piece of a file. */
const LINE_MAX = 1_000

interface Source {
  readonly name: string
  readonly log: () => string
  /** What of it was printed last. */
  printed: string
  hasEnded: boolean
}

const sources = new Set<Source>()

/**
 * Has a failing test print the end of a log: of a server, a program, a window.
 *
 * @param log - everything so far
 * @returns what is called when it has ended; the test that it ended in still prints it
 */
export function logOnFailure(name: string, log: () => string): () => void {
  const source: Source = { name, log, printed: '', hasEnded: false }
  sources.add(source)
  return () => {
    source.hasEnded = true
  }
}

/** The end of every log, except for those that say nothing new since they were printed. */
export function failureLog(): string {
  return [...sources].map(news).join('')
}

function news(source: Source): string {
  const end = source.log().trimEnd().split('\n').slice(-LINES).map(shortened).join('\n')
  if (end === source.printed) return ''
  source.printed = end
  return `---- ${source.name}\n${end}\n`
}

/** Nobody will ask again about what has ended. */
export function forgetEnded(): void {
  for (const source of sources) if (source.hasEnded) sources.delete(source)
}

function shortened(line: string): string {
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX)}… ${line.length} characters` : line
}

/** The last lines of what somebody says. */
export class LastLines {
  readonly #lines: string[] = []

  add(text: string): void {
    this.#lines.push(...text.trimEnd().split('\n').slice(-LINES))
    this.#lines.splice(0, this.#lines.length - LINES)
  }

  toString(): string {
    return this.#lines.join('\n')
  }
}
