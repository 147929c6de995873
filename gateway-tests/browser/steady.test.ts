import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { newPerson, startChromium } from './chromium.ts'
import { acceptButton, attach, fileFrom } from './file-cards.ts'
import { Person } from './person.ts'
import { png, text } from './sample-files.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge

beforeAll(async () => {
  browser = await startChromium()
  edge = await startEdge({
    port: 0,
    dataDir: mkdtempSync(join(tmpdir(), 'sotto-edge-')),
    webRoot: WEB,
  })
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

async function arrive(name: string): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  await context.addInitScript(holdFrames)
  const person = await Person.arrive(context, edge.url, name)
  await person.createAccount()
  await person.online()
  return person
}

test('a button stays under the pointer while a picture appears above it', async () => {
  const [alice, bob] = await Promise.all([arrive('alice'), arrive('bob')])
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await bob.turnTo('alice')
  await attach(alice, png('sunset.png', 320, 200), text('notes.txt', 'the plan is in here'))

  await acceptButton(bob, 'alice', 'notes.txt').hover()
  await bob.page.mouse.down()
  await bob.page.evaluate(() => Object.assign(window, { isBetweenFrames: true }))
  // Not with the pointer, which is pressed elsewhere.
  await acceptButton(bob, 'alice', 'sunset.png').evaluate((button: HTMLElement) => button.click())
  await fileFrom(bob, 'alice', 'sunset.png').getByRole('img', { name: 'sunset.png' }).waitFor()
  await bob.page.mouse.up()
  await fileFrom(bob, 'alice', 'notes.txt').getByText('Received.').waitFor()
})

describe('a button that moves while it is pressed', () => {
  let alice: Person
  let bob: Person

  beforeAll(async () => {
    ;[alice, bob] = await Promise.all([arrive('ada'), arrive('ben')])
    await alice.addContact('ben')
    await bob.addContact('ada')
    await alice.turnTo('ben')
    await bob.turnTo('ada')
    await attach(alice, text('one.txt', 'the first'), text('two.txt', 'the second'))
  })

  /** As something that becomes higher above the button does. */
  const push = (file: string) =>
    acceptButton(bob, 'ada', file).evaluate((button: HTMLElement) => {
      button.style.transform = 'translateY(60px)'
    })

  test('is the one that is meant', async () => {
    await acceptButton(bob, 'ada', 'one.txt').hover()
    await bob.page.mouse.down()
    await push('one.txt')
    await bob.page.mouse.up()
    await fileFrom(bob, 'ada', 'one.txt').getByText('Received.').waitFor()
  })

  test('who slides off takes the press back', async () => {
    await acceptButton(bob, 'ada', 'two.txt').hover()
    await bob.page.mouse.down()
    const { x, y } = (await acceptButton(bob, 'ada', 'two.txt').boundingBox())!
    await bob.page.mouse.move(x - 40, y - 40)
    await bob.page.mouse.up()
    await alice.write('and then?')
    await bob.sees('and then?')
    await acceptButton(bob, 'ada', 'two.txt').waitFor()
  })
})

/**
 * A press may come before the next frame, in which observers of sizes are told. While
 * `isBetweenFrames`, they are not.
 */
function holdFrames(): void {
  window.ResizeObserver = class extends ResizeObserver {
    constructor(callback: ResizeObserverCallback) {
      super((entries, observer) => {
        if (!('isBetweenFrames' in window)) callback(entries, observer)
      })
    }
  }
}
