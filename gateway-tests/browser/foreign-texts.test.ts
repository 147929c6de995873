/*
 * Texts that a person does not choose: addresses that others write, other scripts, and no end of letters.
 */
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Meeting } from './meeting.ts'
import type { Person } from './person.ts'

let meeting: Meeting
let alice: Person
let bob: Person

beforeAll(async () => {
  meeting = await Meeting.begin()
  alice = await meeting.arrive('alice')
  bob = await meeting.arrive('bob')
  await meeting.introduce(alice, bob)
})

afterAll(() => meeting?.[Symbol.asyncDispose]())

/** What was said, without the hour and the rest below it. */
function words(person: Person, text: string): Locator {
  return person.row(text).getByText(text, { exact: true })
}

async function boxOf(what: Locator) {
  const box = await what.boundingBox()
  expect(box, 'is seen').not.toBeNull()
  return box!
}

describe('an address in a message', () => {
  test('is a link that opens a page of its own and tells it nothing; the rest stays text', async () => {
    await bob.write('see https://example.org/a?b=1&c=2, and javascript:alert(1) or www.example.org')
    // Not 'see': that is in 'Seen' as well.
    await alice.sees('javascript:alert(1)')
    const link = alice.row('javascript:alert(1)').getByRole('link')
    expect(await link.allTextContents()).toEqual(['https://example.org/a?b=1&c=2'])
    expect(await link.getAttribute('href')).toBe('https://example.org/a?b=1&c=2')
    expect(await link.getAttribute('rel')).toMatch(/\bnoopener\b.*\bnoreferrer\b/)

    await alice.page
      .context()
      .route('https://example.org/**', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>elsewhere</title>' }),
      )
    const opened = alice.page.context().waitForEvent('page')
    await link.click()
    const elsewhere = await opened
    await elsewhere.waitForURL('https://example.org/a?b=1&c=2')
    expect(await elsewhere.evaluate(() => [window.opener, document.referrer])).toEqual([null, ''])
    await elsewhere.close()
    await alice.sees('javascript:alert(1)')
  })

  test('is one by the keyboard too, and a mail address is one', async () => {
    await bob.write('or mailto:bob@example.org.')
    const link = alice.row('or mailto').getByRole('link', { name: 'mailto:bob@example.org' })
    await link.waitFor()
    await alice.row('or mailto').focus()
    await alice.page.keyboard.press('Tab')
    expect(await link.evaluate((element) => element.matches(':focus-visible'))).toBe(true)
    expect(await link.getAttribute('target')).toBe('_blank')
  })
})

describe('right to left', () => {
  const direction = (what: Locator) =>
    what.evaluate((element) => getComputedStyle(element).direction)

  test('goes what is written so, and what is not does not, in either window', async () => {
    await bob.write('שלום עולם! 12:30')
    await bob.write('hello again!')
    for (const person of [alice, bob]) {
      await person.sees('hello again!')
      expect(await direction(words(person, 'שלום עולם! 12:30'))).toBe('rtl')
      expect(await direction(words(person, 'hello again!'))).toBe('ltr')
    }
    await alice.press('Settings')
    await alice.page.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'العربية' })
    await alice.page.getByRole('heading', { name: 'الإعدادات' }).waitFor()
    await alice.page.keyboard.press('Escape')
    expect(await alice.page.evaluate(() => document.documentElement.dir)).toBe('rtl')
    expect(await direction(words(alice, 'שלום עולם! 12:30'))).toBe('rtl')
    expect(await direction(words(alice, 'hello again!'))).toBe('ltr')
    await alice.press('الإعدادات')
    await alice.page.getByRole('combobox', { name: 'اللغة' }).selectOption({ label: 'English' })
    await alice.page.getByRole('heading', { name: 'Settings' }).waitFor()
    await alice.page.keyboard.press('Escape')
  })

  test('a name or a text that turns its letters round turns nothing beside it', async () => {
    const { page } = alice
    const list = page.getByRole('navigation', { name: 'Contacts' })
    const entry = list.getByRole('button', { name: /bob|eve/ })
    const hour = entry.getByText(/\d\d?:\d\d/)
    const before = await boxOf(hour)
    await alice.optionsMenu('Rename…')
    await page.getByRole('textbox', { name: 'New name' }).fill('\u202Eeve 12')
    await page.keyboard.press('Enter')
    await list.getByRole('button', { name: /eve 12/ }).waitFor()
    await bob.write('\u202Edesrever')
    await alice.sees('desrever')
    const after = await boxOf(hour)
    expect([after.x + after.width, after.y]).toEqual([before.x + before.width, before.y])
    expect(await hour.evaluate(isReadLeftToRight)).toBe(true)
    const mark = alice.row('desrever').getByText(/\d\d?:\d\d/)
    expect(await mark.evaluate(isReadLeftToRight)).toBe(true)
  })
})

describe('no end of letters', () => {
  test.each([320, 1280])(
    'stays in the window and leaves the rest in sight, %i px wide',
    async (width) => {
      const { page } = alice
      await page.setViewportSize({ width, height: 700 })
      await bob.write(`${'x'.repeat(5_000)}${width}`)
      const row = alice.row(`x${width}`)
      await row.waitFor()
      const over = () =>
        page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement
          return scrollWidth - clientWidth
        })
      expect(await over()).toBe(0)
      const log = await boxOf(page.getByRole('region', { name: /^History with/ }))
      const text = await boxOf(row.getByText(`x${width}`))
      expect(text.x).toBeGreaterThanOrEqual(log.x)
      expect(text.x + text.width).toBeLessThanOrEqual(log.x + log.width)
      const send = await boxOf(page.getByRole('button', { name: 'Send', exact: true }))
      expect(send.x + send.width).toBeLessThanOrEqual(width)
      expect(send.y + send.height).toBeLessThanOrEqual(700)
      await page.setViewportSize({ width: 1280, height: 800 })
    },
  )
})

/** Runs in the page: the letters stand in the order in which they are written. */
function isReadLeftToRight(element: Element): boolean {
  const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode()!
  const from = text.textContent!.search(/\d/)
  const places = [0, 1, 3].map((at) => {
    const range = document.createRange()
    range.setStart(text, from + at)
    range.setEnd(text, from + at + 1)
    return range.getBoundingClientRect().left
  })
  return places.every((left, at) => at === 0 || left > places[at - 1]!)
}
