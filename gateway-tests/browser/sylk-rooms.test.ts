import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { chain } from '../chain.ts'
import { startEdge } from '../edge.ts'
import { SylkFocus } from '../sylk-focus.ts'
import { startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
const ROOM = 'room3707'

let browser: Browser
let edge: Edge
let focus: SylkFocus
let alice: Person
let bob: Person
let carol: Person
const complaints: string[] = []
/** Every MSRP frame that crossed the relay, as text. */
let wire = ''
const test = chain()

const arrive = async (name: string, said: string[] = complaints) => {
  const person = await Person.inOwnBrowser(browser, edge.url, name, { complaints: said })
  await person.createAccount()
  await person.online()
  return person
}
const enter = async ({ page }: Person) => {
  await page.getByRole('button', { name: 'Enter a room' }).click()
  const name = page.getByRole('textbox', { name: 'Name or address of the room' })
  await name.fill(`${ROOM}@${edge.domain}`)
  await page.getByRole('button', { name: 'Enter', exact: true }).click()
}
const members = ({ page }: Person): Locator =>
  page.getByRole('complementary', { name: `Members of ${ROOM}` })

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
  await edge.enrol(ROOM, 'correct horse')
  focus = await new SylkFocus(edge, ROOM, 'correct horse').start()
  alice = await arrive('alice')
  bob = await arrive('bob')
  carol = await arrive('carol')
})

afterAll(async () => {
  await focus?.[Symbol.asyncDispose]()
  await browser?.close()
  await edge?.close()
})

test('a room of SylkServer is entered by its address: what it says, and who is there', async () => {
  await enter(alice)
  await alice.privacy('Room, not encrypted')
  await alice.sees(/^Welcome! You are the first participant/)
  await enter(bob)
  await members(alice).getByText('bob', { exact: true }).waitFor()
  await alice.sees(/^bob@.* has joined the room with chat$/)
})

test('a nickname and a private message', async () => {
  await members(alice).getByRole('button', { name: 'Change nickname…' }).click()
  await alice.page.getByRole('textbox', { name: 'Nickname' }).fill('Al "the" Ice')
  await alice.page.getByRole('button', { name: 'Use this nickname' }).click()
  await members(bob).getByText('Al "the" Ice', { exact: true }).waitFor()
  await members(bob).getByRole('button', { name: 'Write privately to Al "the" Ice' }).click()
  await bob.write('psst')
  await alice.sees('psst')
  await alice.row('psst').getByText('Only to you').waitFor()
  await bob.page.getByRole('button', { name: 'Write to everybody again' }).click()
})

test('who comes later is shown what was said before, as such and without an alarm', async () => {
  await alice.write('hello room')
  await bob.sees('hello room')
  await enter(carol)
  await carol.sees('hello room')
  await carol.page.getByRole('log').getByText('Earlier messages').waitFor()
  expect(await carol.row('psst').count()).toBe(0)
  await carol.write('hi from carol')
  await alice.sees('hi from carol')
  expect(focus.heard).toEqual(['psst', 'hello room', 'hi from carol'])
})

test('a contact who is to be written to encrypted, and turns out to be a room, gets nothing', async () => {
  const dave = await arrive('dave', []) // What his browser says of being offline is no fault.
  await dave.page.context().setOffline(true)
  await dave.addContact(ROOM)
  await dave.page.getByRole('button', { name: /^Encryption: / }).click()
  await dave.page.getByRole('menuitemcheckbox', { name: /^Always use encryption/ }).click()
  await dave.write('for one person')
  await dave.page.context().setOffline(false)
  await dave.page
    .getByText(/answers as a room now/)
    .first()
    .waitFor()
  expect(wire).not.toContain('for one person')
})

test('no word of OTR crossed the wire, and nothing broke the page’s own rules', () => {
  expect(wire).toContain('hello room')
  expect(wire).not.toContain('?OTR')
  expect(complaints).toEqual([])
})
