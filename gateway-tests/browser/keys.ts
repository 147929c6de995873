import type { CDPSession, Locator } from 'playwright-core'
import type { Person } from './person.ts'

/** More stops than any screen has. */
const STOPS_MAX = 60

/** The hands of a person who has no mouse, and goes by what is said of the place they are at. */
export class Keys {
  readonly #person: Person
  #tree: Promise<CDPSession> | undefined

  constructor(person: Person) {
    this.#person = person
  }

  /** Role and name of what has the focus, as assistive technology is told: `button "Send"`. */
  async at(): Promise<string> {
    this.#tree ??= this.#person.page.context().newCDPSession(this.#person.page)
    const { nodes } = await (await this.#tree).send('Accessibility.getFullAXTree')
    const focused = nodes.findLast(({ properties }) =>
      properties?.some(({ name, value }) => name === 'focused' && value.value === true),
    )
    return `${focused?.role?.value} "${focused?.name?.value}"`
  }

  /** Waits until the focus is there. */
  async areAt(
    role: 'textbox' | 'searchbox' | 'menuitem' | 'radio',
    name: string | RegExp,
  ): Promise<void> {
    await this.areOn(this.#person.page.getByRole(role, { name }))
  }

  /** Waits until this has the focus. */
  async areOn(place: Locator): Promise<void> {
    await place.evaluate(
      (element) =>
        element.matches(':focus') ||
        new Promise((got) => element.addEventListener('focus', () => got(true), { once: true })),
    )
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
