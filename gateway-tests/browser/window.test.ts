import { join } from 'node:path'
import type { Browser, Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings, contrastFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge
let alice: Person
let bob: Person

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({ port: 0, dataDir: null, webRoot: WEB })
  const arrive = async (name: string) => {
    const context = await newPerson(browser, new URL(edge.url).origin)
    const person = await Person.arrive(context, edge.url, name)
    await person.createAccount()
    await person.online()
    return person
  }
  alice = await arrive('alice')
  bob = await arrive('bob')
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await bob.turnTo('alice')
  await alice.write('hello')
  await alice.privacy('Encrypted, not verified')
  await bob.privacy('Encrypted, not verified')
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

const PATIENT = { timeout: 10_000 }
const card = ({ page }: Person) => page.getByRole('region', { name: 'Verification' })
const row = ({ page }: Person, text: string) =>
  page.getByRole('log').getByRole('listitem').filter({ hasText: text })
const seconds = async (person: Person) => {
  const left = await card(person).getByRole('timer').textContent()
  const [minutes, rest] = left!.split(':')
  return Number(minutes) * 60 + Number(rest)
}

async function boxOf(what: Locator) {
  const box = await what.boundingBox()
  expect(box, 'is seen').not.toBeNull()
  const { x, y, width, height } = box!
  return { left: x, right: x + width, top: y, bottom: y + height }
}

describe('the time to answer', () => {
  test('is seen, and there is more of it: nothing typed is lost, and the other side waits', async () => {
    await alice.encryptionMenu('Verify bob…')
    await alice.page.getByRole('radio', { name: 'Shared secret' }).click()
    await alice.page.getByRole('textbox', { name: 'The secret' }).fill('red door')
    await alice.press('Start verification')
    await card(bob).getByText('When the time is up the verification stops').waitFor()
    await card(bob).getByRole('textbox', { name: 'Answer' }).fill('red do')
    await expect.poll(() => seconds(bob), PATIENT).toBeLessThan(118)
    await expect.poll(() => seconds(alice), PATIENT).toBeLessThan(118)
    const more = card(bob).getByRole('button', { name: 'More time' })
    await more.click()
    await expect.poll(() => seconds(bob), PATIENT).toBeGreaterThan(118)
    await expect.poll(() => seconds(alice), PATIENT).toBeGreaterThan(118)
    expect(await card(bob).getByRole('textbox', { name: 'Answer' }).inputValue()).toBe('red do')
    expect(await more.evaluate((button) => button.matches(':focus'))).toBe(true)
  })
})

describe('a notice that belongs to no conversation', () => {
  test.each([320, 390, 1280])('covers nothing that is needed, %i px wide', async (width) => {
    const { page } = bob
    await page.setViewportSize({ width, height: 844 })
    const message = row(bob, 'hello')
    await message.focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const notices = page.getByRole('status', { name: 'Notifications' })
    await notices.getByText('Message deleted.').waitFor()
    const notice = await boxOf(notices)
    expect(notice.bottom - notice.top).toBeGreaterThan(20)
    const needed = [
      page.getByRole('heading', { name: 'alice' }),
      page.getByRole('button', { name: /^Encryption: / }),
      page.getByRole('button', { name: 'Conversation options' }),
      page.getByRole('textbox', { name: 'Message' }),
      page.getByRole('button', { name: 'Send' }),
      card(bob),
    ]
    for (const one of needed) {
      const box = await boxOf(one)
      expect(box.top, String(one)).toBeGreaterThanOrEqual(notice.bottom)
      expect(box.right, String(one)).toBeLessThanOrEqual(width)
      expect(box.bottom, String(one)).toBeLessThanOrEqual(844)
    }
    await notices.getByRole('button', { name: 'Undo' }).click()
    await message.waitFor()
    expect(await accessibilityFindings(page)).toEqual([])
    await page.setViewportSize({ width: 1280, height: 800 })
  })
})

describe('wrong answers', () => {
  test('are counted, and the rest after them outlives a reload and signing out', async () => {
    await bob.answer('green door')
    await alice.verificationSays('The answers didn’t match.')
    await alice.verifyWithSecret('bob', 'red door')
    await bob.answer('blue door')
    await card(alice).getByText('2 attempts.').waitFor() // Now it is half a minute.

    await alice.page.reload()
    await alice.signIn()
    await alice.online()
    await rests()
    await alice.press('Settings')
    await alice.press('Sign out')
    await alice.signIn()
    await alice.online()
    await rests()
  })

  async function rests(): Promise<void> {
    const { page } = alice
    await alice.turnTo('bob')
    await page.getByRole('button', { name: 'Encryption: Not connected' }).waitFor()
    await alice.encryptionMenu('Start encryption')
    await alice.privacy('Encrypted, not verified')
    await alice.encryptionMenu('Verify bob…')
    await page.getByText('You can try again in').waitFor()
    expect(await page.getByRole('button', { name: 'Start verification' }).isDisabled()).toBe(true)
    await page.keyboard.press('Escape')
  }

  test('are forgotten once an answer is right; what was said keeps its own lock', async () => {
    await alice.write('before')
    await alice.encryptionMenu('Verify bob…')
    await alice.page.getByRole('radio', { name: 'Shared secret' }).click()
    await alice.page.getByRole('textbox', { name: 'The secret' }).fill('red door')
    await alice.page.getByRole('button', { name: 'Start verification' }).click({ timeout: 40_000 })
    await bob.answer('red door')
    await alice.privacy('Verified')
    await alice.write('after')
    const lock = (text: string, name: string) =>
      row(alice, text).getByRole('img', { name, exact: true }).waitFor()
    await lock('before', 'Encrypted, not verified')
    await lock('after', 'Encrypted and verified')
  })
})

describe('high contrast', () => {
  test('is chosen in the settings, light and dark: text stands out by 7 to 1 everywhere', async () => {
    const { page } = alice
    await alice.press('Settings')
    await page.getByRole('switch', { name: 'High contrast' }).click()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await contrastFindings(page), colorScheme).toEqual([])
    }
    await page.keyboard.press('Escape')
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      expect(await contrastFindings(page), colorScheme).toEqual([])
    }
    await alice.press('Settings')
    await page.getByRole('switch', { name: 'High contrast' }).click()
    await page.keyboard.press('Escape')
  })

  test('comes by itself where the system asks for it', async () => {
    const paper = () => alice.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await alice.page.emulateMedia({ colorScheme: 'dark', contrast: 'no-preference' })
    expect(await paper()).not.toBe('rgb(0, 0, 0)')
    await alice.page.emulateMedia({ colorScheme: 'dark', contrast: 'more' })
    expect(await paper()).toBe('rgb(0, 0, 0)')
    expect(await contrastFindings(alice.page)).toEqual([])
    await alice.page.emulateMedia({ colorScheme: 'light', contrast: 'no-preference' })
  })
})

describe('for eyes of all kinds', () => {
  test('who wants no motion sees none', async () => {
    await alice.page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await alice.page.evaluate(movingParts)).toEqual([])
    await alice.page.emulateMedia({ reducedMotion: 'no-preference' })
    expect(await alice.page.evaluate(movingParts)).not.toEqual([])
  })

  test('at 200 % of a small window everything is there, and nothing is cut off', async () => {
    const { page } = alice
    await page.setViewportSize({ width: 640, height: 400 }) // 1280 × 800 at 200 %.
    for (const one of [
      page.getByRole('heading', { name: 'bob' }),
      page.getByRole('button', { name: /^Encryption: / }),
      page.getByRole('textbox', { name: 'Message' }),
      page.getByRole('button', { name: 'Send' }),
    ]) {
      const box = await boxOf(one)
      expect(box.left).toBeGreaterThanOrEqual(0)
      expect(box.right).toBeLessThanOrEqual(640)
      expect(box.bottom).toBeLessThanOrEqual(400)
    }
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(640)
    await page.setViewportSize({ width: 1280, height: 800 })
  })
})

/** Elements that would move for longer than an instant, through all shadow roots. */
function movingParts(): readonly string[] {
  const moving: string[] = []
  const visit = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      const { animationName, animationDuration, transitionDuration } = getComputedStyle(element)
      const longest = (list: string) => Math.max(...list.split(',').map(Number.parseFloat))
      const isAnimated = animationName !== 'none' && longest(animationDuration) > 0.001
      if (isAnimated || longest(transitionDuration) > 0.001) moving.push(element.localName)
      if (element.shadowRoot !== null) visit(element.shadowRoot)
    }
  }
  visit(document)
  return moving
}
