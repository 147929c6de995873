import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { startChromium } from './chromium.ts'
import { type OwnBrowser, Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

/** An edge that serves the page, and the people who come to it, each with a browser of their own. */
export class Meeting implements AsyncDisposable {
  readonly edge: Edge
  /** What the pages complained of: the content-security policy above all. */
  readonly complaints: string[] = []
  readonly #browser: Browser

  private constructor(edge: Edge, browser: Browser) {
    this.edge = edge
    this.#browser = browser
  }

  static async begin(): Promise<Meeting> {
    const browser = await startChromium()
    const dataDir = mkdtempSync(join(tmpdir(), 'sotto-edge-'))
    return new Meeting(await startEdge({ port: 0, dataDir, webRoot: WEB }), browser)
  }

  /** Somebody comes, with a new account, and is online. */
  async arrive(name: string, prepare: OwnBrowser['prepare'] = async () => {}): Promise<Person> {
    const { edge, complaints } = this
    const own = { complaints, prepare }
    const person = await Person.inOwnBrowser(this.#browser, edge.url, name, own)
    await person.createAccount()
    await person.online()
    return person
  }

  /** Two who have each other in their lists and before their eyes, and talk encrypted. */
  async introduce(one: Person, other: Person): Promise<void> {
    await one.addContact(other.name)
    await other.addContact(one.name)
    await one.turnTo(other.name)
    await other.turnTo(one.name)
    await one.write('hello')
    await other.sees('hello')
    await one.privacy('Encrypted, not verified')
    await other.privacy('Encrypted, not verified')
  }

  /** Loads the page of somebody again, who then signs in and is online. */
  async reload(person: Person): Promise<void> {
    await person.page.reload()
    await person.signIn()
    await person.online()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close()
    await this.edge.close()
  }
}
