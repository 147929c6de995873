import type { BrowserContext, Page } from 'playwright-core'
import { PATIENCE_MS } from './chromium.ts'

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

  /** Waits for a message with this text in the timeline. */
  async sees(text: string | RegExp, timeout = PATIENCE_MS): Promise<void> {
    await this.page.getByRole('log').getByText(text).first().waitFor({ timeout })
  }

  /** Waits until the Encryption button says this. */
  async privacy(words: string): Promise<void> {
    await this.page.getByRole('button', { name: `Encryption: ${words}`, exact: true }).waitFor()
  }

  async encryptionMenu(item: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: /^Encryption: / }).click()
    await this.page.getByRole('menuitem', { name: item }).click()
  }

  press(button: string | RegExp): Promise<void> {
    return this.page.getByRole('button', { name: button }).click()
  }

  async verifyWithSecret(peer: string, secret: string): Promise<void> {
    await this.encryptionMenu(`Verify ${peer}…`)
    await this.page.getByRole('radio', { name: 'Shared secret' }).click()
    await this.page.getByRole('textbox', { name: 'The secret' }).fill(secret)
    const start = this.page.getByRole('button', { name: 'Start verification' })
    await start.click() // After a wrong answer it rests for 10 s.
  }

  /** Waits until the verification card says this. */
  async verificationSays(text: string): Promise<void> {
    await this.page.getByRole('region', { name: 'Verification' }).getByText(text).waitFor()
  }

  async answer(secret: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Answer' }).fill(secret)
    await this.page.getByRole('button', { name: 'Answer', exact: true }).click()
  }
}
