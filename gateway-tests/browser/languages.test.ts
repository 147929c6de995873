import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { announced, newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge
let context: BrowserContext
let alice: Person
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  context = await newPerson(browser, new URL(edge.url).origin)
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  alice = await Person.arrive(context, edge.url, 'alice')
  page = alice.page
  await alice.createAccount()
  await alice.online()
  await alice.addContact('bob')
  await alice.turnTo('bob')
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

/** Chooses a language by its own name, as somebody does who reads no other. */
async function choose(settings: string, field: string, language: string): Promise<void> {
  await page.getByRole('button', { name: settings, exact: true }).click()
  await page.getByRole('combobox', { name: field }).selectOption({ label: language })
}

const pageIs = (attribute: 'lang' | 'dir') =>
  page.evaluate((name) => document.documentElement.getAttribute(name), attribute)

test('the browser’s language comes first, and what is there is in it', async () => {
  expect([await pageIs('lang'), await pageIs('dir')]).toEqual(['en', 'ltr'])
  const german = await browser.newContext({ locale: 'de-AT' })
  const other = await german.newPage()
  await other.goto(edge.url)
  await other.getByRole('tab', { name: 'Konto anlegen' }).waitFor()
  expect(await other.evaluate(() => document.documentElement.lang)).toBe('de')
  await german.close()
})

test('German: the open window and the conversation behind it speak it at once', async () => {
  await choose('Settings', 'Language', 'Deutsch')
  await page.getByRole('heading', { name: 'Einstellungen' }).waitFor()
  expect([await pageIs('lang'), await pageIs('dir')]).toEqual(['de', 'ltr'])
  await page.getByRole('button', { name: 'Stimme testen' }).click()
  expect((await announced(page)).spoken).toEqual(['So wird ein geänderter Schlüssel angesagt.'])
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByRole('button', { name: 'Schließen' }).click()
  await page.getByRole('textbox', { name: 'Nachricht' }).waitFor()
  await page.getByRole('button', { name: /^Verschlüsselung: / }).click()
  await page.getByRole('menuitem', { name: 'Schlüssel …' }).waitFor()
  await page.keyboard.press('Escape')
})

test('sentences that come from below are said in German too, the one already there as well', async () => {
  await alice.page.getByRole('textbox', { name: 'Nachricht' }).fill('Hallo?')
  await page.keyboard.press('Enter')
  await alice.sees('Unter dieser Adresse gibt es niemanden.')
})

test('Arabic: from right to left, with the list on the right', async () => {
  await choose('Einstellungen', 'Sprache', 'العربية')
  await page.getByRole('heading', { name: 'الإعدادات' }).waitFor()
  expect([await pageIs('lang'), await pageIs('dir')]).toEqual(['ar', 'rtl'])
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByRole('button', { name: 'إغلاق' }).click()
  const list = await page.getByRole('navigation', { name: 'جهات الاتصال' }).boundingBox()
  const field = await page.getByRole('textbox', { name: 'الرسالة' }).boundingBox()
  expect(list!.x).toBeGreaterThan(field!.x + field!.width)
  expect(await accessibilityFindings(page)).toEqual([])
})

test('nothing hangs over the edge of a phone, in the language with the longest words or in Arabic', async () => {
  await page.setViewportSize({ width: 320, height: 700 })
  const overhang = () =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  await expect.poll(overhang).toBe(0)
  expect(await accessibilityFindings(page)).toEqual([])
  await page.setViewportSize({ width: 1280, height: 800 })
})

test('the choice outlives a reload', async () => {
  await page.reload()
  await page.getByRole('tab', { name: 'تسجيل الدخول' }).waitFor()
  expect([await pageIs('lang'), await pageIs('dir')]).toEqual(['ar', 'rtl'])
})

test('languages come when they are wanted, and break no rule of the page', async () => {
  const fetched = await page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => name),
  )
  expect(fetched.filter((name) => /\/assets\/ar-/.test(name))).toHaveLength(1)
  expect(fetched.filter((name) => /\/assets\/(de|da|nl|es)-/.test(name))).toEqual([])
  expect(complaints).toEqual([])
})
