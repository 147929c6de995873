import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

/** What a browser promises to keep, and what is left once it has thrown the key away. */
const PASSPHRASE = 'paper in a drawer'

let browser: Browser
let edge: Edge

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({
    port: 0,
    dataDir: null,
    webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
  })
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

/** In a browser that answers like this when it is asked to keep what is stored. */
async function arrive(name: string, promises: boolean): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  await context.addInitScript((promise) => {
    const asked = { times: 0 }
    Object.assign(window, { asked })
    StorageManager.prototype.persist = async () => {
      asked.times += 1
      return promise
    }
    StorageManager.prototype.persisted = async () => asked.times > 0 && promise
  }, promises)
  return await Person.arrive(context, edge.url, name)
}

const timesAsked = ({ page }: Person) =>
  page.evaluate(() => (window as unknown as { asked: { times: number } }).asked.times)

test.each([
  ['ada', true, 'This browser has promised to keep what is stored here.'],
  ['ben', false, 'This browser may clear what is stored here'],
])(
  '%s’s browser is asked to keep the key once there is one, and what it says is told',
  async (name, promises, sentence) => {
    const person = await arrive(name, promises)
    await person.page.getByRole('tab', { name: 'Create account' }).waitFor()
    expect(await timesAsked(person)).toBe(0)
    await person.createAccount()
    await person.online()
    expect(await timesAsked(person)).toBeGreaterThan(0)
    await person.openVault('Storage')
    await person.page.getByText(sentence).waitFor()
    expect(await accessibilityFindings(person.page)).toEqual([])
  },
)

test('where the key is gone, a backup brings it back before another one is made', async () => {
  const cleo = await arrive('cleo', false)
  await cleo.createAccount()
  await cleo.online()
  const fingerprint = await cleo.ownFingerprint()
  await cleo.openVault('Backup')
  await cleo.field('Passphrase for the backup').fill(PASSPHRASE)
  await cleo.field('The same again').fill(PASSPHRASE)
  const downloading = cleo.page.waitForEvent('download')
  await cleo.press('Make a backup')
  const file = await (await downloading).path()

  await cleo.page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const opening = indexedDB.open('sotto-otr')
      opening.onsuccess = () => resolve(opening.result)
    })
    const clearing = db.transaction('keys', 'readwrite').objectStore('keys').clear()
    await new Promise((resolve) => {
      clearing.onsuccess = resolve
    })
    db.close()
  })
  await cleo.page.reload()
  await cleo.signIn()
  await cleo.page.getByRole('heading', { name: 'Your key is gone' }).waitFor()
  const restore = cleo.page.getByRole('region', { name: 'Restore a backup' })
  await restore.getByLabel('Backup file').setInputFiles(file)
  await restore.getByLabel('Passphrase for the backup').fill(PASSPHRASE)
  await restore.getByRole('button', { name: 'Open the backup' }).click()
  await restore.getByRole('form', { name: 'In this backup' }).waitFor()
  expect(await accessibilityFindings(cleo.page)).toEqual([])
  await restore.getByRole('button', { name: 'Restore', exact: true }).click()
  await cleo.online()
  expect(await cleo.ownFingerprint()).toBe(fingerprint)
})
