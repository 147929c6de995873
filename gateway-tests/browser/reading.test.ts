/*
 * Where a reader is in a long conversation, and what tells them: the days, what is new, the end.
 */
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Meeting } from './meeting.ts'
import type { Person } from './person.ts'
import { fillStore } from './stored-messages.ts'

/** Ten minutes apart, they reach back to the day before yesterday. */
const COUNT = 300
const DESK = { width: 1280, height: 800 }
/** A row that is cut by a pixel or two is still where it was. */
const TOLERANCE = 3

let meeting: Meeting
let alice: Person
let bob: Person

beforeAll(async () => {
  meeting = await Meeting.begin()
  alice = await meeting.arrive('alice')
  bob = await meeting.arrive('bob')
  await alice.addContact('bob')
  await bob.addContact('alice')
  await bob.turnTo('alice')
  await alice.press('Settings')
  await alice.press('Sign out')
  await alice.page.getByRole('textbox', { name: 'SIP address' }).waitFor()
  await alice.page.evaluate(fillStore, { own: `sip:alice@${meeting.edge.domain}`, count: COUNT })
  await alice.signIn()
  await alice.online()
  await alice.turnTo('bob')
  await alice.sees(`message ${COUNT - 1}`)
  await bob.write('good morning')
  await alice.sees('good morning')
})

afterAll(() => meeting?.[Symbol.asyncDispose]())

const history = () => alice.page.getByRole('region', { name: 'History with bob' })
const toLatest = () => alice.page.getByRole('button', { name: 'Jump to latest' })

async function topAndBottom(of: Locator): Promise<readonly [top: number, bottom: number]> {
  const box = await of.boundingBox()
  return box === null ? [Number.NaN, Number.NaN] : [box.y, box.y + box.height]
}

/** Whether it can be read without scrolling. */
async function isInSight(row: Locator): Promise<boolean> {
  const [[top, bottom], [from, to]] = await Promise.all([
    topAndBottom(row),
    topAndBottom(history()),
  ])
  return top >= from - TOLERANCE && bottom <= to + TOLERANCE
}

async function comesInSight(row: Locator): Promise<void> {
  await expect.poll(() => isInSight(row), { timeout: 10_000 }).toBe(true)
}

/** Scrolls up by the keyboard. @returns the first message that is whole, below the top */
async function scrollUp(): Promise<Locator> {
  await history().focus()
  for (const _ of [1, 2, 3]) await alice.page.keyboard.press('PageUp')
  await toLatest().waitFor()
  const texts = alice.page.getByRole('log').getByText(/^message \d+/)
  const [from] = await topAndBottom(history())
  let before = Number.NaN
  await expect
    .poll(async () => {
      const now = (await topAndBottom(texts.first()))[0]
      const rests = now === before
      before = now
      return rests
    })
    .toBe(true)
  const tops = await texts.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top))
  const first = await texts.nth(tops.findIndex((top) => top > from + 20)).textContent()
  return alice.page.getByRole('log').getByText(first!, { exact: true })
}

describe('the days', () => {
  test('have a line each: today, yesterday, and the date before that', async () => {
    const line = (words: string | RegExp) =>
      alice.page.getByRole('log').getByRole('listitem').getByText(words, { exact: true })
    await history().focus()
    await expect
      .poll(async () => {
        await alice.page.keyboard.press('Home')
        return await alice.page.getByText('message 0', { exact: false }).count()
      })
      .toBeGreaterThan(0)
    const before = new Date(Date.now() - 2 * 86_400_000)
    const date = { weekday: 'long', day: 'numeric', month: 'long' } as const
    for (const words of ['Today', 'Yesterday', before.toLocaleDateString('en-US', date)])
      expect(await line(words).count(), words).toBe(1)
    await toLatest().click()
  })
})

describe('who reads the end', () => {
  test('stays there when something is said, be it long', async () => {
    await comesInSight(alice.row('good morning'))
    await bob.write(`${'a long line\n'.repeat(12)}and its end`)
    await comesInSight(alice.row('and its end'))
    expect(await toLatest().count()).toBe(0)
  })

  test.each([
    ['narrow', { width: 390, height: 700 }],
    ['low', { width: 1280, height: 420 }],
    ['as it was', DESK],
  ])('stays there when the window becomes %s', async (_, size) => {
    await alice.page.setViewportSize(size)
    await comesInSight(alice.row('and its end').getByText(/\d\d?:\d\d/))
    expect(await toLatest().count()).toBe(0)
  })
})

describe('who reads what was said before', () => {
  test('stays there when something is said, and is led to it', async () => {
    const reading = await scrollUp()
    const [before] = await topAndBottom(reading)
    await bob.write('are you reading?')
    await alice.row('are you reading?').waitFor()
    expect((await topAndBottom(reading))[0]).toBeCloseTo(before, 0)
    expect(await isInSight(alice.row('are you reading?'))).toBe(false)
    await toLatest().click()
    await comesInSight(alice.row('are you reading?'))
    await toLatest().waitFor({ state: 'detached' })
  })

  test('stays there when the window becomes narrow, and wide again', async () => {
    const reading = await scrollUp()
    const [before] = await topAndBottom(reading)
    const [start] = await topAndBottom(history())
    for (const size of [{ width: 390, height: 700 }, DESK]) {
      await alice.page.setViewportSize(size)
      await comesInSight(reading)
      await toLatest().waitFor()
    }
    const after = (await topAndBottom(reading))[0] - (await topAndBottom(history()))[0]
    expect(Math.abs(after - (before - start))).toBeLessThanOrEqual(TOLERANCE)
    await toLatest().click()
  })
})

describe('what is not read yet', () => {
  const line = () => alice.page.getByRole('log').getByText('New messages', { exact: true })

  test('begins under a line when the conversation is opened, and not while it is read', async () => {
    expect(await line().count()).toBe(0)
    await alice.addContact('carol')
    await bob.write('first news')
    await bob.write('second news')
    await alice.page.getByRole('button', { name: /^bob.*2 unread messages/ }).click()
    await comesInSight(line())
    const places = [alice.row('are you reading?'), line(), alice.row('first news')]
    const tops = await Promise.all(places.map(async (one) => (await topAndBottom(one))[0]))
    expect(tops).toEqual(tops.toSorted((a, b) => a - b))
    await bob.write('third news')
    await alice.sees('third news')
    expect(await line().count()).toBe(1)
  })

  test('is read once the person answers, or comes again', async () => {
    await alice.write('so I see')
    await line().waitFor({ state: 'detached' })
    await alice.turnTo('carol')
    await bob.write('more')
    await alice.page.getByRole('button', { name: /^bob.*1 unread message/ }).click()
    await line().waitFor()
    await alice.turnTo('carol')
    await alice.turnTo('bob')
    await alice.sees('more')
    expect(await line().count()).toBe(0)
  })
})
