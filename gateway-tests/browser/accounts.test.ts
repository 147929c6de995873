import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Edge, startEdge } from '../../edge/index.ts'
import { accessibilityFindings } from './accessible.ts'
import { announced, newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
const PASSWORD = 'correct horse'
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
] as const

/*
 * Alice has two accounts in one window, `alice` and `work`; Bob has one. The tests are one story.
 */

let browser: Browser
let edge: Edge
let alice: Person
let bob: Person

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  await edge.enrol('work', PASSWORD)
  alice = await arrive('alice')
  bob = await arrive('bob')
  await Promise.all([alice.createAccount(), bob.createAccount()])
  await Promise.all([alice.online(), bob.online()])
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

async function arrive(name: string): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  return await Person.arrive(context, edge.url, name)
}

/** The button of the account menu; its name goes on with what waits at the others. */
function accounts(page = alice.page) {
  return page.getByRole('button', { name: /^Accounts/ })
}

function entry(name: string, page = alice.page) {
  return page.getByRole('menuitemradio', { name: `${name}@${edge.domain}` })
}

async function addAccount(): Promise<void> {
  await accounts().click()
  await alice.page.getByRole('menuitem', { name: 'Add account…' }).click()
}

async function switchTo(name: string): Promise<void> {
  await accounts().click()
  await entry(name).click()
  await isShown(name)
}

/** Waits until the list is that of this account, which is online. */
async function isShown(name: string, page = alice.page): Promise<void> {
  const own = page.getByRole('status').filter({ hasText: 'Online' })
  await own.getByText(`${name}@${edge.domain}`).waitFor()
}

/** @param open - what a change of size closes, opened again */
async function isAccessible(page: Page, open = async () => {}): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const size of SIZES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize(size)
      await open()
      expect(await accessibilityFindings(page), `${colorScheme} ${size.width}`).toEqual([])
    }
  }
  await page.setViewportSize(SIZES[0])
}

async function reopen(): Promise<void> {
  await alice.page.keyboard.press('Escape')
  await accounts().click()
  await alice.page.getByRole('menu', { name: /^Accounts/ }).waitFor()
}

test('a second account is added from the menu, and the way back stays open', async () => {
  await isAccessible(alice.page, reopen)
  await alice.page.keyboard.press('Escape')
  await addAccount()
  const address = alice.page.getByRole('textbox', { name: 'SIP address' })
  await address.waitFor()
  expect(await address.inputValue()).toBe('')
  await alice.page.waitForFunction(() => document.activeElement?.id === 'address')
  await isAccessible(alice.page)

  await alice.press(`Back to alice@${edge.domain}`)
  await isShown('alice')
  await accounts().click()
  expect(await alice.page.getByRole('menuitemradio').count()).toBe(1)
  await alice.page.keyboard.press('Escape')

  await addAccount()
  await alice.signInAs('work', PASSWORD)
  await isShown('work')
  await accounts().click()
  expect(await entry('alice').getAttribute('aria-checked')).toBe('false')
  expect(await entry('work').getAttribute('aria-checked')).toBe('true')
  await alice.page.keyboard.press('Escape')
})

test('messages reach both, and those of the one out of sight are counted', async () => {
  for (const name of ['alice', 'work']) {
    await switchTo(name).catch(() => {}) // `work` is shown at first.
    await alice.addContact('bob')
  }
  await isShown('work')
  for (const name of ['alice', 'work']) {
    await bob.addContact(name)
    await bob.turnTo(name)
    await bob.write(`this is for ${name}`)
  }
  await alice.turnTo('bob')
  await alice.sees('this is for work')
  const others = `Accounts, alice@${edge.domain}: 1 unread message`
  await alice.page.getByRole('button', { name: others, exact: true }).waitFor()
  expect(await alice.page.title()).toBe('(1) Sotto')
  await isAccessible(alice.page)
  await reopen()
  await entry('alice').getByText('1 unread message').waitFor()
  await alice.page.keyboard.press('Escape')

  const { notified } = await announced(alice.page)
  expect(notified.at(-1)!.title.replaceAll(/[\u2066\u2069]/g, '')).toBe(
    `bob · alice@${edge.domain}`,
  )
})
