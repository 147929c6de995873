import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Served } from '../../serve.ts'
import { chain } from '../chain.ts'
import { serve } from '../edge.ts'
import { startBrowser } from './browser.ts'
import { announced, newPerson } from './chromium.ts'
import { Person } from './person.ts'

/** One person alone with what `npm start` serves: the practice buddy shows it all. */
let browser: Browser
let served: Served
let alice: Person
let tapped = ''
const test = chain()

beforeAll(async () => {
  browser = await startBrowser()
  served = await serve({
    port: 0,
    dataDir: join(mkdtempSync(join(tmpdir(), 'sotto-serve-')), 'edge'),
    webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
    tap: (frame) => {
      tapped += new TextDecoder().decode(frame)
    },
  })
  const context = await newPerson(browser, new URL(served.edge.url).origin)
  alice = await Person.arrive(context, served.edge.url, 'alice')
})

afterAll(async () => {
  await browser?.close()
  await served?.stop()
})

test('from nothing to a verified conversation, alone', async () => {
  const begun = Date.now()
  await alice.createAccount()
  await alice.press('Practice with the buddy')
  await alice.sees('blue heron')
  await alice.verifyWithSecret('Practice buddy', 'blue heron')
  await alice.privacy('Verified')
  expect(Date.now() - begun, 'well within a minute').toBeLessThan(60_000)
})

test('a changed key is announced four ways, and holds what is typed', async () => {
  await alice.write('new key')
  await alice.privacy('Identity changed')
  await alice.sees('Practice buddy’s identity has changed.')
  await alice.page.getByRole('button', { name: 'Verify again' }).waitFor()
  const { spoken, notified } = await announced(alice.page)
  expect(spoken).toEqual([expect.stringContaining('Practice buddy')])
  expect(notified).toContainEqual(expect.objectContaining({ title: 'Encryption warning' }))
  await alice.write('who are you now?')
  await alice.sees('Held: Practice buddy’s identity has changed.')
})

test('Enter and Escape do not accept it; the person’s own choice does', async () => {
  await alice.page.keyboard.press('Enter')
  await alice.page.keyboard.press('Escape')
  await alice.privacy('Identity changed')
  await alice.press('Use without verifying')
  await alice.privacy('Encrypted, not verified')
  const log = alice.page.getByRole('log')
  await expect.poll(() => log.getByText('who are you now?').count()).toBe(2)
  expect(tapped).not.toContain('who are you now?')
})

test('the buddy ends encryption when asked', async () => {
  await alice.write('end')
  await alice.privacy('Ended')
  expect(await alice.page.getByRole('textbox', { name: 'Message' }).isEditable()).toBe(false)
  await alice.press('Continue without encryption')
  await alice.privacy('Not encrypted')
})
