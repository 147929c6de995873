import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import type { Served } from '../../serve.ts'
import { accessibilityFindings } from '../browser/accessible.ts'
import { newPerson } from '../browser/chromium.ts'
import { startFirefox } from '../browser/firefox.ts'
import { Person } from '../browser/person.ts'
import { serve, startEdge } from '../edge.ts'

/** One person in Firefox with the practice buddy, and what her browser keeps for her. */
const PASSPHRASE = 'four quiet words here'

let browser: Browser
let served: Served
/** The one that runs now: the test stops the first. */
let edge: Edge
let context: BrowserContext
let alice: Person
const place = {
  dataDir: join(mkdtempSync(join(tmpdir(), 'sotto-serve-')), 'edge'),
  webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
}
/** What Firefox complained of: the content-security policy above all. */
const complaints: string[] = []

beforeAll(async () => {
  browser = await startFirefox()
  served = await serve({ port: 0, ...place })
  edge = served.edge
  context = await newPerson(browser, new URL(edge.url).origin)
  context.on('weberror', (error) => {
    const text = error.error().message
    // Firefox's own word for what the test with the server wants.
    if (!text.includes('establish a connection to the server')) complaints.push(text)
  })
  alice = await Person.arrive(context, edge.url, 'alice')
})

afterAll(async () => {
  await browser?.close()
  await served?.stop()
  await edge?.close()
})

test('the keyboard is enough: from nothing to a message, and back to the list', async () => {
  const { page } = alice
  await page.getByLabel('Name', { exact: true }).focus()
  await page.keyboard.type('alice')
  await page.keyboard.press('Tab')
  await page.keyboard.type(alice.password)
  await page.keyboard.press('Enter')
  await alice.online()
  await tabTo('Practice with the buddy')
  await page.keyboard.press('Enter')
  await alice.sees('blue heron')
  const field = page.getByRole('textbox', { name: 'Message' })
  await expect.poll(() => field.evaluate((element) => element.matches(':focus'))).toBe(true)
  await page.keyboard.type('typed, not clicked')
  await page.keyboard.press('Enter')
  await alice.sees('typed, not clicked')
  await alice.privacy('Encrypted, not verified')
  await page.keyboard.press('F6')
  await expect.poll(() => page.evaluate(focusedName)).toMatch(/^Practice buddy/)
})

test('menus and dialogs open with the keyboard, and give the focus back', async () => {
  const { page } = alice
  const trigger = page.getByRole('button', { name: /^Encryption: / })
  await trigger.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Verify Practice buddy…' }).waitFor()
  await page.keyboard.press('Enter') // The first is what one wants most.
  const dialog = page.getByRole('dialog', { name: /^Verify Practice buddy/ })
  await dialog.waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await expect.poll(() => trigger.evaluate((element) => element.matches(':focus'))).toBe(true)
})

test('messages are kept if she says so, and the key is the same after a reload', async () => {
  const { page } = alice
  await alice.verifyWithSecret('Practice buddy', 'blue heron')
  await alice.privacy('Verified')
  await page.getByRole('button', { name: 'Conversation options' }).click()
  await page.getByRole('menuitem', { name: 'Keep messages…' }).click()
  await page.getByRole('radio', { name: 'Keep', exact: true }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.reload()
  await alice.signIn()
  await alice.online()
  await alice.turnTo('Practice buddy')
  await alice.sees('typed, not clicked')
  await alice.write('after the reload')
  await alice.privacy('Verified')
})

test('the server goes and comes back: what is typed meanwhile arrives, once', async () => {
  const { port } = new URL(edge.url)
  await edge.close()
  await alice.page.getByRole('status').getByText('Offline').waitFor()
  await alice.write('typed while the server was down')
  edge = await startEdge({ port: Number(port), ...place })
  const rows = alice.page
    .getByRole('log')
    .getByRole('listitem')
    .filter({ hasText: 'typed while the server was down' })
  await rows.getByText(/Delivered|Seen/).waitFor({ timeout: 60_000 })
  await expect.poll(() => rows.count()).toBe(2) // Hers, and the buddy's answer.
})

test('a passphrase locks the keys: a wrong one opens nothing, the right one goes on', async () => {
  const { page } = alice
  await alice.press('Settings')
  await alice.press('Keys and backup…')
  await page.getByLabel('New passphrase').fill(PASSPHRASE)
  await page.getByLabel('The same again').first().fill(PASSPHRASE)
  await alice.press('Set passphrase')
  await page.getByText('The passphrase is set.').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  await alice.press('Lock now')
  await page.getByRole('heading', { name: 'alice is locked' }).waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByLabel('Passphrase', { exact: true }).fill('four quiet words')
  await alice.press('Unlock')
  await page.getByText('That is not the passphrase.').waitFor()
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await alice.press('Unlock')
  await alice.online()
  await alice.turnTo('Practice buddy')
  await alice.write('after the lock')
  await alice.privacy('Verified')
})

test('a second tab says who has the account, and takes over on request', async () => {
  const second = await Person.arrive(context, edge.url, 'alice')
  await second.signIn()
  await second.page.getByRole('heading', { name: 'alice is open in another tab' }).waitFor()
  await second.press('Use it here')
  await second.page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await second.press('Unlock')
  await second.online()
  await alice.page.getByRole('heading', { name: 'alice is open in another tab' }).waitFor()
})

test('nothing went wrong unseen', () => {
  expect(complaints).toEqual([])
})

/** Presses Tab until this button has the focus, as one who does not see it does. */
async function tabTo(button: string): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    if ((await alice.page.evaluate(focusedName)) === button) return
    await alice.page.keyboard.press('Tab')
  }
  throw new Error(`Tab does not come to: ${button}`)
}

/** Runs in the page: what the element with the focus says, through shadow roots. */
function focusedName(): string {
  let at = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  return at?.textContent.trim() ?? ''
}
