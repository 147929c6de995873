import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessibilityFindings } from './accessible.ts'
import { Meeting } from './meeting.ts'
import type { Person } from './person.ts'

let meeting: Meeting
let alice: Person
let bob: Person

beforeAll(async () => {
  meeting = await Meeting.begin()
  alice = await meeting.arrive('alice', async (context) => {
    const { origin } = new URL(meeting.edge.url)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
    await context.clock.install({ time: new Date(2026, 4, 3, 12) })
  })
  bob = await meeting.arrive('bob')
  await meeting.introduce(alice, bob)
})

afterAll(async () => {
  await meeting?.[Symbol.asyncDispose]()
})

const openKeys = () => alice.encryptionMenu('Keys…')
const pressEscape = () => alice.page.keyboard.press('Escape')
const seesText = (text: string) => alice.page.getByText(text, { exact: true }).waitFor()

describe('fingerprints that people compared', () => {
  test('verify, and the window says when and how', async () => {
    await alice.encryptionMenu('Verify bob…')
    await alice.page.getByRole('radio', { name: 'Compare fingerprints' }).click()
    await alice.press('They match')
    await alice.privacy('Verified')
    await bob.privacy('Encrypted, not verified') // Who compared is one's own business.
    await alice.press('Encryption: Verified')
    await seesText('Encrypted, and verified on May 3, 2026 by comparing fingerprints.')
    await pressEscape()
    await openKeys()
    await seesText('Verified on May 3, 2026 by comparing fingerprints')
    expect(await accessibilityFindings(alice.page)).toEqual([])
    await pressEscape()
  })

  test('are taken back, and marked again, beside the key', async () => {
    await openKeys()
    await alice.press('Take back')
    await seesText('Not verified')
    await pressEscape()
    await alice.privacy('Encrypted, not verified')
    await openKeys()
    await alice.press('Mark as verified')
    await seesText('Verified on May 3, 2026 by comparing fingerprints')
    await pressEscape()
    await alice.privacy('Verified')
    await openKeys()
    await alice.press('Take back')
    await pressEscape()
    await alice.privacy('Encrypted, not verified')
  })
})

test('a fingerprint is copied as it is read', async () => {
  const { own, theirs } = await alice.fingerprints('bob')
  await openKeys()
  const copied = async (key: number) => {
    await alice.page.getByRole('button', { name: 'Copy fingerprint' }).nth(key).click()
    await alice.page.getByRole('button', { name: 'Copied' }).waitFor()
    const text = await alice.page.evaluate(() => navigator.clipboard.readText())
    return text.replaceAll(' ', '').toLowerCase()
  }
  expect(await copied(0)).toBe(own)
  expect(await copied(0), 'the first one says Copied now').toBe(theirs)
  await pressEscape()
})

test('a key says when it was first and last in use', async () => {
  await openKeys()
  await seesText('First seen May 3, 2026, last seen May 3, 2026')
  await pressEscape()
  await alice.page.clock.setSystemTime(new Date(2026, 4, 5, 12))
  await meeting.reload(alice)
  await alice.turnTo('bob')
  await alice.write('two days later')
  await bob.sees('two days later')
  await alice.privacy('Encrypted, not verified')
  await openKeys()
  await seesText('First seen May 3, 2026, last seen May 5, 2026')
  await pressEscape()
})

describe('an app that takes no questions', () => {
  test('is not one that answered wrongly', async () => {
    await alice.verifyWithSecret('bob', 'the red door')
    await bob.press('Not now') // Sooner than a person could have read it.
    await alice.verificationSays('bob’s app does not take questions.')
    expect(await alice.verification.getByText(/match|attempt/).count()).toBe(0)
    expect(await accessibilityFindings(alice.page)).toEqual([])
    await alice.privacy('Encrypted, not verified')
  })

  test('leads to the fingerprints', async () => {
    await alice.verification.getByRole('button', { name: 'Compare fingerprints' }).click()
    await alice.page.getByRole('button', { name: 'They match' }).waitFor()
    const way = alice.page.getByRole('radio', { name: 'Compare fingerprints' })
    expect(await way.isChecked()).toBe(true)
    await pressEscape()
  })

  test('counts as no attempt: the next one need not wait', async () => {
    await alice.encryptionMenu('Verify bob…')
    const start = alice.page.getByRole('button', { name: 'Start verification' })
    await start.waitFor()
    expect(await start.isEnabled()).toBe(true)
    expect(await alice.page.getByText('You can try again in').count()).toBe(0)
    await pressEscape()
  })
})

test('nothing broke the page’s own rules', () => {
  expect(meeting.complaints).toEqual([])
})
