import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { newPerson } from '../browser/chromium.ts'
import { accept, attach, fileFrom, ownFile } from '../browser/file-cards.ts'
import { startFirefox } from '../browser/firefox.ts'
import { Person } from '../browser/person.ts'
import { text } from '../browser/sample-files.ts'
import { startEdge } from '../edge.ts'

/** Two people in private windows, where Firefox has no private file system for a page. */
let browser: Browser
let edge: Edge
let alice: Person
let bob: Person

beforeAll(async () => {
  browser = await startFirefox({ 'browser.privatebrowsing.autostart': true })
  edge = await startEdge({
    port: 0,
    dataDir: mkdtempSync(join(tmpdir(), 'sotto-edge-')),
    webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
  })
  const arrive = async (name: string) =>
    await Person.arrive(await newPerson(browser, new URL(edge.url).origin), edge.url, name)
  alice = await arrive('alice')
  bob = await arrive('bob')
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

test('the window is what it is meant to be: one that keeps no files', async () => {
  const folder = alice.page.evaluate(() => navigator.storage.getDirectory().then(() => 'there'))
  await expect(folder).rejects.toThrow('Security error')
})

test('an account is made there, and the conversation is encrypted', async () => {
  await Promise.all([alice.createAccount(), bob.createAccount()])
  await Promise.all([alice.online(), bob.online()])
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await bob.turnTo('alice')
  await alice.write('nobody keeps this')
  await bob.sees('nobody keeps this')
  for (const person of [alice, bob]) await person.privacy('Encrypted, not verified')
})

test('a file arrives all the same, and can be saved', async () => {
  await attach(alice, text('notes.txt', 'the plan is in here'))
  await accept(bob, 'alice', 'notes.txt')
  await ownFile(alice, 'notes.txt').getByText('Sent.').waitFor()
  const card = fileFrom(bob, 'alice', 'notes.txt')
  const [download] = await Promise.all([
    bob.page.waitForEvent('download'),
    card.getByRole('button', { name: 'Save' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('notes.txt')
})
