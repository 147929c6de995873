import type { Person } from './person.ts'

/** More stops than any screen has. */
const STOPS_MAX = 60

/** The hands of a person who has no mouse, and goes by what is said of the place they are at. */
export class Keys {
  readonly #person: Person

  constructor(person: Person) {
    this.#person = person
  }

  /** Role and name of what has the focus, as in `button "Send"`; `nothing` if the page has it. */
  async at(): Promise<string> {
    const focused = this.#person.page.locator(':focus').last()
    if ((await focused.count()) === 0) return 'nothing'
    const [line = ''] = (await focused.ariaSnapshot()).split('\n')
    return /^- '?(\w+(?: "(?:[^"\\]|\\.)*")?)/.exec(line)?.[1] ?? line
  }

  /** Waits until the focus is there. */
  async areAt(
    role: 'textbox' | 'searchbox' | 'menuitem' | 'radio',
    name: string | RegExp,
  ): Promise<void> {
    const { page } = this.#person
    await page.getByRole(role, { name }).and(page.locator(':focus')).waitFor()
  }

  /** @throws Error with all stops, if there is none of this name from here on */
  async tabTo(name: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    const stops: string[] = []
    while (stops.length < STOPS_MAX) {
      await this.press(key)
      const stop = await this.at()
      if (stop.includes(` "${name}`)) return
      stops.push(stop)
    }
    throw new Error(`${key} does not lead to ${name}, but to ${stops.join(', ')}`)
  }

  /** Goes there and presses Enter. */
  async choose(name: string): Promise<void> {
    await this.tabTo(name)
    await this.press('Enter')
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#person.page.keyboard.press(key)
  }

  /** Goes to the field and writes this into it. */
  async fill(field: string, text: string): Promise<void> {
    if (!(await this.at()).endsWith(`"${field}"`)) await this.tabTo(field)
    await this.#person.page.keyboard.type(text)
  }
}
