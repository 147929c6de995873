import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { startChromium } from './chromium.ts'
import { fileFrom, ownFile } from './file-cards.ts'
import { Keys } from './keys.ts'
import { Person } from './person.ts'

/** Two people with a keyboard each, who use no mouse. */
const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge
let alice: Person
let bob: Person
let hers: Keys
let his: Keys

async function arrive(name: string, contact: string): Promise<[Person, Keys]> {
  const person = await Person.inOwnBrowser(browser, edge.url, name, {
    // Headless has nobody to ask where a file should go: then it is a download.
    prepare: async (context) => {
      await context.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
    },
  })
  const keys = new Keys(person)
  await keys.fill('Name', name)
  await keys.press('Tab')
  await person.page.keyboard.type(person.password)
  await keys.press('Enter')
  await person.online()
  await keys.choose('Add contact')
  await keys.fill('Name or address', contact)
  await keys.press('Enter')
  await keys.areAt('textbox', 'Message')
  return [person, keys]
}

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({
    port: 0,
    dataDir: mkdtempSync(join(tmpdir(), 'sotto-edge-')),
    webRoot: WEB,
  })
  ;[alice, hers] = await arrive('alice', 'bob')
  ;[bob, his] = await arrive('bob', 'alice')
  await alice.page.keyboard.type('hello')
  await hers.press('Enter')
  await bob.sees('hello')
  await alice.privacy('Encrypted, not verified')
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

describe('Tab', () => {
  test('goes through the window in the order in which it is read', async () => {
    await hers.press('F6') // From the composer to the list.
    const stops = [await hers.at()]
    while (stops.at(-1) !== 'button "Send"' && stops.length < 20) {
      if (stops.at(-1) === 'textbox "Message"') await alice.page.keyboard.type('x')
      await hers.press('Tab')
      stops.push(await hers.at())
    }
    expect(stops.map((stop) => stop.replace(/"bob .*"/, '"bob …"'))).toEqual([
      'button "bob …"',
      'button "Practice with the buddy"',
      'button "Encryption: Encrypted, not verified"',
      'button "Conversation options"',
      'button "Verify bob"',
      'region "History with bob"',
      'textbox "Message"',
      'button "Attach files"',
      'button "Emoji"',
      'button "Send"',
    ])
    await hers.tabTo('Message', 'Shift+Tab')
    await hers.press('Backspace')
  })
})

test('the settings tell which keys there are', async () => {
  await hers.press('F6')
  await hers.tabTo('Settings', 'Shift+Tab')
  await hers.press('Enter')
  await alice.page.getByRole('heading', { name: 'Keyboard' }).waitFor()
  expect(await alice.page.getByRole('term').allTextContents()).toEqual(
    expect.arrayContaining(['F6', 'F8', 'Shift+F8', 'Arrow keys', 'Enter', 'Escape']),
  )
  const does = alice.page
    .getByRole('definition')
    .filter({ hasText: 'To the next of several accounts' })
  await does.waitFor()
  expect(await accessibilityFindings(alice.page)).toEqual([])
  await hers.press('Escape', 'F6')
  await hers.areAt('textbox', 'Message')
})

describe('the arrows', () => {
  test('go up and down in the list, and Enter opens', async () => {
    await hers.press('F6')
    await hers.choose('Practice with the buddy')
    await hers.areAt('textbox', 'Message')
    await hers.press('F6')
    expect(await hers.at()).toMatch(/^button "Practice buddy/)
    await hers.press('ArrowDown')
    expect(await hers.at()).toMatch(/^button "bob/)
    await hers.press('ArrowDown') // The last one.
    expect(await hers.at()).toMatch(/^button "bob/)
    await hers.press('ArrowUp')
    expect(await hers.at()).toMatch(/^button "Practice buddy/)
    await hers.press('ArrowDown', 'Enter')
    await hers.areAt('textbox', 'Message')
    await alice.page.getByRole('region', { name: 'Conversation with bob' }).waitFor()
  })

  test('go from message to message, and Tab to what can be done with one', async () => {
    for (const line of ['one', 'two', 'three']) {
      await alice.page.keyboard.type(line)
      await hers.press('Enter')
      await bob.sees(line)
    }
    await hers.tabTo('History with bob', 'Shift+Tab')
    await hers.press('ArrowUp', 'ArrowUp')
    await hers.areOn(alice.row('two'))
    await hers.press('ArrowUp', 'ArrowDown', 'ArrowDown')
    await hers.areOn(alice.row('three'))
    await hers.choose('Delete message')
    await alice.row('three').waitFor({ state: 'detached' })
    await hers.tabTo('Undo', 'Shift+Tab')
    await hers.press('Enter')
    await alice.row('three').waitFor()
  })
})

describe('without a mouse', () => {
  test('one asks and the other answers, and each has verified the other', async () => {
    await hers.tabTo('Encryption: ', 'Shift+Tab')
    await hers.press('Enter')
    await hers.areAt('menuitem', 'Verify bob…')
    await hers.press('Enter')
    await hers.areAt('radio', /^One-time code/)
    await hers.press('ArrowDown', 'ArrowDown')
    expect(await hers.at()).toMatch(/^radio "Shared secret/)
    await hers.fill('The secret', 'red door')
    await hers.choose('Start verification')

    await bob.verificationSays('alice wants to verify you.')
    expect(await his.at()).toBe('textbox "Message"')
    await his.tabTo('Answer', 'Shift+Tab')
    expect(await his.at()).toBe('textbox "Answer"')
    await his.fill('Answer', 'red door')
    await his.press('Enter')
    await alice.privacy('Verified')
    await bob.privacy('Verified')
    await his.areAt('textbox', 'Message')
  })

  test('a file is sent, taken and saved', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'sotto-files-')), 'notes.txt')
    writeFileSync(path, 'the plan is in here')
    await hers.tabTo('Attach files')
    const chooser = alice.page.waitForEvent('filechooser')
    await hers.press('Enter')
    await (await chooser).setFiles(path)
    await fileFrom(bob, 'alice', 'notes.txt').waitFor()
    await his.tabTo('Accept', 'Shift+Tab')
    await his.press('Enter')
    await ownFile(alice, 'notes.txt').getByText('Sent.').waitFor()
    await fileFrom(bob, 'alice', 'notes.txt').getByText('Received.').waitFor()
    await his.tabTo('Message')
    await his.tabTo('Save', 'Shift+Tab')
    const download = bob.page.waitForEvent('download')
    await his.press('Enter')
    expect((await download).suggestedFilename()).toBe('notes.txt')
  })

  test('a message is searched for, and its place is come to', async () => {
    await hers.press('F6')
    await hers.tabTo('Search messages', 'Shift+Tab')
    await hers.press('Enter')
    await hers.areAt('searchbox', 'Search for')
    await alice.page.keyboard.type('two')
    await alice.page.getByText('1 message found').waitFor()
    await hers.choose('bob')
    await hers.areOn(alice.row('two'))
  })

  test('a room is entered, and one of its members is written to alone', async () => {
    for (const keys of [hers, his]) {
      await keys.press('F6')
      await keys.tabTo('Enter a room', 'Shift+Tab')
      await keys.press('Enter')
      await keys.areAt('textbox', 'Name or address of the room')
      await keys.fill('Name or address of the room', 'lunch')
      await keys.press('Enter')
      await keys.areAt('textbox', 'Message')
    }
    await alice.page.getByRole('button', { name: '2 members' }).waitFor()
    await hers.tabTo('Write privately to bob', 'Shift+Tab')
    await hers.press('Enter')
    await hers.areAt('textbox', 'Message')
    await alice.page.keyboard.type('only for you')
    await hers.press('Enter')
    await bob.row('only for you').getByText('Only to you').waitFor()
    await hers.tabTo('Write to everybody again', 'Shift+Tab')
    await hers.press('Enter')
    await hers.areAt('textbox', 'Message')
  })

  test('a passphrase is set, the window is locked, and opened again', async () => {
    await hers.press('F6')
    await hers.tabTo('Settings', 'Shift+Tab')
    await hers.press('Enter')
    await alice.page.getByRole('dialog', { name: 'Settings' }).waitFor()
    await hers.choose('Keys and backup…')
    await hers.fill('New passphrase', 'four quiet words')
    await hers.fill('The same again', 'four quiet words')
    await hers.press('Enter')
    await alice.page.getByText('The passphrase is set.').waitFor()
    await hers.choose('Lock now')
    await alice.page.getByRole('heading', { name: 'alice is locked' }).waitFor()
    await hers.areAt('textbox', 'Passphrase')
    await alice.page.keyboard.type('four quiet words')
    await hers.press('Enter')
    await alice.online()
  })
})
