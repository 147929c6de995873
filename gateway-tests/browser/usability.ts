/**
 * Walks through the tasks of `docs/usability.md` at a person's speed and prints how long each took:
 * `npx tsx gateway-tests/browser/usability.ts [URL of npm start]`.
 *
 * The speed is that of the keystroke-level model (Card, Moran, Newell 1980): before each step a person
 * reads and decides for 1.35 s, moves the pointer in 1.1 s, clicks in 0.2 s, types a character in
 * 0.28 s, and says a digit on the phone in 1 s. What the product takes is measured, not modelled.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { serve } from '../../serve.ts'
import { newPerson, startChromium } from './chromium.ts'

const DECIDE_MS = 1_350
const POINT_MS = 1_100
const CLICK_MS = 200
const KEY_MS = 280
const DIGIT_MS = 1_000

/** A person who sees what is on the screen, and takes a person's time. */
class Walker {
  readonly page: Page
  steps = 0

  constructor(page: Page) {
    this.page = page
  }

  async press(name: string | RegExp, role: 'button' | 'radio' | 'menuitem' | 'tab' = 'button') {
    await this.click(this.page.getByRole(role, { name, exact: true }).first())
  }

  async click(what: Locator): Promise<void> {
    await what.waitFor({ timeout: 30_000 })
    await pause(DECIDE_MS + POINT_MS)
    await what.click()
    await pause(CLICK_MS)
    this.steps += 1
  }

  async type(field: Locator, text: string): Promise<void> {
    await this.click(field)
    await field.pressSequentially(text, { delay: KEY_MS })
  }

  async enter(label: string, text: string): Promise<void> {
    await this.type(
      this.page.getByLabel(label, { exact: true }).filter({ visible: true }).first(),
      text,
    )
  }

  async send(text: string): Promise<void> {
    const field = this.page.getByRole('textbox', { name: 'Message' })
    await this.type(field, text)
    await field.press('Enter')
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor({ timeout: 30_000 })
  }

  async privacy(words: string): Promise<void> {
    const name = `Encryption: ${words}`
    await this.page.getByRole('button', { name, exact: true }).waitFor({ timeout: 30_000 })
  }

  async menu(item: string | RegExp): Promise<void> {
    await this.press(/^Encryption: /)
    await this.press(item, 'menuitem')
  }
}

const given = process.argv[2]
const scratch = mkdtempSync(join(tmpdir(), 'sotto-walk-'))
process.once('exit', () => rmSync(scratch, { recursive: true }))
const served =
  given === undefined
    ? await serve({
        port: 0,
        dataDir: join(scratch, 'edge'),
        webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
      })
    : null
const url = given ?? served!.edge.url
const tag = Date.now().toString(36).slice(-4)
const browser = await startChromium()
const [mia, noah] = [`mia${tag}`, `noah${tag}`]
const [a, b] = [await arrive(), await arrive()]

await task('1 make an account', a, async () => {
  await signUp(a, mia)
})
await signUp(b, noah)

await task('2 from signing in to a verified friend', a, async () => {
  await a.press('Add contact')
  await a.enter('Name or address', noah)
  await a.press('Add')
  await a.send('Hi, got a minute?')
  // Noah sees who knocks, and takes it.
  await b.press(new RegExp(`^${mia}`))
  await b.press('Accept')
  await b.sees('Hi, got a minute?')
  await a.press(`Verify ${noah}`)
  const code = await a.page.getByRole('img', { name: /^Your one-time code: / }).textContent()
  const digits = (code ?? '').replace(/\D/g, '')
  await a.press('Start verification')
  await pause(digits.length * DIGIT_MS) // "Type 8 0 9 5 8 9."
  await b.enter('Answer', digits)
  await b.press('Answer')
  await Promise.all([a.privacy('Verified'), b.privacy('Verified')])
})

await task('3 answer a question, and verify back', b, async () => {
  await a.menu(`Verify ${noah}…`)
  await a.press('Question', 'radio')
  await a.enter('Your question', 'Which lake?')
  await a.enter('The answer you expect', 'lagoon')
  await a.press('Start verification')
  await b.enter('Answer', 'lagoon')
  await b.press('Answer')
  await a.sees('Verified. You’re talking to')
})

await task('4 practise alone with the buddy', a, async () => {
  await a.press('Practice with the buddy')
  await a.sees('blue heron')
  await a.press('Verify Practice buddy')
  await a.press('Shared secret', 'radio')
  await a.enter('The secret', 'blue heron')
  await a.press('Start verification')
  await a.privacy('Verified')
})

await task('5 decide about a changed key', a, async () => {
  await a.send('new key')
  await a.privacy('Identity changed')
  await pause(6_000) // As long as the card takes to be read.
  await a.press('Use without verifying')
  await a.privacy('Encrypted, not verified')
})

await task('6 find and compare fingerprints', a, async () => {
  await a.menu('Verify Practice buddy…')
  await a.press('Compare fingerprints', 'radio')
  await pause(15 * DIGIT_MS) // Fifteen words, read out.
  await a.press('They match')
  await a.privacy('Verified')
})

await task('7 never write unencrypted to this person', a, async () => {
  await a.press(/^Encryption: /)
  await a.click(a.page.getByRole('menuitemcheckbox', { name: /^Always use encryption/ }))
  await a.page.keyboard.press('Escape')
})

await task('8 find what was said, and delete it', a, async () => {
  await a.press('Search messages')
  await a.enter('Search for', 'got a')
  await a.click(a.page.getByRole('list', { name: 'Found messages' }).getByRole('button').first())
  const message = a.page.getByRole('log').getByRole('listitem').filter({ hasText: 'got a minute' })
  await message.hover()
  await a.click(message.getByRole('button', { name: 'Delete message' }))
  await a.sees('Message deleted.')
})

await task('9 keep the key safe: a backup', a, async () => {
  await a.press('Settings')
  await a.press('Keys and backup…')
  await a.click(a.page.getByText('Backup', { exact: true }).first())
  await a.enter('Passphrase for the backup', 'four quiet words here')
  await a.enter('The same again', 'four quiet words here')
  await a.press('Make a backup')
  await a.sees('The backup is made.')
  await a.page.keyboard.press('Escape')
})

await task('10 find out why nothing arrives', a, async () => {
  await a.press('Settings')
  await a.press('Check the connection')
  await a.sees('All is well')
  await a.press('Close')
})

await browser.close()
await served?.stop()
process.exit(0)

async function arrive(): Promise<Walker> {
  const context = await newPerson(browser, new URL(url).origin)
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  await page.goto(url)
  return new Walker(page)
}

async function signUp(walker: Walker, name: string): Promise<void> {
  await walker.press('Create account', 'tab')
  await walker.enter('Name', name)
  await walker.enter('Password', 'correct horse')
  await walker.press('Create account')
  await walker.page.getByRole('navigation', { name: 'Contacts' }).waitFor({ timeout: 30_000 })
}

async function task(name: string, who: Walker, walk: () => Promise<void>): Promise<void> {
  const [begun, before] = [performance.now(), who.steps]
  await walk()
  const seconds = Math.round((performance.now() - begun) / 1_000)
  process.stdout.write(`${name}: ${seconds} s, ${who.steps - before} steps\n`)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
