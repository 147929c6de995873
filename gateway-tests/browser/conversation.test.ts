import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { chain } from '../chain.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { startBrowser } from './browser.ts'
import { announced, newPerson } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')

let browser: Browser
let edge: Edge
/** Everything that crossed the relay, as text. */
let tapped = ''

beforeAll(async () => {
  browser = await startBrowser()
  edge = await startEdge({
    port: 0,
    dataDir: mkdtempSync(join(tmpdir(), 'sotto-edge-')),
    webRoot: WEB,
    tap: (frame) => {
      tapped += new TextDecoder().decode(frame)
    },
  })
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

describe('two people at two windows', () => {
  const contexts: BrowserContext[] = []
  /** What the pages complained of: the content-security policy above all. */
  const complaints: string[] = []
  let alice: Person
  let bob: Person
  const test = chain()

  const arrive = async (name: string) => {
    const context = await newPerson(browser, new URL(edge.url).origin)
    contexts.push(context)
    context.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    return await Person.arrive(context, edge.url, name)
  }

  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()))
  })

  test('sign up with a name and a password, and find each other', async () => {
    alice = await arrive('alice')
    bob = await arrive('bob')
    await Promise.all([alice.createAccount(), bob.createAccount()])
    await Promise.all([alice.online(), bob.online()])
    await alice.addContact('bob')
    await bob.addContact('alice')
  })

  test('talk encrypted without having asked for it', async () => {
    await alice.turnTo('bob')
    await alice.write('the first words are private already')
    await bob.turnTo('alice')
    await bob.sees('the first words are private already')
    await bob.write('und zurück: grüße, 世界 👋')
    await alice.sees('und zurück: grüße, 世界 👋')
    await alice.privacy('Encrypted, not verified')
    await bob.privacy('Encrypted, not verified')
  })

  test('leave nothing at the relay but ciphertext', () => {
    expect(tapped).toContain('?OTR:')
    expect(tapped).not.toContain('the first words are private already')
    expect(tapped).not.toContain('grüße')
  })

  test('see a wrong secret fail on both sides, and nothing else change', async () => {
    await alice.verifyWithSecret('bob', 'the blue door')
    await bob.verificationSays('alice wants to verify you.')
    await bob.answer('the green door')
    await alice.verificationSays('The answers didn’t match.')
    await bob.verificationSays('The answers didn’t match.')
    await alice.privacy('Encrypted, not verified')
  })

  test('verify each other with a shared secret', async () => {
    await alice.verifyWithSecret('bob', 'the red door')
    await bob.answer('the red door')
    await alice.privacy('Verified')
    await bob.privacy('Verified')
    await alice.verificationSays('Verified. You’re talking to bob.')
  })

  test('find it all again after a reload', async () => {
    await alice.page.reload()
    await alice.signIn()
    await alice.online()
    await alice.turnTo('bob')
    await alice.write('back again')
    await bob.sees('back again')
    await alice.privacy('Verified')
    await bob.privacy('Verified')
    expect(tapped).not.toContain('back again')
    expect(await announced(alice.page)).toEqual({ spoken: [], sounded: [], notified: [] })
  })

  test('end the encryption: the other composer locks until its owner chooses', async () => {
    await bob.encryptionMenu('End encryption')
    await alice.privacy('Ended')
    await alice.sees('bob ended encryption.')
    expect(await alice.page.getByRole('textbox', { name: 'Message' }).isEditable()).toBe(false)
    await alice.press('Encrypt again')
    await alice.privacy('Verified')
    await alice.write('encrypted again')
    await bob.sees('encrypted again')
    expect(tapped).not.toContain('encrypted again')
  })

  test('always with encryption: what is typed for an absent friend waits, and stays unread', async () => {
    await alice.encryptionMenu('End encryption')
    await alice.privacy('Not encrypted')
    await alice.page.getByRole('button', { name: /^Encryption: / }).click()
    await alice.page.getByRole('menuitemcheckbox', { name: /^Always use encryption/ }).click()
    await alice.page.keyboard.press('Escape')
    await alice.privacy('Verified')
    await bob.page.close({ runBeforeUnload: false })
    await alice.write('only for your eyes')
    await alice.sees('only for your eyes')
    bob = await Person.arrive(contexts[1]!, edge.url, 'bob')
    await bob.signIn()
    await bob.online()
    await bob.turnTo('alice')
    await bob.sees('only for your eyes', 40_000) // She tries again every now and then.
    expect(tapped).not.toContain('only for your eyes')
  })

  test('anyone can use it: axe-core finds nothing, wide and narrow, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1280, 320]) {
        await alice.page.emulateMedia({ colorScheme })
        await alice.page.setViewportSize({ width, height: 800 })
        expect(await accessibilityFindings(alice.page), `${colorScheme}, ${width} px`).toEqual([])
      }
    }
  })

  test('nothing broke the page’s own rules', () => {
    expect(complaints).toEqual([])
  })
})
