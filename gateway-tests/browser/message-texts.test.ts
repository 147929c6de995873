import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { type Middle, NOBODY_BETWEEN } from '../gateway/middle.ts'
import { accessibilityFindings } from './accessible.ts'
import { startChromium } from './chromium.ts'
import { overhear } from './network-middle.ts'
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

test('what the other side could not read goes again by itself, and says so', async () => {
  const carol = await arrive('carol', (context) => overhear(context, damageOnce()))
  await carol.addContact('alice')
  await alice.addContact('carol')
  await alice.turnTo('carol')
  await alice.write(`can you read this? ${'please! '.repeat(200)}`)
  await carol.turnTo('alice')
  await carol.sees('can you read this?')
  const message = alice.row('can you read this?')
  await message.getByText('Sent again', { exact: true }).waitFor()
  await message.getByText(/Delivered|Seen/).waitFor()
  await alice.write('and this?')
  await carol.sees('and this?')
  expect(await alice.row('and this?').getByText('Sent again').count()).toBe(0)
  await alice.turnTo('bob')
})

test('a smiley is drawn as an emoji, and stays what was typed', async () => {
  const { page } = bob
  await alice.write('see you :-) at https://example.org/:) <3')
  const message = bob.row('see you :-)')
  const typed = message.getByTitle(':-)', { exact: true })
  await typed.waitFor()
  expect(await typed.textContent()).toBe(':-)')
  expect(await message.getByTitle('<3', { exact: true }).count()).toBe(1)
  expect(await message.getByTitle(/./).getByText(':)', { exact: true }).count()).toBe(0)
  expect(await look(typed)).toEqual({ drawn: '🙂', size: '0px' })
  expect(await accessibilityFindings(page)).toEqual([])

  // Three times on its first letter, which selects the paragraph.
  await message.getByText('see you').click({ clickCount: 3, position: { x: 4, y: 10 } })
  await page.keyboard.press('Control+C')
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.focus()
  await page.keyboard.press('Control+V')
  expect((await field.inputValue()).trim()).toBe('see you :-) at https://example.org/:) <3')
  await field.fill('')

  await bob.press('Settings')
  const drawn = page.getByRole('switch', { name: 'Show smileys like :-) as pictures' })
  await drawn.uncheck()
  await page.keyboard.press('Escape')
  await expect.poll(() => typed.count()).toBe(0)
  await bob.sees('see you :-) at')
  await bob.press('Settings')
  await drawn.check()
  await page.keyboard.press('Escape')
  await typed.waitFor()
})

test('the address of a room asks whether to enter it; that of a person is text', async () => {
  const { page } = bob
  const room = `lunch@conference.${edge.domain}`
  await alice.write(`not sip:carol@${edge.domain} but in sip:${room}.`)
  const link = page.getByRole('log').getByRole('button', { name: /^(sip|xmpp):/ })
  await link.waitFor()
  expect(await link.textContent()).toBe(`sip:${room}`)
  expect(await link.getAttribute('title')).toBe('Enter a room')
  expect(await accessibilityFindings(page)).toEqual([])
  await link.focus()
  await page.keyboard.press('Enter')
  const field = page.getByRole('textbox', { name: 'Name or address of the room' })
  expect(await field.inputValue()).toBe(room)
  await page
    .getByText('Rooms are not encrypted: everyone there, and the server, can read.')
    .waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Enter a room' }).first().click()
  expect(await field.inputValue(), 'asked anew').toBe('')
  await page.keyboard.press('Escape')
  await bob.privacy('Encrypted, not verified')
})

/** What stands for an element before it, and how large its own text is. */
async function look(element: Locator): Promise<{ drawn: string; size: string }> {
  return await element.evaluate((node) => ({
    drawn: getComputedStyle(node, '::before').content.replaceAll(/"| \/.*/g, ''),
    size: getComputedStyle(node).fontSize,
  }))
}

test('nothing broke the page’s own rules', () => {
  expect(complaints).toEqual([])
})

/** On the way to this browser one letter of the first long message changes; of what is said in between none. */
function damageOnce(): Middle {
  let isDone = false
  return {
    ...NOBODY_BETWEEN,
    async fromSip(text) {
      const isLong = text.startsWith('?OTR:AAMD') && text.length > 1_600
      if (isDone || !isLong) return await NOBODY_BETWEEN.fromSip(text)
      isDone = true
      const damaged = text.replace(/(?<=^.{300})./, (letter) => (letter === 'A' ? 'B' : 'A'))
      return await NOBODY_BETWEEN.fromSip(damaged)
    },
  }
}
