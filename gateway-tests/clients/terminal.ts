import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers'
import {
  type ClientHome,
  type ClientStreams,
  needsPackage,
  signalGroup,
  until,
} from './client-home.ts'

/** Wide enough that nothing wraps and high enough that nothing scrolls away within a test file. */
const COLUMNS = 2200
const ROWS = 400
const LOOK_MS = 20

/**
 * A program in a terminal that nobody sees: tmux in control mode, which tells when the screen changes
 * and shows it on request. It ends when its standard input does, so never outlives the tests.
 */
export class Terminal {
  /** The screen as it is now, without blanks at the ends of lines. */
  screen: readonly string[] = []
  /** Called when the program has drawn something and rests. */
  onScreen: (screen: readonly string[]) => void = () => {}
  readonly #tmux: ClientStreams
  #answer: string[] | null = null
  #isLooking = false
  #isStale = false
  /** The cursor is in the last line, where people write: in the midst of drawing it is elsewhere. */
  #isDrawn = false
  #isOver = false
  #program = 0

  constructor(home: ClientHome, command: string, env: NodeJS.ProcessEnv = {}) {
    needsPackage('tmux', '/usr/bin/tmux')
    const args = ['-f', '/dev/null', '-S', home.path('tmux'), '-C', 'new-session', command]
    this.#tmux = home.spawn('/usr/bin/tmux', args, { TERM: 'screen-256color', ...env })
    createInterface({ input: this.#tmux.stdout }).on('line', (line) => this.#read(line))
    this.#command('set-option destroy-unattached on')
    this.#command(`refresh-client -C ${COLUMNS}x${ROWS}`)
    this.#command("display-message -p 'program #{pane_pid}'")
  }

  /** Types a line and presses Enter. */
  type(line: string): void {
    this.#command(`send-keys -l -- ${quote(line)}`)
    this.#command('send-keys Enter')
    this.#look()
  }

  press(key: string): void {
    this.#command(`send-keys ${key}`)
  }

  /** Waits for a line on the screen. */
  expect(line: RegExp, timeoutMs?: number): Promise<RegExpExecArray> {
    const find = () => {
      for (const text of this.screen) {
        const found = line.exec(text)
        if (found !== null) return found
      }
      return null
    }
    return until(find, `line ${line}`, () => this.text, timeoutMs)
  }

  get text(): string {
    return this.screen.filter((line) => line !== '').join('\n')
  }

  /** Ends the program and tmux, which is two processes, one of them in no group of ours. */
  async close(): Promise<void> {
    this.#command('kill-server')
    await until(
      () => this.#isOver,
      'end of tmux',
      () => this.text,
    )
    if (this.#program !== 0) signalGroup(this.#program, 'SIGKILL')
  }

  #command(command: string): void {
    this.#tmux.stdin.write(`${command}\n`)
  }

  /** tmux answers each command in a block of its own; between blocks it tells what happened. */
  #read(line: string): void {
    if (line.startsWith('%begin ')) {
      this.#answer = []
    } else if (line.startsWith('%end ') || line.startsWith('%error ')) {
      if (this.#answer !== null) this.#take(this.#answer)
      this.#answer = null
    } else if (this.#answer !== null) {
      this.#answer.push(line.trimEnd())
    } else if (line.startsWith('%output')) {
      this.#look()
    } else if (line.startsWith('%exit')) {
      this.#isOver = true
    }
  }

  #take(answer: readonly string[]): void {
    const [, what, number] = /^(program|cursor) (\d+)$/.exec(answer[0] ?? '') ?? []
    if (what === 'program') this.#program = Number(number)
    else if (what === 'cursor') this.#isDrawn = Number(number) === ROWS - 1
    else if (answer.length === ROWS) this.#see(answer)
  }

  #see(screen: readonly string[]): void {
    this.#isLooking = false
    this.screen = screen
    if (this.#isStale) this.#look()
    else if (this.#isDrawn) this.onScreen(screen)
  }

  #look(): void {
    this.#isStale = this.#isLooking
    if (this.#isLooking) return
    this.#isLooking = true
    setTimeout(() => {
      this.#command("display-message -p 'cursor #{cursor_y}' ; capture-pane -p")
    }, LOOK_MS)
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
