import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Served } from '../../serve.ts'
import { serve } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

/** One person, her passphrase, and what lies in her browser's databases. */
let browser: Browser
let served: Served
let context: BrowserContext
let alice: Person
let fingerprint = ''

beforeAll(async () => {
  browser = await startChromium()
  served = await serve({
    port: 0,
    dataDir: join(mkdtempSync(join(tmpdir(), 'sotto-serve-')), 'edge'),
    webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
  })
  context = await newPerson(browser, new URL(served.edge.url).origin)
  alice = await Person.arrive(context, served.edge.url, 'alice')
  await alice.createAccount()
  await alice.press('Practice with the buddy')
  await alice.sees('blue heron')
  await alice.verifyWithSecret('Practice buddy', 'blue heron')
  await alice.privacy('Verified')
  fingerprint = await alice.ownFingerprint()
})

afterAll(async () => {
  await browser?.close()
  await served?.stop()
})

/** Everything that the browser stores for the page, as text. */
async function stored(): Promise<string> {
  return await alice.page.evaluate(async () => {
    const parts: string[] = [JSON.stringify({ ...localStorage })]
    const show = (_: string, value: unknown) =>
      value instanceof Uint8Array ? String.fromCharCode(...value) : value
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
        parts.push(JSON.stringify(all.result, show))
      }
      db.close()
    }
    return parts.join('\n')
  })
}

test('the first verification is followed by a word about backups', async () => {
  await alice.page.getByText('Make a backup, in the settings').waitFor()
})

test('two passphrases that differ are not set', async () => {
  await alice.page.getByRole('textbox', { name: 'Message' }).fill('half a sentence')
  await alice.openVault()
  expect(await accessibilityFindings(alice.page)).toEqual([])
  await alice.page.getByLabel('New passphrase').fill('four quiet words here')
  await alice.field('The same again').fill('four quite words here')
  await alice.press('Set passphrase')
  await alice.page.getByText('The two are not the same.').waitFor()
})

test('once it is set, nothing of keys, contacts or messages can be read in the databases', async () => {
  expect(await stored()).toMatch(/buddy@.*half a sentence/)
  await alice.field('The same again').fill('four quiet words here')
  await alice.press('Set passphrase')
  await alice.page.getByText('The passphrase is set.').waitFor()
  const all = await stored()
  expect(all).not.toContain('buddy@')
  expect(all).not.toContain('Practice')
  expect(all).not.toContain('half a sentence')
  expect(all).not.toContain('instanceTag')
  expect(all).not.toContain('smp')
})

test('locked, a wrong passphrase opens nothing and is said; the right one goes on', async () => {
  await alice.press('Lock now')
  await alice.page.getByRole('heading', { name: 'alice is locked' }).waitFor()
  expect(await alice.page.getByText('Practice buddy').count()).toBe(0)
  expect(await accessibilityFindings(alice.page)).toEqual([])
  await alice.page.getByLabel('Passphrase', { exact: true }).fill('four quiet words')
  await alice.press('Unlock')
  await alice.page.getByText('That is not the passphrase.').waitFor()
  await alice.page.getByLabel('Passphrase', { exact: true }).fill('four quiet words here')
  await alice.press('Unlock')
  await alice.online()
  expect(await alice.ownFingerprint()).toBe(fingerprint)
  await alice.turnTo('Practice buddy')
  await alice.write('after the lock')
  await alice.privacy('Verified')
})

test('after a reload the account is locked as well', async () => {
  await alice.page.reload()
  await alice.signIn()
  await alice.page.getByRole('heading', { name: 'alice is locked' }).waitFor()
  await alice.page.getByLabel('Passphrase', { exact: true }).fill('four quiet words here')
  await alice.press('Unlock')
  await alice.online()
})

test('changed, the old one opens nothing; removed, everything is as before', async () => {
  await alice.openVault()
  await alice.page.getByLabel('Present passphrase').fill('four quiet words here')
  await alice.page.getByLabel('New passphrase').fill('another')
  await alice.field('The same again').fill('another')
  await alice.press('Change passphrase')
  await alice.page.getByText('The passphrase is changed.').waitFor()
  await alice.page.getByLabel('Present passphrase').fill('four quiet words here')
  await alice.press('Remove passphrase')
  await alice.page.getByText('That is not the passphrase.').waitFor()
  await alice.page.getByLabel('Present passphrase').fill('another')
  await alice.press('Remove passphrase')
  await alice.page.getByText('The passphrase is removed.').waitFor()
  expect(await stored()).toContain('buddy@')
  await alice.page.reload()
  await alice.signIn()
  await alice.online()
  expect(await alice.ownFingerprint()).toBe(fingerprint)
})

test('whoever has lost it can only start anew, and has to say so in letters', async () => {
  await alice.openVault()
  await alice.page.getByLabel('New passphrase').fill('soon lost')
  await alice.field('The same again').fill('soon lost')
  await alice.press('Set passphrase')
  await alice.page.getByText('The passphrase is set.').waitFor()
  await alice.press('Lock now')
  await alice.page.getByText('I lost my passphrase').click()
  const anew = alice.page.getByRole('button', { name: 'Delete and start anew' })
  expect(await anew.isDisabled()).toBe(true)
  await alice.page.getByLabel('Type alice to confirm').fill('alice')
  expect(await accessibilityFindings(alice.page)).toEqual([])
  await anew.click()
  await alice.online()
  expect(await alice.ownFingerprint()).not.toBe(fingerprint)
  expect(await alice.page.getByRole('button', { name: /^Practice buddy/ }).count()).toBe(0)
})

test('a key that the browser has lost is missed before another one is made', async () => {
  await alice.page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('sotto-otr')
      opening.onsuccess = () => resolve(opening.result)
    })
    const done = db.transaction('keys', 'readwrite').objectStore('keys').clear()
    await new Promise((resolve) => {
      done.onsuccess = resolve
    })
    db.close()
  })
  await alice.page.reload()
  await alice.signIn()
  await alice.page.getByRole('heading', { name: 'Your key is gone' }).waitFor()
  expect(await accessibilityFindings(alice.page)).toEqual([])
  await alice.press('Start anew with a new key')
  await alice.online()
})

test('an account is forgotten from the list on the first screen', async () => {
  await alice.page.reload()
  const name = /^Forget alice@/
  await alice.page.getByRole('button', { name }).click()
  await alice.press('Delete everything')
  await alice.page.getByText('is deleted from this device').waitFor()
  expect(await alice.page.getByRole('button', { name }).count()).toBe(0)
  expect(await stored()).not.toContain('alice@')
})
