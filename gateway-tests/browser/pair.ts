import type { Browser, BrowserContext } from 'playwright-core'
import { expect } from 'vitest'
import { ending } from '../ending.ts'
import type { Middle } from '../gateway/middle.ts'
import { PATIENCE_MS, startChromium } from './chromium.ts'
import { overhear } from './network-middle.ts'
import type { PairPlace } from './pair-place.ts'
import { Person } from './person.ts'

/** What two windows do for one column of the matrix. */
export interface PairColumn {
  run?(pair: Pair): Promise<void>
  /** What happens where there is no such thing; `pair-rows.ts` says where, with the evidence. */
  instead?(pair: Pair): Promise<void>
}

/** What the Encryption button says while text leaves encrypted. */
const ENCRYPTED = /^Encryption: (Encrypted, not verified|Verified)$/
/** The server has gone and come back, or the peer has: connections are tried again with pauses. */
export const RECONNECTED_MS = 60_000

/**
 * Two people with Sotto at two windows, who have each other among their contacts and in view. They
 * stay for a whole file; a test begins by saying in which state it wants them.
 */
export class Pair implements AsyncDisposable {
  readonly place: PairPlace
  alice!: Person
  bob!: Person
  readonly #browser: Browser
  readonly #left: string[] = []
  #talks = 0

  private constructor(place: PairPlace, browser: Browser) {
    this.place = place
    this.#browser = browser
  }

  static async meet(open: () => Promise<PairPlace>): Promise<Pair> {
    const place = await open()
    const browser = await startChromium().catch(ending(() => place[Symbol.asyncDispose]()))
    const pair = new Pair(place, browser)
    await pair.#arrive().catch(ending(() => pair[Symbol.asyncDispose]()))
    return pair
  }

  async #arrive(): Promise<void> {
    ;[this.alice, this.bob] = await Promise.all([this.arrive('alice'), this.arrive('bob')])
    await this.alice.addContact('bob')
    await this.bob.addContact('alice')
    await this.encrypted()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close()
    await this.place[Symbol.asyncDispose]()
  }

  /** Somebody signs in at a browser of their own. @param middle - who stands between it and the server */
  async arrive(name: string, middle: Middle | null = null): Promise<Person> {
    const prepare = async (context: BrowserContext) => {
      if (middle !== null) await overhear(context, middle)
      context.on('page', (page) => {
        page.on('websocket', (socket) => {
          socket.on('framesent', ({ payload }) => void this.#left.push(String(payload)))
        })
      })
    }
    const person = await Person.inOwnBrowser(this.#browser, this.place.url, name, { prepare })
    await this.place.signIn(person)
    await person.online()
    return person
  }

  /** Everything that has left the pages so far, whatever it was. */
  get left(): string {
    return this.#left.join('\n')
  }

  /** Both know that nothing is encrypted, and chose it. */
  async inClear(): Promise<void> {
    await this.inTouch()
    await this.alice.encryptionMenu('End encryption')
    await this.bob.privacy('Ended')
    await this.bob.press('Continue without encryption')
    await this.both((person) => person.privacy('Not encrypted'))
  }

  /** Both say that what they write is encrypted. */
  async inTouch(): Promise<void> {
    if (!(await this.alice.hasPrivacy(ENCRYPTED)))
      await this.alice.encryptionMenu(/^(Start encryption|Encrypt again)$/)
    await this.encrypted()
  }

  async encrypted(): Promise<void> {
    await this.both((person) => person.privacy(ENCRYPTED))
  }

  /** Alice knows that it is Bob. */
  async verified(): Promise<void> {
    await this.inTouch()
    if (!(await this.alice.hasPrivacy('Verified'))) await this.verify()
    await this.alice.privacy('Verified')
  }

  /** With a secret that both know. */
  async verify(): Promise<void> {
    await this.alice.verifyWithSecret('bob', 'the red door')
    await this.bob.answer('the red door')
  }

  /** Each does it, at the same time. */
  async both(act: (person: Person) => Promise<unknown>): Promise<void> {
    await Promise.all([act(this.alice), act(this.bob)])
  }

  /** One writes, and the other reads it, with the lock that it came with. */
  async say(
    from: Person,
    text: string,
    isEncrypted: boolean,
    timeout = PATIENCE_MS,
  ): Promise<void> {
    const to = from === this.alice ? this.bob : this.alice
    await from.write(text)
    await to.sees(text, timeout)
    const lock = to
      .row(text)
      .getByRole('img', { name: isEncrypted ? /^Encrypted/ : 'Not encrypted' })
    await lock.first().waitFor()
    expect(this.left.includes(text), `${text}: in clear on the wire`).toBe(!isEncrypted)
  }

  async talk(isEncrypted: boolean, words = 'wörter — ä€🌍日本'): Promise<void> {
    const mark = `${++this.#talks} ${words}`
    await this.say(this.alice, `von Alice ${mark}`, isEncrypted)
    await this.say(this.bob, `von Bob ${mark}`, isEncrypted)
  }

  /** The last that left the pages. */
  log(): string {
    return this.#left
      .slice(-40)
      .map((frame) => frame.slice(0, 400))
      .join('\n')
  }
}
