import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Served, serve } from '../../serve.ts'
import { accessibilityFindings } from './accessible.ts'
import { announced, startChromium } from './chromium.ts'
import { Person } from './person.ts'

/** A person and the practice buddy, who makes a new key whenever it is told to. */
let browser: Browser
let served: Served
let alice: Person

const WARNING = 'Practice buddy’s encryption key has changed. Please verify it.'
/** As `web/sounds.ts` has them. */
const WARNING_NOTES = [880, 587, 880]
const MESSAGE_NOTES = [660, 880]

beforeAll(async () => {
  browser = await startChromium()
  served = await serve({
    port: 0,
    dataDir: join(mkdtempSync(join(tmpdir(), 'sotto-serve-')), 'edge'),
    webRoot: join(import.meta.dirname, '..', '..', 'dist', 'web'),
  })
  alice = await Person.inOwnBrowser(browser, served.edge.url, 'alice')
  await alice.createAccount()
  await alice.press('Practice with the buddy')
  await alice.sees('blue heron')
})

afterAll(async () => {
  await browser?.close()
  await served?.stop()
})

/** Sets switches of the dialog *Settings*, by name. */
async function switchTo(on: boolean, ...names: readonly (string | RegExp)[]): Promise<void> {
  await alice.press('Settings')
  for (const name of names) await alice.page.getByRole('switch', { name }).setChecked(on)
  await alice.page.keyboard.press('Escape')
}

/** The buddy makes a new key. @returns what the page made heard and shown of it outside itself */
async function warningsOfNewKey() {
  const before = await announced(alice.page)
  await alice.write('new key')
  await alice.privacy('Identity changed')
  const after = await announced(alice.page)
  return {
    spoken: after.spoken.slice(before.spoken.length),
    sounded: after.sounded.slice(before.sounded.length),
    shown: after.notified
      .slice(before.notified.length)
      .filter(({ title }) => title === 'Encryption warning')
      .map(({ body }) => body),
  }
}

const card = () => alice.page.getByRole('alert').filter({ hasText: 'Your messages are waiting.' })

describe('a contact with whom everything is encrypted, and who was never verified', () => {
  test('a changed key holds what is typed, and nobody is called verified', async () => {
    await alice.press('Encryption: Encrypted, not verified')
    const always = 'Always use encryption with Practice buddy'
    await alice.page.getByRole('menuitemcheckbox', { name: always }).click()
    expect(await warningsOfNewKey()).toEqual({
      spoken: [WARNING],
      sounded: WARNING_NOTES,
      shown: [WARNING],
    })
    await card().getByText('Practice buddy’s identity has changed.', { exact: true }).waitFor()
    await card().getByRole('button', { name: 'Verify Practice buddy' }).waitFor()
    await alice.press('Encryption: Identity changed')
    const menu = alice.page.getByRole('menu', { name: 'Encryption: Identity changed' })
    await menu.waitFor()
    const sentence = alice.page.getByText('Practice buddy’s identity has changed.', { exact: true })
    await expect.poll(() => sentence.count()).toBe(2) // The card and the menu.
    expect(await alice.page.getByText(/verified identity|again/i).count()).toBe(0)
    await alice.page.keyboard.press('Escape')
    expect(await accessibilityFindings(alice.page)).toEqual([])
    await alice.write('who are you now?')
    await alice.row('who are you now?').getByText('Waiting').waitFor()
    await alice.sees('Held: Practice buddy’s identity has changed.')
  })

  test('the person’s choice lets it go', async () => {
    await alice.press('Use without verifying')
    await alice.privacy('Encrypted, not verified')
    await alice
      .row('who are you now?')
      .getByText(/Delivered|Seen/)
      .waitFor()
  })
})

describe('of a verified contact, each warning has a switch', () => {
  const SWITCHES = [
    'Say it aloud when a contact’s key changes',
    'Show a system notification for it',
    'Play a warning sound',
  ]
  const QUIET = /^Quiet hours/

  test('but for line and card', async () => {
    await alice.verifyWithSecret('Practice buddy', 'blue heron')
    await alice.privacy('Verified')
    await switchTo(false, ...SWITCHES)
    expect(await warningsOfNewKey()).toEqual({ spoken: [], sounded: [], shown: [] })
    await card().getByText('Practice buddy’s verified identity has changed.').waitFor()
    await card().getByRole('button', { name: 'Verify again' }).waitFor()
    await alice.sees('Practice buddy’s identity has changed. Your messages are waiting.')
    await alice.press('Use without verifying')
    await alice.privacy('Encrypted, not verified')
  })

  test('in quiet hours it is shown and not heard', async () => {
    await switchTo(true, ...SWITCHES)
    await alice.press('Settings')
    await alice.page.getByRole('switch', { name: QUIET }).check()
    // From a time to the same time is a whole day.
    for (const name of ['From', 'To'])
      await alice.page.getByLabel(name, { exact: true }).fill('00:00')
    await alice.page.keyboard.press('Escape')
    expect(await warningsOfNewKey()).toEqual({ spoken: [], sounded: [], shown: [WARNING] })
    await alice.press('Use without verifying')
    await alice.privacy('Encrypted, not verified')
  })

  test('unless the person wants to hear of keys even then', async () => {
    await switchTo(true, 'Warnings about keys are heard even then')
    expect(await warningsOfNewKey()).toEqual({
      spoken: [WARNING],
      sounded: WARNING_NOTES,
      shown: [WARNING],
    })
    await alice.press('Use without verifying')
    await alice.privacy('Encrypted, not verified')
  })
})

test('messages sound if the person wants it, and not in quiet hours', async () => {
  const sounded = async () => (await announced(alice.page)).sounded
  const answered = async (text: string) => {
    await alice.write(text)
    await expect.poll(() => alice.row(text).count()).toBe(2) // The buddy says it after her.
  }
  const before = await sounded()
  await answered('without a switch')
  await switchTo(true, 'Play a sound for new messages')
  await answered('in quiet hours')
  expect(await sounded()).toEqual(before)
  await alice.press('Settings')
  await alice.page.getByRole('switch', { name: /^Quiet hours/ }).uncheck()
  await alice.page.keyboard.press('Escape')
  await answered('with a sound')
  expect(await sounded()).toEqual([...before, ...MESSAGE_NOTES])
})
