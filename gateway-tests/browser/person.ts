import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { newPerson, PATIENCE_MS } from './chromium.ts'

export interface OwnBrowser {
  /** Gets what its pages complain of: the content-security policy above all. */
  readonly complaints?: string[]
  /** Called before the first page opens. */
  prepare?(context: BrowserContext): Promise<void>
}

/** One person at the window, who uses it by what it says and nothing else: accessible names. */
export class Person {
  readonly page: Page
  readonly name: string
  readonly password = 'correct horse'

  private constructor(page: Page, name: string) {
    this.page = page
    this.name = name
  }

  /** Opens the app's address. */
  static async arrive(context: BrowserContext, url: string, name: string): Promise<Person> {
    const page = await context.newPage()
    await page.goto(url)
    return new Person(page, name)
  }

  /** Opens the app's address in a browser of their own. */
  static async inOwnBrowser(
    browser: Browser,
    url: string,
    name: string,
    { complaints = [], prepare }: OwnBrowser = {},
  ): Promise<Person> {
    const context = await newPerson(browser, new URL(url).origin)
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await prepare?.(context)
    return await Person.arrive(context, url, name)
  }

  async createAccount(): Promise<void> {
    await this.page.getByRole('tab', { name: 'Create account' }).click()
    await this.page.getByLabel('Name', { exact: true }).fill(this.name)
    await this.page.getByLabel('Password').fill(this.password)
    await this.page.getByRole('button', { name: 'Create account', exact: true }).click()
  }

  async signIn(password = this.password): Promise<void> {
    await this.signInAs(this.name, password)
  }

  /** Signs in with an address, or a name at the page's own server, and a password. */
  async signInAs(address: string, password: string, server: string | null = null): Promise<void> {
    await this.page.getByRole('tab', { name: 'Sign in' }).click()
    await this.page.getByRole('textbox', { name: 'SIP address' }).fill(address)
    await this.page.getByLabel('Password').fill(password)
    if (server !== null) {
      await this.page.getByText('Advanced', { exact: true }).click()
      await this.page.getByRole('textbox', { name: 'Server', exact: true }).fill(server)
    }
    await this.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  /** Waits until the account is online. */
  async online(): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Contacts' }).waitFor()
  }

  async addContact(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Add contact' }).click()
    await this.page.getByRole('textbox', { name: 'Name or address' }).fill(name)
    await this.page.getByRole('button', { name: 'Add', exact: true }).click()
  }

  /** Opens the conversation with a contact of the list. */
  async turnTo(contact: string): Promise<void> {
    const list = this.page.getByRole('navigation', { name: 'Contacts' })
    await list.getByRole('button', { name: new RegExp(`^${contact}`, 'i') }).click()
  }

  async write(text: string): Promise<void> {
    const field = this.page.getByRole('textbox', { name: 'Message' })
    await field.fill(text)
    await field.press('Enter')
  }

  /** Writes on, with the hands at the keys since {@link write}. */
  async writeOn(text: string): Promise<void> {
    await this.page.keyboard.insertText(text)
    await this.page.keyboard.press('Enter')
  }

  /** Waits for a message with this text in the timeline. */
  async sees(text: string | RegExp, timeout = PATIENCE_MS): Promise<void> {
    await this.page.getByRole('log').getByText(text).first().waitFor({ timeout })
  }

  /** The messages and notices of the open conversation that hold this text. */
  row(text: string | RegExp): Locator {
    return this.page.getByRole('log').getByRole('listitem').filter({ hasText: text })
  }

  /** Waits until the Encryption button says this. */
  async privacy(words: string | RegExp, timeout = PATIENCE_MS): Promise<void> {
    await this.#encryption(words).waitFor({ timeout })
  }

  /** Whether the Encryption button says this now. */
  hasPrivacy(words: string | RegExp): Promise<boolean> {
    return this.#encryption(words).isVisible()
  }

  #encryption(words: string | RegExp): Locator {
    const name = typeof words === 'string' ? `Encryption: ${words}` : words
    return this.page.getByRole('button', { name, exact: true })
  }

  async encryptionMenu(item: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: /^Encryption: / }).click()
    await this.page.getByRole('menuitem', { name: item }).click()
  }

  async optionsMenu(item: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Conversation options' }).click()
    await this.page.getByRole('menuitem', { name: item }).click()
  }

  press(button: string | RegExp): Promise<void> {
    return this.page.getByRole('button', { name: button }).click()
  }

  /** The field of this label that is seen: groups that are closed have some of the same name. */
  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true }).filter({ visible: true })
  }

  /** Opens a group of the dialog *Keys and backup*, of which *Passphrase* is open the first time. */
  async openVault(
    group?: 'Passphrase' | 'Backup' | 'Restore a backup' | 'From another program' | 'Storage',
  ) {
    await this.page.getByRole('button', { name: 'Settings' }).click()
    await this.press('Keys and backup…')
    await this.page.getByRole('dialog', { name: 'Keys and backup' }).waitFor()
    if (group !== undefined) await this.page.getByText(group, { exact: true }).click()
  }

  async verifyWithSecret(peer: string, secret: string): Promise<void> {
    await this.#verifyBy(peer, 'Shared secret')
    await this.page.getByRole('textbox', { name: 'The secret' }).fill(secret)
    await this.#startVerification()
  }

  async verifyWithQuestion(peer: string, question: string, answer: string): Promise<void> {
    await this.#verifyBy(peer, 'Question')
    await this.page.getByRole('textbox', { name: 'Your question' }).fill(question)
    await this.page.getByRole('textbox', { name: 'The answer you expect' }).fill(answer)
    await this.#startVerification()
  }

  /** Looks up the own fingerprint in the settings: 40 lower-case hex digits. */
  async ownFingerprint(): Promise<string> {
    await this.page.getByRole('button', { name: 'Settings' }).click()
    const own = await fingerprintIn(this.page.getByRole('region', { name: 'Your key' }))
    await this.page.keyboard.press('Escape')
    await this.page.getByRole('dialog', { name: 'Settings' }).waitFor({ state: 'hidden' })
    return own
  }

  /** Looks up both fingerprints, as one reads them to the other: 40 lower-case hex digits each. */
  async fingerprints(peer: string): Promise<{ readonly own: string; readonly theirs: string }> {
    await this.#verifyBy(peer, 'Compare fingerprints')
    const of = (name: string) => fingerprintIn(this.page.getByRole('group', { name }))
    const own = await of('Yours')
    const theirs = await of(`${peer}’s`)
    await this.page.keyboard.press('Escape')
    return { own, theirs }
  }

  async #verifyBy(peer: string, way: string): Promise<void> {
    await this.encryptionMenu(`Verify ${peer}…`)
    await this.page.getByRole('radio', { name: way }).click()
  }

  async #startVerification(): Promise<void> {
    const start = this.page.getByRole('button', { name: 'Start verification' })
    await start.click() // After a wrong answer it rests for 10 s.
  }

  /** The verification card. */
  get verification(): Locator {
    return this.page.getByRole('region', { name: 'Verification' })
  }

  /** Waits until the verification card says this. */
  async verificationSays(text: string): Promise<void> {
    await this.verification.getByText(text).waitFor()
  }

  async answer(secret: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Answer' }).fill(secret)
    await this.page.getByRole('button', { name: 'Answer', exact: true }).click()
  }
}

/** The fingerprint that is read out there, digit by digit: 40 lower-case hex digits. */
export async function fingerprintIn(place: Locator): Promise<string> {
  const readOut = /(?:[0-9a-f] ){7}[0-9a-f](?:, (?:[0-9a-f] ){7}[0-9a-f]){4}/i
  const digits = await place.getByText(readOut).textContent()
  return (digits ?? '').replaceAll(/[ ,]/g, '').toLowerCase()
}
