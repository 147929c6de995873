import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { accessibilityFindings } from '../browser/accessible.ts'
import { newPerson, startChromium } from '../browser/chromium.ts'
import { accept, attach, fileFrom, ownFile } from '../browser/file-cards.ts'
import { startFirefox } from '../browser/firefox.ts'
import { Person } from '../browser/person.ts'
import { png, text } from '../browser/sample-files.ts'
import { chain } from '../chain.ts'
import { startEdge } from '../edge.ts'

/** Alice in Firefox and Bob in Chromium: what one browser makes, the other understands. */
let browsers: readonly Browser[] = []
let edge: Edge
let alice: Person
let bob: Person
/** Everything that crossed the relay, as text. */
let tapped = ''
/** What Firefox complained of: the content-security policy above all. */
const complaints: string[] = []
const test = chain()

beforeAll(async () => {
  browsers = await Promise.all([startFirefox(), startChromium()])
  edge = await startEdge({
    port: 0,
    dataDir: mkdtempSync(join(tmpdir(), 'sotto-edge-')),
    webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
    tap: (frame) => {
      tapped += Buffer.from(frame).toString('latin1')
    },
  })
  const [firefox, chromium] = await Promise.all(
    browsers.map((browser) => newPerson(browser, new URL(edge.url).origin)),
  )
  complain(firefox!)
  // No dialog of the system can be answered here: saving is a download, as in Firefox.
  await chromium!.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
  alice = await Person.arrive(firefox!, edge.url, 'alice')
  bob = await Person.arrive(chromium!, edge.url, 'bob')
})

afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()))
  await edge?.close()
})

function complain(context: BrowserContext): void {
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  context.on('weberror', (error) => complaints.push(String(error.error())))
}

test('an account is made, and what takes long is said', async () => {
  await alice.page.evaluate(keepStatuses)
  await Promise.all([alice.createAccount(), bob.createAccount()])
  await Promise.all([alice.online(), bob.online()])
  expect(await alice.page.evaluate('statuses')).toContainEqual(
    expect.stringMatching(/Making your key… \d+ numbers tried/),
  )
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await bob.turnTo('alice')
})

const inTouch = test('words go both ways, encrypted without having been asked for it', async () => {
  await alice.write('aus dem einen Browser: grüße, 世界 👋')
  await bob.sees('aus dem einen Browser: grüße, 世界 👋')
  await bob.write('and out of the other')
  await alice.sees('and out of the other')
  for (const person of [alice, bob]) await person.privacy('Encrypted, not verified')
  expect(tapped).toContain('?OTR:')
  expect(tapped).not.toContain('and out of the other')
})

describe('verification', () => {
  const test = chain(inTouch)

  test('by a one-time code that was misheard fails on both sides', async () => {
    await alice.encryptionMenu('Verify bob…')
    expect(await accessibilityFindings(alice.page)).toEqual([])
    const code = await startWithCode(alice)
    await bob.answer(code.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)))
    for (const person of [alice, bob]) {
      await person.verificationSays('The answers didn’t match.')
      await person.privacy('Encrypted, not verified')
    }
  })

  test('by the code itself proves who is there', async () => {
    await alice.encryptionMenu('Verify bob…')
    await bob.answer(await startWithCode(alice))
    await alice.privacy('Verified')
    await alice.verificationSays('Verified. You’re talking to bob.')
  })

  test('by a question is answered in Firefox too', async () => {
    await bob.encryptionMenu('Verify alice…')
    await bob.page.getByRole('radio', { name: 'Question' }).click()
    await bob.page.getByRole('textbox', { name: 'Your question' }).fill('Which lake?')
    await bob.page.getByRole('textbox', { name: 'The answer you expect' }).fill('lagoon')
    await bob.press('Start verification')
    await alice.page
      .getByRole('region', { name: 'Verification' })
      .getByText('Which lake?')
      .waitFor()
    await alice.answer('lagoon')
    await bob.privacy('Verified')
    await alice.privacy('Verified')
  })
})

describe('files', () => {
  const test = chain(inTouch)

  test('of Firefox are chosen with a button and arrive; a picture is shown', async () => {
    await attach(alice, png('sunset.png', 320, 200))
    await accept(bob, 'alice', 'sunset.png')
    await ownFile(alice, 'sunset.png').getByText('Sent.').waitFor()
    for (const card of [ownFile(alice, 'sunset.png'), fileFrom(bob, 'alice', 'sunset.png')])
      await card.getByRole('img', { name: 'sunset.png' }).waitFor()
  })

  test('for Firefox are received, and saved as they were sent', async () => {
    await attach(bob, text('notes.txt', 'the plan is in here'))
    await accept(alice, 'bob', 'notes.txt')
    const card = fileFrom(alice, 'bob', 'notes.txt')
    await card.getByText('Received.').waitFor()
    const [download] = await Promise.all([
      alice.page.waitForEvent('download'),
      card.getByRole('button', { name: 'Save' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('notes.txt')
    expect(readFileSync(await download.path(), 'utf8')).toBe('the plan is in here')
    await card.getByText('Saved. The copy in this browser goes when you sign out.').waitFor()
    expect(tapped).not.toContain('the plan is in here')
  })
})

test('anyone can use it: axe-core finds nothing, light and dark, wide and narrow', async () => {
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 1280],
    ['dark', 320],
  ] as const) {
    await alice.page.emulateMedia({ colorScheme })
    await alice.page.setViewportSize({ width, height: 800 })
    expect(await accessibilityFindings(alice.page), `${colorScheme}, ${width} px`).toEqual([])
  }
  await alice.page.emulateMedia({ colorScheme: 'light' })
  await alice.page.setViewportSize({ width: 1280, height: 800 })
  await alice.press('Settings')
  expect(await accessibilityFindings(alice.page), 'settings').toEqual([])
  await alice.page.keyboard.press('Escape')
})

test('a room is entered by both, and says that it is not encrypted', async () => {
  for (const { page } of [alice, bob]) {
    await page.getByRole('button', { name: 'Enter a room' }).click()
    await page.getByRole('textbox', { name: 'Name or address of the room' }).fill('lunch')
    await page.getByRole('button', { name: 'Enter', exact: true }).click()
  }
  for (const person of [alice, bob]) await person.privacy('Room, not encrypted')
  await alice.write('soup today')
  await bob.sees('soup today')
  await bob.write('with bread')
  await alice.sees('with bread')
})

test('nothing broke the page’s own rules', () => {
  expect(complaints).toEqual([])
})

/** Begins with what the dialog offers first. @returns the code, as it is read out */
async function startWithCode(person: Person): Promise<string> {
  const code = person.page.getByRole('img', { name: /^Your one-time code: / })
  const digits = ((await code.textContent()) ?? '').replace(/\D/g, '')
  await person.press('Start verification')
  return digits
}

/** Runs in the page: keeps in `statuses` whatever a status says from now on, however short. */
function keepStatuses(): void {
  const statuses: string[] = []
  Object.assign(window, { statuses })
  const keep = () => {
    for (const status of document.querySelectorAll('[role=status]'))
      statuses.push(status.textContent.trim())
  }
  new MutationObserver(keep).observe(document, {
    childList: true,
    characterData: true,
    subtree: true,
  })
}
