import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MemoryStore } from '../../chat/testing/memory-store.ts'
import { onlyVersion2 } from '../../chat/testing/older-otr.ts'
import { Actor } from '../../chat/testing/stage.ts'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

/** What is remembered of a contact: the person's choices, and what encryption theirs can speak. */
const PASSWORD = 'correct horse'
const store = new MemoryStore()

let browser: Browser
let edge: Edge
let alice: Person
let bob: Actor

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({
    port: 0,
    dataDir: null,
    webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
  })
  await edge.enrol('bob', PASSWORD)
  bob = await signedIn({ store })
  alice = await Person.arrive(await newPerson(browser, new URL(edge.url).origin), edge.url, 'alice')
  await alice.createAccount()
  await alice.online()
  bob.client.addContact(`sip:alice@${edge.domain}` as Actor['address'], null)
  await alice.addContact('bob')
  await alice.turnTo('bob')
  await alice.write('hello')
  await alice.privacy('Encrypted, not verified')
})

afterAll(async () => {
  await bob?.leave()
  await browser?.close()
  await edge?.close()
})

async function signedIn(options: ConstructorParameters<typeof Actor>[2]): Promise<Actor> {
  const actor = new Actor(edge, 'bob', { password: PASSWORD, ...options })
  await actor.signIn()
  return actor
}

/** A tick of one of the conversation's two menus. */
async function tick(menu: RegExp, item: string, isTicked: boolean, press: boolean): Promise<void> {
  await alice.page.getByRole('button', { name: menu }).click()
  const entry = alice.page.getByRole('menuitemcheckbox', { name: item, exact: true })
  expect(await entry.getAttribute('aria-checked'), item).toBe(String(isTicked))
  if (press) await entry.click()
  await alice.page.keyboard.press('Escape')
  await entry.waitFor({ state: 'hidden' })
}

const ENCRYPTION = /^Encryption: /
const OPTIONS = /^Conversation options$/

test('always with encryption, muted, how long to keep: chosen once, and so after a reload', async () => {
  const { page } = alice
  await tick(ENCRYPTION, 'Always use encryption with bob', false, true)
  await tick(OPTIONS, 'Mute', false, true)
  const rule = page.getByRole('radio', { name: 'This session only' })
  await alice.optionsMenu('Keep messages…')
  expect(await page.getByRole('radio', { name: 'Automatic' }).isChecked()).toBe(true)
  await rule.check()
  await alice.press('Save')

  await page.reload()
  await alice.signIn()
  await alice.online()
  await alice.turnTo('bob')
  await tick(ENCRYPTION, 'Always use encryption with bob', true, false)
  await tick(OPTIONS, 'Mute', true, false)
  await alice.optionsMenu('Keep messages…')
  expect(await rule.isChecked()).toBe(true)
  await page.keyboard.press('Escape')
})

test('beside the key in use stands which version of encryption it is used with', async () => {
  await alice.encryptionMenu('Start encryption')
  await alice.privacy('Encrypted, not verified')
  await alice.encryptionMenu('Keys…')
  const keys = alice.page.getByRole('region', { name: 'Keys of bob' })
  await keys.getByText('OTR version 3', { exact: true }).waitFor()
  expect(await accessibilityFindings(alice.page)).toEqual([])
  await alice.page.keyboard.press('Escape')
})

test('an older version than before is told, and holds what is always encrypted', async () => {
  await bob.leave()
  await alice.privacy('Not connected')
  bob = await signedIn({ store, otr: onlyVersion2 })
  await alice.write('as always')
  await alice.sees('bob used a newer kind of encryption before. Someone may be in between.')
  const card = alice.page.getByRole('alert').filter({ hasText: 'Use without verifying' })
  await card.getByText('bob used a newer kind of encryption before.').waitFor()
  expect(await card.getByText(/identity has changed/).count()).toBe(0)
  expect(bob.heard()).toEqual([])
  await alice.encryptionMenu('Keys…')
  const keys = alice.page.getByRole('region', { name: 'Keys of bob' })
  await keys.getByText('OTR version 2', { exact: true }).waitFor()
  await alice.page.keyboard.press('Escape')
  await alice.press('Use without verifying')
  await bob.hears('as always')
})
