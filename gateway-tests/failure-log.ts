/** Lines that are kept of each log, and printed when a test fails. */
const LINES = 200
/** Characters of a line that are printed: a frame may carry a piece of a file. */
const LINE_MAX = 1_000

interface Source {
  readonly name: string
  readonly log: () => string
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
  const source: Source = { name, log, hasEnded: false }
  sources.add(source)
  return () => {
    source.hasEnded = true
  }
}

/** The end of every log that has something in it. */
export function failureLog(): string {
  return [...sources]
    .map(({ name, log }) => ({ name, lines: log().trimEnd().split('\n') }))
    .filter(({ lines }) => lines.some((line) => line !== ''))
    .map(({ name, lines }) => `---- ${name}\n${lines.slice(-LINES).map(shortened).join('\n')}\n`)
    .join('')
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
