import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { chain } from '../chain.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { announced, newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
/** How every whitespace tag begins (OTRv3, "Tagged plaintext messages"). */
const WHITESPACE_TAG = ' \t  \t\t\t\t \t \t \t  '

let browser: Browser
let edge: Edge
let alice: Person
let bob: Person
let carol: Person
const contexts: BrowserContext[] = []
const complaints: string[] = []
/** Every MSRP frame that crossed the relay, as text. */
let wire = ''
const test = chain()

const arrive = async (name: string, said: string[] = complaints) => {
  const context = await newPerson(browser, new URL(edge.url).origin)
  contexts.push(context)
  context.on('console', (message) => {
    if (message.type() === 'error') said.push(message.text())
  })
  const person = await Person.arrive(context, edge.url, name)
  await person.createAccount()
  await person.online()
  return person
}

const enterRoom = async ({ page }: Person, name: string) => {
  await page.getByRole('button', { name: 'Enter a room' }).click()
  await page.getByRole('textbox', { name: 'Name or address of the room' }).fill(name)
  await page.getByRole('button', { name: 'Enter', exact: true }).click()
}
const members = ({ page }: Person): Locator =>
  page.getByRole('complementary', { name: 'Members of lunch' })
const log = ({ page }: Person): Locator => page.getByRole('log')

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({
    port: 0,
    dataDir: mkdtempSync(join(tmpdir(), 'sotto-edge-')),
    webRoot: WEB,
    tap: (frame) => {
      wire += Buffer.from(frame).toString('latin1')
    },
  })
  alice = await arrive('alice')
  bob = await arrive('bob')
  carol = await arrive('carol')
})

afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()))
  await browser?.close()
  await edge?.close()
})

test('a name is a room of the own domain; it is never encrypted, and says why', async () => {
  await enterRoom(alice, 'lunch')
  await alice.privacy('Room, not encrypted')
  await alice.page.getByRole('button', { name: /^Encryption: / }).click()
  const item = alice.page.getByRole('menuitem', { name: 'Room: never encrypted here' })
  await item.waitFor()
  expect(await item.getAttribute('aria-disabled')).toBe('true')
  await alice.page.getByText('This encryption works between two people').waitFor()
  await alice.page.keyboard.press('Escape')
  expect(await alice.page.getByRole('button', { name: 'Attach files' }).count()).toBe(0)
})

test('everybody there is listed beside the messages, oneself as "You"', async () => {
  await members(alice).getByText('alice', { exact: true }).waitFor()
  await members(alice).getByText('You', { exact: true }).waitFor()
  await alice.write('soup today')
  await enterRoom(bob, `lunch@conference.${edge.domain}`)
  await members(alice).getByText('bob', { exact: true }).waitFor()
  await alice.page.getByRole('button', { name: '2 members' }).waitFor()
})

test('messages carry the name of who wrote them', async () => {
  await bob.write('again?')
  await log(alice).getByText('again?').waitFor()
  await log(alice).getByText('bob', { exact: true }).waitFor()
  await bob.write('and bread')
  await alice.sees('and bread')
  await log(alice).getByRole('listitem').filter({ hasText: 'and bread' }).getByText('bob').waitFor()
})

test('a nickname is asked for, and everybody sees it', async () => {
  await members(bob).getByRole('button', { name: 'Change nickname…' }).click()
  await bob.page.getByRole('textbox', { name: 'Nickname' }).fill('ליאור')
  await bob.page.getByRole('button', { name: 'Use this nickname' }).click()
  await members(alice).getByText('ליאור', { exact: true }).waitFor()
})

test('a private message goes to one alone, and says so from the first letter to the last', async () => {
  const { page } = alice
  await page.getByRole('textbox', { name: 'Message' }).fill('for you')
  await members(alice).getByRole('button', { name: 'Write privately to ליאור' }).click()
  await page.getByText('Only to ליאור', { exact: true }).waitFor()
  await page.getByText('Only ליאור and the room’s server can read this.').waitFor()
  await page.getByRole('textbox', { name: 'Message' }).press('Enter')
  await log(bob).getByText('for you').waitFor()
  const row = log(bob).getByRole('listitem').filter({ hasText: 'for you' })
  await row.getByText('Only to you').waitFor()
  const own = log(alice).getByRole('listitem').filter({ hasText: 'for you' })
  await own.getByText('Only to ליאור').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByRole('button', { name: 'Write to everybody again' }).click()
  await page.getByText('Everyone in this room, and its server, can read this.').waitFor()
})

test('who is called gets a card wherever they are, and comes in', async () => {
  await alice.addContact('carol')
  await alice.turnTo('lunch')
  await members(alice).getByRole('button', { name: 'Invite…' }).click()
  await alice.page.getByRole('combobox', { name: 'A contact' }).selectOption('carol')
  await alice.page.getByRole('button', { name: 'Invite', exact: true }).click()
  const card = carol.page.getByRole('group', { name: 'Invitation to a room' })
  await card.getByText(/calls? you into the room lunch|called into the room lunch/).waitFor()
  expect(await accessibilityFindings(carol.page)).toEqual([])
  await card.getByRole('button', { name: 'Enter' }).click()
  await carol.privacy('Room, not encrypted')
  await alice.page.getByText(/^carol@.* was reached\.$/).waitFor()
  await alice.write('welcome')
  await carol.sees('welcome')
  for (const earlier of ['soup today', 'and bread', 'for you']) {
    expect(await log(carol).getByText(earlier).count()).toBe(0)
  }
})

test('one who says no is told of to who asked', async () => {
  const dave = await arrive('dave')
  await members(alice).getByRole('button', { name: 'Invite…' }).click()
  await alice.page.getByRole('textbox', { name: 'Name or address' }).fill('dave')
  await alice.page.getByRole('button', { name: 'Invite', exact: true }).click()
  const card = dave.page.getByRole('group', { name: 'Invitation to a room' })
  await card.getByRole('button', { name: 'Decline' }).click()
  await card.waitFor({ state: 'hidden' })
  await alice.page.getByText(/^dave@[\w.-]+: (?!.*reached)/).waitFor()
})

test('a room that is muted makes no notifications', async () => {
  const before = (await announced(carol.page)).notified.length
  await carol.page.getByRole('button', { name: 'Conversation options' }).click()
  await carol.page.getByRole('menuitemcheckbox', { name: 'Mute' }).click()
  await carol.page.getByRole('button', { name: 'Enter a room' }).waitFor()
  await carol.addContact('bob')
  await alice.write('anybody?')
  const row = carol.page.getByRole('navigation').getByRole('button', { name: /^lunch/ })
  await row.getByText('1 unread message').waitFor()
  await row.getByText('Muted').waitFor()
  expect((await announced(carol.page)).notified).toHaveLength(before)
})

test('one who leaves can enter again; on a small screen the members are a dialog', async () => {
  await bob.page.getByRole('button', { name: 'Conversation options' }).click()
  await bob.page.getByRole('menuitem', { name: 'Leave the room' }).click()
  await bob.page.getByText('You are not in the room now.').waitFor()
  await bob.page.getByRole('button', { name: 'Enter again' }).click()
  await bob.privacy('Room, not encrypted')
  await bob.page.setViewportSize({ width: 390, height: 844 })
  await bob.page.getByRole('button', { name: 'Back to contacts' }).waitFor()
  await bob.page.getByRole('button', { name: /members?$/ }).click()
  await bob.page.getByRole('dialog', { name: 'Members of lunch' }).waitFor()
  await bob.page
    .getByRole('list', { name: /members?$/ })
    .getByText('alice')
    .waitFor()
  expect(await accessibilityFindings(bob.page)).toEqual([])
})

test('a contact who is to be written to encrypted, and turns out to be a room, gets nothing', async () => {
  const erin = await arrive('erin', []) // What her browser says of being offline is no fault.
  await erin.page.context().setOffline(true)
  await erin.addContact(`supper@conference.${edge.domain}`)
  await erin.page.getByRole('button', { name: /^Encryption: / }).click()
  await erin.page.getByRole('menuitemcheckbox', { name: /^Always use encryption/ }).click()
  await erin.write('for one person')
  await erin.page.context().setOffline(false)
  await erin.page
    .getByText(/answers as a room now/)
    .first()
    .waitFor()
  expect(wire).not.toContain('for one person')
})

test('no word of OTR crossed the wire: no query, no message, no whitespace tag', () => {
  expect(wire).toContain('soup today')
  expect(wire).not.toContain('?OTR')
  expect(wire).not.toContain(WHITESPACE_TAG)
})

test('nothing broke the page’s own rules', () => {
  expect(complaints).toEqual([])
})
