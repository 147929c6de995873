import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
const contexts: BrowserContext[] = []
/** What the pages complained of: the content-security policy above all. */
const complaints: string[] = []

beforeAll(async () => {
  browser = await startChromium()
  const dataDir = mkdtempSync(join(tmpdir(), 'sotto-edge-'))
  edge = await startEdge({ port: 0, dataDir, webRoot: WEB })
  alice = await arrive('alice')
  bob = await arrive('bob')
  await Promise.all([alice.createAccount(), bob.createAccount()])
  await Promise.all([alice.online(), bob.online()])
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await bob.turnTo('alice')
  await alice.write('hello')
  await alice.privacy('Encrypted, not verified')
  await bob.privacy('Encrypted, not verified')
})

afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()))
  await browser?.close()
  await edge?.close()
})

async function arrive(name: string, prepare = async (_: BrowserContext) => {}): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  contexts.push(context)
  await prepare(context)
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return await Person.arrive(context, edge.url, name)
}

const card = ({ page }: Person) => page.getByRole('region', { name: 'Verification' })
const choose = (person: Person, way: string) =>
  person.page.getByRole('radio', { name: way }).click()

async function focusIsIn(field: Locator): Promise<boolean> {
  return await field.evaluate((element) => element.matches(':focus'))
}

describe('the coach', () => {
  test('says for every way what to do, where to talk, and what the other person sees', async () => {
    await alice.encryptionMenu('Verify bob…')
    const steps = alice.page.getByRole('list', { name: 'How it goes' })
    for (const way of ['One-time code', 'Question', 'Shared secret']) {
      await choose(alice, way)
      expect(await steps.textContent()).toMatch(/on a call/)
      expect(await steps.textContent()).toMatch(/bob sees/)
    }
  })

  test('describes a secret as it is typed, and warns of what goes wrong', async () => {
    const secret = alice.page.getByRole('textbox', { name: 'The secret' })
    const says = async (typed: string, text: string | RegExp) => {
      await secret.fill(typed)
      await alice.page.getByText(text).waitFor()
    }
    await says('lagoons', '7 letters, lower case, no spaces')
    await says('lagoons ', 'It starts or ends with a space.')
    await says('Lagoons', 'Capital letters count.')
    await says('1234', 'Easy to guess.')
    expect(await secret.inputValue(), 'never changed').toBe('1234')
  })

  test('has nothing against it from axe-core, in every way', async () => {
    for (const way of ['One-time code', 'Question', 'Shared secret', 'Compare fingerprints']) {
      await choose(alice, way)
      expect(await accessibilityFindings(alice.page), way).toEqual([])
    }
  })
})

describe('fingerprints compared by people', () => {
  test('are shown in digits and in the same fifteen words on both sides', async () => {
    await bob.encryptionMenu('Verify alice…')
    await choose(bob, 'Compare fingerprints')
    const words = async (person: Person, whose: string) => {
      const list = person.page.getByRole('group', { name: whose }).getByRole('listitem')
      await list.nth(14).waitFor()
      return await list.allTextContents()
    }
    const hers = await words(alice, 'Yours')
    expect(hers).toHaveLength(15)
    expect(await words(bob, 'alice’s')).toEqual(hers)
    expect(await words(bob, 'Yours')).toEqual(await words(alice, 'bob’s'))

    const own = alice.page.getByRole('group', { name: 'Yours' })
    await own.getByRole('button', { name: 'Read the words aloud' }).click()
    await expect.poll(async () => (await announced(alice.page)).spoken).toContain(hers.join(', '))
  })

  test('that do not match say what to do, and verify nobody', async () => {
    await bob.page.getByRole('button', { name: 'They do not match' }).click()
    await bob.page.getByRole('alert').getByText('Don’t write anything private here.').waitFor()
    expect(await accessibilityFindings(bob.page)).toEqual([])
    await bob.page.keyboard.press('Escape')
    await alice.page.keyboard.press('Escape')
    await bob.privacy('Encrypted, not verified')
  })
})

describe('a verification', () => {
  test('arrives as a card that leaves the focus and what is being typed alone', async () => {
    const field = bob.page.getByRole('textbox', { name: 'Message' })
    await field.fill('in the middle of a')
    await alice.encryptionMenu('Verify bob…')
    await choose(alice, 'Question')
    await alice.page.getByRole('textbox', { name: 'Your question' }).fill('Which lake?')
    await alice.page.getByRole('textbox', { name: 'The answer you expect' }).fill('lagoon')
    await alice.press('Start verification')
    await bob.verificationSays('alice wants to verify you.')
    expect(await focusIsIn(field)).toBe(true)
    expect(await field.inputValue()).toBe('in the middle of a')
    await card(bob).getByText('Which lake?').waitFor()
    await card(bob).getByRole('timer', { name: 'Time left' }).waitFor()
    await card(alice).getByText('bob sees a card above the message field now').waitFor()
    await field.fill('')
  })

  test('says who stopped it', async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_000)) // As long as a person reads.
    await card(bob).getByRole('button', { name: 'Not now' }).click()
    await bob.verificationSays('You stopped the verification.')
    await alice.verificationSays('bob’s app stopped the verification.')
  })

  test('by a question proves who answers; the other way round is one tap away', async () => {
    await card(alice).getByRole('button', { name: 'Try again' }).click()
    await choose(alice, 'Question')
    await alice.page.getByRole('textbox', { name: 'Your question' }).fill('Which lake?')
    await alice.page.getByRole('textbox', { name: 'The answer you expect' }).fill('lagoon')
    await alice.press('Start verification')
    await bob.answer('lagoon')
    await alice.privacy('Verified')
    await bob.verificationSays('alice has verified you. Now verify alice?')
    await bob.privacy('Encrypted, not verified')
    await card(bob).getByRole('button', { name: 'Verify alice' }).click()
    const code = await bob.page.getByRole('img', { name: /^Your one-time code: / }).textContent()
    await bob.press('Start verification')
    await alice.answer((code ?? '').replace(/\D/g, ''))
    await bob.privacy('Verified')
    await bob.verificationSays('Verified. You’re talking to alice.')
  })

  test('with another secret fails on both sides; the earlier one stands, and the next one waits', async () => {
    await alice.verifyWithSecret('bob', 'red door')
    await bob.answer('green door')
    for (const person of [alice, bob]) {
      await person.verificationSays('The answers didn’t match.')
      await card(person).getByText('Your earlier verification still stands.').waitFor()
      await card(person).getByText('1 attempt.').waitFor()
      await card(person).getByText('You can try again in').waitFor()
      expect(await card(person).getByRole('button', { name: 'Try again' }).isDisabled()).toBe(true)
    }
    await alice.privacy('Verified')
    expect(await accessibilityFindings(alice.page)).toEqual([])
    await alice.encryptionMenu('Verify bob…')
    const start = alice.page.getByRole('button', { name: 'Start verification' })
    expect(await start.isDisabled()).toBe(true)
    await start.click()
    await bob.verificationSays('alice wants to verify you.')
    await card(bob).getByRole('button', { name: 'Not now' }).click()
  })
})

test('a verification that nobody answers ends with its time, changes nothing, and can be begun again', async () => {
  const dora = await arrive('dora', (context) => context.clock.install())
  await dora.createAccount()
  await dora.online()
  await dora.addContact('bob')
  await bob.addContact('dora')
  await dora.turnTo('bob')
  await dora.write('hello')
  await dora.privacy('Encrypted, not verified')
  await dora.verifyWithSecret('bob', 'the red door')
  await card(dora).getByRole('timer', { name: 'Time left' }).waitFor()
  await bob.turnTo('dora')
  await bob.verificationSays('dora wants to verify you.')

  // In steps: the page looks every 5 s, and takes a leap of more than 15 s for a sleep of the machine.
  const wait = async (seconds: number) => {
    for (let passed = 0; passed < seconds; passed += 5) await dora.page.clock.fastForward(5_000)
  }
  await wait(60)
  expect(await card(dora).getByRole('timer', { name: 'Time left' }).count()).toBe(1)
  await wait(60)
  await dora.verificationSays('No answer in time.')
  await card(dora).getByText('Nothing changed. Try again when bob is there.').waitFor()
  expect(await card(dora).getByRole('timer').count()).toBe(0)
  await dora.privacy('Encrypted, not verified')
  expect(await accessibilityFindings(dora.page)).toEqual([])
  await bob.verificationSays('dora’s app stopped the verification.')

  await wait(60)
  await card(dora).getByRole('button', { name: 'Dismiss' }).waitFor() // It stays.
  await card(dora).getByRole('button', { name: 'Try again' }).click()
  await dora.page.getByRole('dialog', { name: 'Verify bob' }).waitFor()
  await dora.page.close()
  await bob.turnTo('alice')
})

describe('an invitation of a stranger', () => {
  let mallory: Person

  test('who looks like a verified contact shows both side by side', async () => {
    mallory = await arrive('b0b')
    await mallory.createAccount()
    await mallory.online()
    await mallory.addContact('alice')
    await mallory.turnTo('alice')
    const invitation = alice.page.getByRole('group', { name: 'Invitation' })
    await alice.page.setViewportSize({ width: 390, height: 844 }) // The list is out of sight.
    await invitation.getByRole('button', { name: 'Block' }).waitFor()
    await alice.page.setViewportSize({ width: 1280, height: 800 })
    await alice.turnTo('b0b')
    await invitation.getByText('This is not the bob you verified.').waitFor()
    await invitation.getByText(`bob@${edge.domain}`, { exact: true }).waitFor()
    await invitation.getByRole('button', { name: 'Accept' }).waitFor()
    await invitation.getByRole('button', { name: 'Decline' }).waitFor()
    expect(await accessibilityFindings(alice.page)).toEqual([])
  })

  test('is blocked at a press, stays so, and is let off in the settings', async () => {
    await alice.press('Block')
    const list = alice.page.getByRole('navigation', { name: 'Contacts' })
    await expect.poll(() => list.getByRole('button', { name: /^b0b/ }).count()).toBe(0)
    const before = (await announced(alice.page)).notified.length
    await mallory.write('let me in')
    await mallory.sees('alice is not online now.')
    expect(await list.getByRole('button', { name: /^b0b/ }).count()).toBe(0)
    expect((await announced(alice.page)).notified).toHaveLength(before)
    await alice.press('Settings')
    await alice.press('Unblock b0b')
    await expect.poll(() => alice.page.getByRole('button', { name: 'Unblock b0b' }).count()).toBe(0)
    await alice.page.keyboard.press('Escape')
  })
})

test('quiet hours and every warning but line and card can be switched', async () => {
  await alice.press('Settings')
  const settings = alice.page
  for (const name of [
    'Say it aloud when a contact’s key changes',
    'Show a system notification for it',
    'Play a warning sound',
  ])
    expect(await settings.getByRole('switch', { name }).isChecked()).toBe(true)
  await settings.getByRole('switch', { name: /^Quiet hours/ }).check()
  expect(await settings.getByLabel('From', { exact: true }).inputValue()).toBe('22:00')
  await settings.getByLabel('To', { exact: true }).fill('06:30')
  await settings.getByRole('switch', { name: 'Warnings about keys are heard even then' }).check()
  expect(await accessibilityFindings(alice.page)).toEqual([])
  const stored = await alice.page.evaluate(() => localStorage.getItem('sotto.settings'))
  expect(JSON.parse(stored ?? '')).toMatchObject({ quiet: true, quietTo: 390, quietAlerts: true })
  await alice.page.keyboard.press('Escape')
})

test('the state of encryption is more than a colour: shape, words and a frame without colours', async () => {
  await alice.page.emulateMedia({ forcedColors: 'active' })
  await alice.turnTo('bob')
  const item = alice.page.getByRole('button', { name: 'Encryption: Verified', exact: true })
  await alice.page.getByText('Verified', { exact: true }).first().waitFor()
  const frame = await item.evaluate((element) => {
    const { borderTopWidth, borderTopColor } = getComputedStyle(element)
    return { borderTopWidth, isDrawn: !/^rgba.*, 0\)$|transparent/.test(borderTopColor) }
  })
  expect(frame).toEqual({ borderTopWidth: '1px', isDrawn: true })
  await item.click()
  const menu = alice.page.getByRole('menu', { name: 'Encryption: Verified' })
  await menu.waitFor()
  for (const name of ['Verify bob…', 'Renew encryption', 'End encryption', 'Keys…'])
    expect(await alice.page.getByRole('menuitem', { name }).isVisible(), name).toBe(true)
  await alice.page.getByText(/^Encrypted, and verified on /).waitFor()
  expect(await accessibilityFindings(alice.page)).toEqual([])
  await alice.page.keyboard.press('Escape')
  await alice.page.emulateMedia({ forcedColors: 'none' })
})

test('nothing broke the page’s own rules', () => {
  expect(complaints).toEqual([])
})
