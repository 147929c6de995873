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
  await alice.page.evaluate(listen)
})

afterAll(async () => {
  await meeting?.[Symbol.asyncDispose]()
})

interface Heard {
  /** Role of the live region. */
  readonly by: string
  readonly words: string
}

/** What a screen reader was given to say since this was asked last, but for the time of a message. */
async function heard({ page }: Person): Promise<readonly Heard[]> {
  const all = await page.evaluate(() => (window as unknown as { heard: Heard[] }).heard.splice(0))
  return all.filter(({ words }) => !/^\d\d?:\d\d( [AP]M)?$/.test(words))
}

/** Whether each message of the open conversation speaks up, oldest first. */
function live({ page }: Person): Promise<readonly (string | null)[]> {
  return page
    .getByRole('log')
    .getByRole('listitem')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-live')))
}

describe('of a conversation that is open, a screen reader says', () => {
  test('what the other one writes, once', async () => {
    await bob.write('a first word')
    await alice.sees('a first word')
    await bob.writeOn('and a second')
    await alice.sees('and a second')
    expect(await heard(alice)).toEqual([
      { by: 'log', words: 'a first word' },
      { by: 'log', words: 'and a second' },
    ])
  })

  test('nothing of what is written here, and of what becomes of it', async () => {
    await bob.addContact('carol') // Looks elsewhere.
    await alice.write('my answer')
    const row = alice.row('my answer')
    await row.getByText('Delivered').waitFor()
    expect(await row.getAttribute('aria-live')).toBe('off')
    await bob.turnTo('alice')
    await row.getByText('Seen').waitFor()
    expect(await row.getAttribute('aria-live')).toBe('off')
    expect(await heard(alice)).toEqual([])
  })

  test('nothing of that somebody writes', async () => {
    const field = bob.page.getByRole('textbox', { name: 'Message' })
    await field.pressSequentially('never sent')
    const note = alice.page.getByText('bob is writing…')
    await note.waitFor()
    await field.fill('')
    await note.waitFor({ state: 'hidden' })
    expect(await heard(alice)).toEqual([])
  })

  test('nothing of what was said before, once one comes back to it', async () => {
    await alice.addContact('carol')
    await alice.turnTo('carol')
    await alice.page.getByText('Held until carol is there.').waitFor()
    expect(await heard(alice)).toContainEqual({ by: 'status', words: 'Held until carol is there.' })
    await alice.turnTo('bob')
    await alice.row('and a second').waitFor()
    const fromLog = (await heard(alice)).filter(({ by }) => by === 'log')
    expect(fromLog).toEqual([])
    expect(new Set(await live(alice))).toEqual(new Set(['off']))
    await bob.writeOn('are you back?')
    await alice.sees('are you back?')
    expect(await heard(alice)).toEqual([{ by: 'log', words: 'are you back?' }])
    expect((await live(alice)).filter((one) => one !== 'off')).toHaveLength(1)
  })

  test('nothing of the day that stands above the first message', async () => {
    await alice.turnTo('carol')
    await heard(alice)
    await alice.write('is anyone there?')
    await alice.row('Today').waitFor()
    await alice.row('is anyone there?').getByText('Waiting').waitFor()
    expect(await alice.row('Today').getAttribute('aria-live')).toBe('off')
    const words = (await heard(alice)).map(({ words }) => words).join(' ')
    expect(words).not.toMatch(/Today|is anyone there|Waiting/)
  })
})

test('nothing broke the page’s own rules', () => {
  expect(meeting.complaints).toEqual([])
})

/**
 * Runs in the page: writes down all text that comes into a live region as it stands on the screen,
 * through shadow roots, as a browser hands it on to a screen reader (WAI-ARIA 1.2, aria-live).
 */
function listen(): void {
  const heard: Heard[] = []
  Object.assign(window, { heard })
  const changes = { childList: true, characterData: true, subtree: true }
  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records)
      for (const node of type === 'characterData' ? [target] : addedNodes) note(node)
  })
  observer.observe(document, changes)
  note(document.documentElement)
  heard.length = 0 // That was there before.

  function note(node: Node): void {
    if (!node.isConnected) return
    if (node instanceof Text) {
      const words = node.data.trim()
      const by =
        words === '' || node.parentElement?.checkVisibility() === false ? null : region(node)
      if (by !== null) heard.push({ by, words })
    }
    if (node instanceof Element && node.shadowRoot !== null) {
      observer.observe(node.shadowRoot, changes)
      for (const child of node.shadowRoot.childNodes) note(child)
    }
    for (const child of node.childNodes) note(child)
  }

  /** Role of the live region around a node, or what makes it one; `null` outside, and where it is off. */
  function region(node: Node): string | null {
    for (let at: Node | null = node; at !== null; at = outwards(at)) {
      if (!(at instanceof Element)) continue
      const role = at.getAttribute('role')
      const live = at.getAttribute('aria-live') ?? (role === 'timer' ? 'off' : null)
      if (live === 'off') return null
      if (live !== null || role === 'log' || role === 'status' || role === 'alert')
        return role ?? live
    }
    return null
  }

  function outwards(node: Node): Node | null {
    if (node instanceof ShadowRoot) return node.host
    return (
      (node instanceof Element || node instanceof Text ? node.assignedSlot : null) ??
      node.parentNode
    )
  }
}
