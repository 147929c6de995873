import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { announced, newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'
import { noise } from './sample-files.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
const PASSWORD = 'correct horse'
/** Every state is looked at on a desk by day and on a phone by night. */
const LOOKS = [
  { colorScheme: 'light', size: { width: 1280, height: 800 } },
  { colorScheme: 'dark', size: { width: 390, height: 844 } },
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

/** Waits until the account menu tells this of the others. */
async function waits(news: string): Promise<void> {
  const name = news === '' ? 'Accounts' : `Accounts, ${news}`
  await alice.page.getByRole('button', { name, exact: true }).waitFor()
}

/** Waits until the list is that of this account, which is online. */
async function isShown(name: string, page = alice.page): Promise<void> {
  const own = page.getByRole('status').filter({ hasText: 'Online' })
  await own.getByText(`${name}@${edge.domain}`).waitFor()
}

async function hasFocus(place: Locator): Promise<void> {
  await expect.poll(() => place.evaluate((element) => element.matches(':focus'))).toBe(true)
}

/** @param open - what a change of size closes, opened again */
async function isAccessible(page: Page, open = async () => {}): Promise<void> {
  for (const { colorScheme, size } of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize(size)
    await open()
    expect(await accessibilityFindings(page), `${colorScheme} ${size.width}`).toEqual([])
  }
  await page.setViewportSize(LOOKS[0].size)
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
  await hasFocus(address)
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
  await alice.addContact('bob')
  await switchTo('alice')
  await alice.addContact('bob')
  await switchTo('work')
  for (const name of ['alice', 'work']) {
    await bob.addContact(name)
    await bob.turnTo(name)
    await bob.write(`this is for ${name}`)
  }
  await alice.turnTo('bob')
  await alice.sees('this is for work')
  expect(await alice.page.getByText('this is for alice').count()).toBe(0)
  await waits(`alice@${edge.domain}: 1 unread message`)
  expect(await alice.page.title()).toBe('(1) Sotto')
  await isAccessible(alice.page)
  await reopen()
  await entry('alice').getByText('1 unread message').waitFor()
  await alice.page.keyboard.press('Escape')

  const { notified } = await announced(alice.page)
  const titles = notified.map(({ title }) => title.replaceAll(/[\u2066\u2069]/g, ''))
  expect(titles).toContain(`bob · alice@${edge.domain}`)
})

test('a switch shows the other list and conversation, and what is typed stays where it was', async () => {
  await alice.page.getByRole('textbox', { name: 'Message' }).fill('not yet sent by work')
  await alice.page.keyboard.press('F8')
  await isShown('alice')
  await alice.page.getByText(`You are now using alice@${edge.domain}.`).waitFor()
  await alice.sees('this is for alice')
  await waits('')
  expect(await alice.page.title()).toBe('Sotto')
  const field = alice.page.getByRole('textbox', { name: 'Message' })
  expect(await field.inputValue()).toBe('')
  await hasFocus(field)

  await alice.page.keyboard.press('Shift+F8')
  await isShown('work')
  expect(await alice.page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe(
    'not yet sent by work',
  )
})

test('each account has a key of its own, and trust in one is none in the other', async () => {
  const atWork = await alice.ownFingerprint()
  await bob.turnTo('work')
  await alice.verifyWithSecret('bob', 'the red door')
  await bob.answer('the red door')
  await alice.privacy('Verified')

  await switchTo('alice')
  expect(await alice.ownFingerprint()).not.toBe(atWork)
  await alice.privacy('Encrypted, not verified')
})

test('whoever calls an account out of sight is shown, and let in there', async () => {
  const carol = await arrive('carol')
  await carol.createAccount()
  await carol.online()
  await carol.addContact('work')
  await carol.turnTo('work')
  await carol.write('is this the office?')
  const call = alice.page.getByRole('group', { name: 'Invitation' })
  await call.getByText('carol wants to chat with you.').waitFor()
  await call.getByText(`To work@${edge.domain}`).waitFor()
  await isAccessible(alice.page)
  await call.getByRole('button', { name: 'Show' }).click()
  await isShown('work')
  await alice.press('Accept')
  await alice.sees('is this the office?')
  await carol.page.close()
})

test('all of it goes by keyboard alone', async () => {
  const { keyboard } = alice.page
  await accounts().focus()
  await keyboard.press('ArrowDown')
  await hasFocus(entry('alice'))
  await keyboard.press('Escape')
  await hasFocus(accounts())
  await keyboard.press('Enter')
  await hasFocus(entry('alice'))
  await keyboard.press('w')
  await hasFocus(entry('work'))
  await keyboard.press('Home')
  await keyboard.press('Enter')
  await isShown('alice')
  await hasFocus(alice.page.getByRole('textbox', { name: 'Message' }))
})

test('a reload brings both back, each with its password', async () => {
  await alice.page.reload()
  await waits(`work@${edge.domain}: Sign in again`)
  const address = alice.page.getByRole('textbox', { name: 'SIP address' })
  expect(await address.inputValue()).toBe('alice')
  await isAccessible(alice.page)
  await reopen()
  await isAccessible(alice.page, reopen)
  await alice.page.keyboard.press('Escape')
  await alice.page.getByLabel('Password').fill(PASSWORD)
  await alice.page.keyboard.press('Enter')
  await isShown('alice')
  await waits(`work@${edge.domain}: Sign in again`)

  await accounts().click()
  await entry('work').click()
  await alice.page.getByRole('button', { name: `Back to alice@${edge.domain}` }).waitFor()
  expect(await address.inputValue()).toBe('work')
  await hasFocus(alice.page.getByLabel('Password'))
  await isAccessible(alice.page)
  await alice.page.getByLabel('Password').fill(PASSWORD)
  await alice.page.keyboard.press('Enter')
  await isShown('work')
  await waits('')
})

test('another tab may own one of them', async () => {
  const second = await Person.arrive(alice.page.context(), edge.url, 'work')
  await second.signIn()
  await second.page.getByRole('heading', { name: 'work is open in another tab' }).waitFor()
  await second.press('Use it here')
  await isShown('work', second.page)

  await alice.page.getByRole('heading', { name: 'work is open in another tab' }).waitFor()
  await isAccessible(alice.page)
  await alice.press(`Back to alice@${edge.domain}`)
  await isShown('alice')
  await accounts().click()
  await entry('work').getByText('Open in another tab').waitFor()
  await isAccessible(alice.page, reopen)
  await alice.page.keyboard.press('Escape')
  await bob.turnTo('alice')
  await bob.write('still there?')
  await alice.turnTo('bob')
  await alice.sees('still there?')
  await second.page.close()

  await accounts().click()
  await entry('work').click()
  await alice.press('Use it here')
  await isShown('work')
})

test('an account that is in the window is not signed in a second time', async () => {
  await addAccount()
  await alice.signInAs('alice', PASSWORD)
  await isShown('alice')
  await accounts().click()
  expect(await alice.page.getByRole('menuitemradio').count()).toBe(2)
  await alice.page.keyboard.press('Escape')
})

test('one is signed out, though not over a file that is on its way, and the other stays', async () => {
  await alice.turnTo('bob')
  const chooser = alice.page.waitForEvent('filechooser')
  await alice.press('Attach files')
  await (await chooser).setFiles([noise('minutes.odt', 20_000)])
  await alice.page.getByText('Waiting for bob to accept.').waitFor()

  const leave = { name: `Sign out of alice@${edge.domain}` }
  await accounts().click()
  await alice.page.getByRole('menuitem', leave).click()
  await alice.page.getByRole('dialog', { name: `Sign out of alice@${edge.domain}?` }).waitFor()
  await isAccessible(alice.page)
  await alice.press('Stay signed in')
  await isShown('alice')
  await accounts().click()
  await alice.page.getByRole('menuitem', leave).click()
  await alice.press('Sign out anyway')
  await isShown('work')
  await accounts().click()
  expect(await alice.page.getByRole('menuitemradio').count()).toBe(1)
  await alice.page.keyboard.press('Escape')
  await bob.turnTo('work')
  await bob.write('good night')
  await alice.turnTo('bob')
  await alice.sees('good night')

  await accounts().click()
  await alice.page.getByRole('menuitem', { name: `Sign out of work@${edge.domain}` }).click()
  await alice.page.getByRole('tab', { name: 'Sign in' }).waitFor()
  await alice.page.reload()
  await alice.page.getByRole('button', { name: `Use work@${edge.domain}` }).waitFor()
  expect(await accounts().count()).toBe(0)
})
