import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PlainPeer } from '../../chat/testing/plain-peer.ts'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'
import { fillStore } from './stored-messages.ts'
import { unreadable } from './unreadable.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
/** Most rows that are drawn at once, with dividers: see `ROWS_MAX` of web/limits.ts. */
const DRAWN_MAX = 320

let browser: Browser
let edge: Edge
let alice: Person
let bob: Person
const contexts: BrowserContext[] = []
const complaints: string[] = []

const arrive = async (name: string) => {
  const context = await newPerson(browser, new URL(edge.url).origin)
  contexts.push(context)
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  // Headless has nobody to ask where a file should go: then it is a download.
  await context.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
  const person = await Person.arrive(context, edge.url, name)
  await person.createAccount()
  await person.online()
  return person
}

const menu = async ({ page }: Person, item: string) => {
  await page.getByRole('button', { name: 'Conversation options' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}
const row = ({ page }: Person, text: string) =>
  page.getByRole('log').getByRole('listitem').filter({ hasText: text })

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({
    port: 0,
    dataDir: mkdtempSync(join(tmpdir(), 'sotto-edge-')),
    webRoot: WEB,
  })
  alice = await arrive('alice')
  bob = await arrive('bob')
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await bob.turnTo('alice')
  await alice.write('hello')
  await bob.sees('hello')
})

afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()))
  await browser?.close()
  await edge?.close()
})

describe('receipts', () => {
  test('"Seen" is said once the message stood before the eyes of the other, not before', async () => {
    await row(alice, 'hello').getByText('Seen').waitFor()
    await bob.addContact('carol') // Bob looks at another conversation now.
    await alice.write('are you there')
    await row(alice, 'are you there').getByText('Delivered').waitFor()
    await bob.turnTo('alice')
    await row(alice, 'are you there').getByText('Seen').waitFor()
  })

  test('who does not want to tell does not', async () => {
    await bob.press('Settings')
    await bob.page
      .getByRole('switch', { name: 'Tell people when I have seen their messages' })
      .uncheck()
    await bob.page.getByRole('button', { name: 'Close', exact: true }).click()
    await alice.write('read this')
    await bob.sees('read this')
    await bob.write('read')
    await alice.sees('read')
    await row(alice, 'read this').getByText('Delivered').waitFor()
    expect(await row(alice, 'read this').getByText('Seen').count()).toBe(0)
  })
})

describe('what was said', () => {
  test('is found, here or everywhere, and jumped to', async () => {
    await alice.write('the Café is closed')
    await menu(alice, 'Search…')
    await alice.page.getByRole('searchbox', { name: 'Search for' }).fill('cafe')
    const found = alice.page.getByRole('list', { name: 'Found messages' })
    await found.getByRole('button', { name: /the Café is closed/ }).waitFor()
    await alice.page.getByText('1 message found').waitFor()
    expect(await accessibilityFindings(alice.page)).toEqual([])
    await alice.page.getByRole('checkbox', { name: 'Only with bob' }).uncheck()
    await found.getByRole('button', { name: /the Café is closed/ }).click()
    await expect.poll(() => alice.page.evaluate(focusedText)).toContain('the Café is closed')
  })

  test('is deleted one by one, from the keyboard too, and that can be undone', async () => {
    const { page } = alice
    const text = row(alice, 'the Café is closed')
    await text.focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await text.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await text.waitFor()
    await text.hover()
    await text.getByRole('button', { name: 'Delete message' }).click()
    await text.waitFor({ state: 'detached' })
    await page.getByText('Message deleted.').waitFor()
    await page.getByText('Message deleted.').waitFor({ state: 'detached' })
    await menu(alice, 'Search…')
    await page.getByRole('searchbox', { name: 'Search for' }).fill('cafe')
    await page.getByText('0 messages found').waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
  })

  test('is exported, with a warning', async () => {
    const { page } = alice
    await menu(alice, 'Export…')
    await page.getByText('The file is not encrypted.').waitFor()
    const [text] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as text' }).click(),
    ])
    expect(text.suggestedFilename()).toMatch(/^bob@.*\.txt$/)
    expect(readFileSync((await text.path())!, 'utf8')).toMatch(
      /alice: are you there {2}\[encrypted/,
    )
    await menu(alice, 'Export…')
    const [json] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download as JSON' }).click(),
    ])
    const { messages } = JSON.parse(readFileSync((await json.path())!, 'utf8'))
    expect(messages[0]).toMatchObject({ author: 'us', text: 'hello', protection: 'unverified' })
  })

  test('is kept if the person says so, and found again after a reload', async () => {
    const { page } = alice
    await menu(alice, 'Keep messages…')
    await page.getByRole('radio', { name: 'Keep', exact: true }).check()
    expect(await accessibilityFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Save' }).click()
    await alice.write('for later')
    await bob.sees('for later')
    await row(alice, 'for later').getByText('Delivered').waitFor()
    await page.reload()
    await alice.signIn()
    await alice.online()
    await alice.turnTo('bob')
    await alice.sees('for later')
    await alice.sees('hello')
  })

  test('is cleared, once the person knows what that means', async () => {
    const { page } = alice
    await menu(alice, 'Clear history…')
    await page.getByRole('dialog', { name: 'Clear the history with bob?' }).waitFor()
    await page.getByText('bob keeps their copy.').waitFor()
    await page.getByRole('button', { name: 'Clear history' }).click()
    await page.getByText('No messages yet.').waitFor()
    await bob.sees('for later')
  })
})

test('a message that could not be read is a gap; its writer is asked for it once', async () => {
  await edge.enrol('erin', 'correct horse')
  const erin = new PlainPeer(edge, 'erin', 'correct horse')
  await erin.signIn()
  await alice.addContact('erin')
  await alice.turnTo('erin')
  await alice.write('hello erin')
  await alice.page.getByRole('button', { name: 'Send unencrypted' }).click()
  await alice.privacy('Not encrypted')
  erin.say(unreadable(), `sip:alice@${edge.domain}` as PlainPeer['address'])
  const gap = row(alice, 'A message could not be read.')
  await gap.getByRole('button', { name: 'Ask to resend' }).click()
  const asked = gap.getByRole('button', { name: 'Asked' })
  await asked.waitFor()
  expect(await asked.getAttribute('aria-disabled')).toBe('true')
  await alice.sees('A message of yours could not be read here. Could you send it again?')
  await erin.leave()
})

test('emoji are found by name, put where the cursor is, and remembered', async () => {
  const { page } = alice
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill(':-) ab')
  await field.press('ArrowLeft')
  await page.getByRole('button', { name: 'Emoji' }).click()
  await page.getByRole('searchbox', { name: 'Search emoji' }).fill('red hea')
  await page.getByRole('grid').getByRole('button', { name: 'red heart' }).waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  expect(await field.inputValue()).toBe(':-) a❤️b')
  await page.getByRole('button', { name: 'Emoji' }).click()
  const recent = page.getByRole('grid', { name: 'Used lately' })
  await recent.getByRole('button', { name: 'red heart' }).click()
  expect(await field.inputValue()).toBe(':-) a❤️❤️b')
  await field.fill('')
})

test('a draft outlives the tab, and is forgotten once the message is on the disk', async () => {
  await alice.turnTo('bob')
  await alice.page.getByRole('textbox', { name: 'Message' }).fill('half a sen')
  await alice.page.close({ runBeforeUnload: false })
  alice = await Person.arrive(contexts[0]!, edge.url, 'alice')
  await alice.signIn()
  await alice.online()
  await alice.turnTo('bob')
  const field = alice.page.getByRole('textbox', { name: 'Message' })
  expect(await field.inputValue()).toBe('half a sen')
  const drafts = () =>
    alice.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('draft')))
  expect(await drafts()).toHaveLength(1)
  await field.press('Enter')
  await alice.sees('half a sen')
  await expect.poll(drafts).toEqual([])
})

test('ten thousand messages: all can be read, few are drawn, and the reader’s place stays', async () => {
  const { page } = alice
  await alice.press('Settings')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('textbox', { name: 'SIP address' }).waitFor()
  await page.evaluate(fillStore, { own: `sip:alice@${edge.domain}`, count: 10_000 })
  await alice.signIn()
  await alice.online()
  await alice.turnTo('bob')
  await alice.sees('message 9999')
  const { most, jumps, first } = await page.evaluate(readUpwards)
  expect(first).toContain('message 0')
  expect(most).toBeLessThanOrEqual(DRAWN_MAX)
  expect(jumps).toEqual([])
  await page.getByRole('button', { name: 'Jump to latest' }).click()
  await row(alice, 'message 9999').waitFor()
  expect(await page.getByRole('log').getByRole('listitem').count()).toBeLessThanOrEqual(DRAWN_MAX)
}, 300_000) // Every one of them is drawn, by whatever core is left.

test('a message of long ago that is looked for is fetched and shown', async () => {
  const { page } = alice
  await page.reload()
  await alice.signIn()
  await alice.online()
  await page.getByRole('button', { name: 'Search messages' }).click()
  await page.getByRole('searchbox', { name: 'Search for' }).fill('message 4321')
  await page.getByRole('list', { name: 'Found messages' }).getByRole('button').click()
  await expect.poll(() => page.evaluate(focusedText)).toContain('message 4321')
})

test('nothing broke the page’s own rules', () => {
  expect(complaints).toEqual([])
})

// What follows runs in the page.

/** What is said by the row that has the focus, through shadow roots. */
function focusedText(): string | null {
  let at: Element | null = document.activeElement
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement
  return at?.querySelector('sotto-message')?.shadowRoot?.textContent ?? null
}

/** Scrolls up as a reader does, and notes how many rows there were and what moved under the eyes. */
async function readUpwards() {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const inside = (host: Document | ShadowRoot, selector: string): HTMLElement | null => {
    const here = host.querySelector<HTMLElement>(selector)
    if (here !== null) return here
    for (const one of host.querySelectorAll('*')) {
      const found = one.shadowRoot && inside(one.shadowRoot, selector)
      if (found) return found
    }
    return null
  }
  const scroll = inside(document, 'sotto-timeline')!.shadowRoot!.querySelector('.scroll')!
  const rows = () => [...scroll.querySelectorAll<HTMLElement>('li')]
  const topRow = () => {
    const { top } = scroll.getBoundingClientRect()
    return rows().find((one) => one.dataset['key'] && one.getBoundingClientRect().bottom > top)
  }
  const textOf = (row: HTMLElement | undefined) =>
    row?.querySelector('sotto-message')?.shadowRoot?.textContent ?? ''
  let most = 0
  let idle = 0
  const jumps: string[] = []
  while (idle < 30) {
    const before = scroll.scrollTop
    scroll.scrollTop = before - 5_000
    const reader = topRow()
    const place = reader?.getBoundingClientRect().top ?? 0
    await frame()
    await frame()
    const moved = (reader?.getBoundingClientRect().top ?? place) - place
    if (reader?.isConnected !== true || Math.abs(moved) > 2)
      jumps.push(`${reader?.dataset['key']} ${moved}`)
    most = Math.max(most, rows().length)
    idle = before === 0 && scroll.scrollTop === 0 ? idle + 1 : 0
  }
  return { most, jumps, first: textOf(topRow()) }
}
