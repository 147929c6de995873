import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Edge, startEdge } from '../../edge/index.ts'
import { accessibilityFindings } from './accessible.ts'
import { startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge
let alice: Person
let bob: Person
const complaints: string[] = []

async function arrive(name: string, prepare = async (_: BrowserContext) => {}): Promise<Person> {
  const person = await Person.inOwnBrowser(browser, edge.url, name, { complaints, prepare })
  await person.createAccount()
  await person.online()
  return person
}

beforeAll(async () => {
  browser = await startChromium()
  const dataDir = mkdtempSync(join(tmpdir(), 'sotto-edge-'))
  edge = await startEdge({ port: 0, dataDir, webRoot: WEB })
  alice = await arrive('alice')
  bob = await arrive('bob')
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await bob.turnTo('alice')
  await alice.write('hello')
  await bob.sees('hello')
  await alice.privacy('Encrypted, not verified')
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

test('what is longer than a message is kept whole, says what to do, and is not sent', async () => {
  const { page } = alice
  const field = page.getByRole('textbox', { name: 'Message' })
  const send = page.getByRole('button', { name: 'Send', exact: true })
  const sentence = page.getByRole('status').getByText(/^Too long for one message, of 20,000 char/)
  const whole = `${'a long story. '.repeat(1_500)}THE END`
  await field.fill('')
  await field.focus()
  await page.keyboard.insertText(whole) // All at once, as a paste.
  await sentence.getByText('Send it in parts, or as a file.').waitFor()
  await page.getByText('1,007 too many', { exact: true }).waitFor()
  expect(await field.inputValue()).toBe(whole)
  expect(await send.isDisabled()).toBe(true)
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  expect(await accessibilityFindings(page)).toEqual([])
  await field.press('Enter')
  expect(await field.inputValue(), 'nothing was sent').toBe(whole)

  await page.reload()
  await alice.signIn()
  await alice.online()
  await alice.turnTo('bob')
  await sentence.waitFor()
  expect(await field.inputValue(), 'the draft').toBe(whole)

  await field.fill(whole.slice(-20_000))
  await sentence.waitFor({ state: 'detached' })
  await send.click()
  await bob.sees(/THE END$/)
  expect(await field.inputValue()).toBe('')
})

test('nothing broke the page’s own rules', () => {
  expect(complaints).toEqual([])
})
