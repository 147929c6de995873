import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { announced, newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge
let alice: Person
let bob: Person

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
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

async function arrive(name: string, prepare = async (_: BrowserContext) => {}): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  await context.addInitScript(() => {
    const badges: number[] = []
    Object.assign(window, { badges })
    Object.assign(navigator, { setAppBadge: async (count: number) => void badges.push(count) })
  })
  await prepare(context)
  const person = await Person.arrive(context, edge.url, name)
  await person.createAccount()
  await person.online()
  return person
}

const menu = async ({ page }: Person, item: string, role: 'menuitem' | 'menuitemcheckbox') => {
  await page.getByRole('button', { name: 'Conversation options' }).click()
  await page.getByRole('menu').getByRole(role, { name: item }).click()
}
const notified = async ({ page }: Person) => (await announced(page)).notified
const badge = ({ page }: Person) =>
  page.evaluate(() => (window as unknown as { badges: number[] }).badges.at(-1))

test('handshakes, typing and receipts tell nobody anything', async () => {
  const carol = await arrive('carol')
  await carol.addContact('alice')
  await alice.addContact('carol')
  await carol.page.reload() // Looks at the list, not at a conversation.
  await carol.signIn()
  await carol.online()
  await alice.turnTo('carol')
  await alice.encryptionMenu('Start encryption')
  await alice.privacy('Encrypted, not verified')
  await alice.page.getByRole('textbox', { name: 'Message' }).pressSequentially('never sent')
  await alice.page.getByRole('textbox', { name: 'Message' }).fill('')
  await alice.encryptionMenu('Renew encryption')
  await alice.privacy('Encrypted, not verified')
  expect(await notified(carol)).toEqual([])
  expect(await carol.page.title()).toBe('Sotto')

  for (const text of ['one', 'two', 'three']) await alice.write(text)
  await expect.poll(() => badge(carol), { timeout: 10_000 }).toBe(3)
  expect(await carol.page.title()).toBe('(3) Sotto')
  const told = await notified(carol)
  expect(new Set(told.map(({ body }) => body)), 'no text of theirs').toEqual(
    new Set(['New encrypted message']),
  )
  await carol.turnTo('alice')
  await expect.poll(() => badge(carol)).toBe(0)

  await menu(carol, 'Mute', 'menuitemcheckbox')
  await carol.page.keyboard.press('Escape')
  await carol.addContact('dave') // Looks elsewhere again.
  const before = (await notified(carol)).length
  await alice.write('quietly')
  await expect.poll(() => badge(carol), { timeout: 10_000 }).toBe(1)
  expect(await notified(carol)).toHaveLength(before)
  await carol.page.close()
})

test('many messages of one person are one notification, which is replaced and keeps quiet', async () => {
  const frank = await arrive('frank')
  for (const name of ['alice', 'bob']) await frank.addContact(name)
  await alice.addContact('frank')
  await bob.addContact('frank')
  await frank.addContact('nobody') // Looks elsewhere.
  await alice.turnTo('frank')
  await bob.turnTo('frank')
  const five = ['one', 'two', 'three', 'four', 'five']
  for (const text of five) await alice.write(text)
  await expect.poll(() => badge(frank), { timeout: 30_000 }).toBe(5)
  const told = await notified(frank)
  expect(told).toHaveLength(5)
  expect(told[0]!.tag).not.toBe('') // What has no tag is never replaced.
  expect(told).toEqual(five.map(() => ({ ...told[0], renotify: false })))

  await bob.write('six')
  await expect.poll(() => badge(frank), { timeout: 30_000 }).toBe(6)
  const shown = new Map((await notified(frank)).map((one) => [one.tag, one.title]))
  expect([...shown.values()].map((title) => title.replaceAll(/[\u2066\u2069]/g, ''))).toEqual([
    'alice',
    'bob',
  ])
  await frank.page.close()
  await bob.turnTo('alice')
})

test('each conversation has a draft of its own, and signing out loses none', async () => {
  const field = alice.page.getByRole('textbox', { name: 'Message' })
  await alice.turnTo('bob')
  await field.fill('half a word for Bob')
  await alice.turnTo('carol')
  await field.fill('and one for Carol')
  await alice.press('Settings')
  await alice.press('Sign out')
  await alice.signIn()
  await alice.online()
  await alice.turnTo('bob')
  expect(await field.inputValue()).toBe('half a word for Bob')
  await field.fill('')
  await alice.turnTo('carol')
  expect(await field.inputValue()).toBe('and one for Carol')
  await field.fill('')
})

test('what is deleted is not in the database any more', async () => {
  await alice.turnTo('bob')
  await menu(alice, 'Keep messages…', 'menuitem')
  await alice.page.getByRole('radio', { name: 'Keep', exact: true }).click()
  await alice.press('Save')
  await alice.write('the recipe of the sauce')
  await bob.sees('the recipe of the sauce')
  await expect.poll(() => alice.page.evaluate(stored), { timeout: 10_000 }).toContain('the recipe')
  const row = alice.page.getByRole('log').getByRole('listitem').filter({ hasText: 'the recipe' })
  await row.hover()
  await row.getByRole('button', { name: 'Delete message' }).click()
  await alice.page.getByText('Message deleted.').waitFor({ state: 'detached', timeout: 20_000 })
  await expect.poll(() => alice.page.evaluate(stored)).not.toContain('the recipe')
})

test('a key of before can be forgotten, the one in use cannot', async () => {
  await bob.press('Settings')
  await bob.press('Make a new key…')
  expect(await accessibilityFindings(bob.page)).toEqual([])
  await bob.press('Make a new key')
  await bob.page.keyboard.press('Escape')
  await alice.page.getByText('bob left the conversation.').last().waitFor()
  await alice.write('with which key?')
  await bob.sees('with which key?')
  await alice.privacy('Encrypted, not verified')
  await alice.encryptionMenu('Keys…')
  const forget = alice.page.getByRole('button', { name: 'Forget', exact: true })
  await expect.poll(() => forget.count(), { timeout: 10_000 }).toBe(1)
  await forget.click()
  await expect.poll(() => forget.count()).toBe(0)
  await alice.page.getByText('In use now').waitFor()
  await alice.page.keyboard.press('Escape')
})

test('the key of somebody else is noticed, and not trusted', async () => {
  const { page } = alice
  const { theirs: fingerprint } = await alice.fingerprints('bob')
  const file = join(mkdtempSync(join(tmpdir(), 'sotto-prints-')), 'otr.fingerprints')
  const me = `alice@${edge.domain}`
  writeFileSync(file, `mallory@example.org\t${me}\tprpl-simple\t${fingerprint}\tverified\n`)
  await alice.openVault('From another program')
  await page.getByLabel('Fingerprints file').setInputFiles(file)
  await page.getByLabel('Learn these contacts’ keys').waitFor()
  await alice.press('Import')
  await page.getByRole('button', { name: /^mallory/ }).waitFor({ timeout: 20_000 })
  await alice.online()
  await page.keyboard.press('Escape')
  await alice.turnTo('bob')
  await alice.write('with a key that I know from elsewhere')
  await bob.sees('with a key that I know from elsewhere')
  await alice.privacy('Encrypted, not verified')
  await alice.encryptionMenu('Keys…')
  await page.getByText('The same key is known from mallory@example.org').waitFor()
  await page.keyboard.press('Escape')
})

test('a passphrase is asked for again when nobody was there', async () => {
  const erin = await arrive('erin', (context) => context.clock.install())
  const { page } = erin
  await erin.openVault()
  await page.getByLabel('New passphrase').fill('four quiet words here')
  await erin.field('The same again').fill('four quiet words here')
  await erin.press('Set passphrase')
  await page.getByText('The passphrase is set.').waitFor({ timeout: 60_000 })
  await page.getByRole('combobox', { name: 'Lock when nobody is here' }).selectOption({ index: 1 })
  const minutes = Number(
    await page.evaluate(() => JSON.parse(localStorage.getItem('sotto.settings')!).lockAfter),
  )
  expect(minutes).toBeGreaterThan(0)
  await page.clock.fastForward((minutes - 1) * 60_000)
  expect(await page.getByRole('heading', { name: 'erin is locked' }).count()).toBe(0)
  await page.clock.fastForward(2 * 60_000)
  await page.getByRole('heading', { name: 'erin is locked' }).waitFor()
})

/** Everything in the page's databases, as text. */
async function stored(): Promise<string> {
  const parts: string[] = []
  for (const { name = '' } of await indexedDB.databases()) {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => resolve(opening.result)
    })
    for (const store of db.objectStoreNames) {
      const all = db.transaction(store).objectStore(store).getAll()
      await new Promise((resolve) => {
        all.onsuccess = resolve
      })
      parts.push(JSON.stringify(all.result))
    }
    db.close()
  }
  return parts.join('\n')
}
