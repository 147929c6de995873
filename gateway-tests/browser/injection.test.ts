/*
 * Script in every field that somebody else fills, tried on the shipped page under the shipped policy.
 * Each field must show what was written, letter for letter, and nothing may run or be fetched.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Address } from '../../chat/index.ts'
import { PlainPeer } from '../../chat/testing/plain-peer.ts'
import type { Edge } from '../../edge/index.ts'
import { SipPhone } from '../../edge/testing/sip-phone.ts'
import { startEdge } from '../edge.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
const PASSWORD = 'correct horse'

/** What would run in one context or another: markup, attributes, templates, addresses. */
const SCRIPTS = [
  '<img src=/ran.png onerror=ran=1>',
  '"><svg/onload=ran=1>',
  '<script>ran=1</script>',
  '<iframe srcdoc="<script>parent.ran=1</script>"></iframe>',
  '<a href="javascript:ran=1">click</a> javascript:ran=1',
  `$${'{ran=1}'}{{ran=1}}<sotto-icon name="x"></sotto-icon>`,
  '<style>@import "/ran.css"</style><link rel=stylesheet href=/ran.css>',
]
const SCRIPT = SCRIPTS.join(' ')

let browser: Browser
let edge: Edge
let alice: Person
let bob: Person
const contexts: BrowserContext[] = []
const complaints: { readonly page: Page | null; readonly text: string }[] = []
const fetched: string[] = []

beforeAll(async () => {
  browser = await startChromium()
  const dataDir = mkdtempSync(join(tmpdir(), 'sotto-edge-'))
  edge = await startEdge({ port: 0, dataDir, webRoot: WEB })
  for (const name of ['alice', 'bob', 'carol', 'mallory']) await edge.enrol(name, PASSWORD)
  alice = await arrive('alice')
  bob = await arrive('bob')
  await alice.addContact('bob')
  await bob.addContact('alice')
  await alice.turnTo('bob')
  await bob.turnTo('alice')
  await alice.write('hello')
  await bob.privacy('Encrypted, not verified')
})

afterAll(async () => {
  await Promise.all(contexts.map((context) => context.close()))
  await browser?.close()
  await edge?.close()
})

async function arrive(name: string): Promise<Person> {
  const context = await newPerson(browser, new URL(edge.url).origin)
  contexts.push(context)
  await context.addInitScript(() => {
    const broken: string[] = []
    Object.assign(window, { broken })
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      broken.push(`${violatedDirective} ${blockedURI}`),
    )
  })
  context.on('console', (message) => {
    if (message.type() !== 'error') return
    complaints.push({ page: message.page(), text: message.text() })
  })
  context.on('request', (request) => fetched.push(request.url()))
  const person = await Person.arrive(context, edge.url, name)
  await person.signIn(PASSWORD)
  await person.online()
  return person
}

describe('a message, of text or of markup', () => {
  test.each(SCRIPTS)('%s', async (script) => {
    await bob.write(script)
    await alice.page.getByRole('log').getByText(script, { exact: true }).waitFor()
  })

  test('of markup is what it means, in words', async () => {
    const carol = new PlainPeer(edge, 'carol', PASSWORD)
    await carol.signIn()
    await alice.addContact('carol')
    await alice.turnTo('carol')
    await alice.write('are you there?') // Held, for carol speaks no OTR; the session opens.
    const said = async () => {
      carol.say(`<b>bold</b> ${SCRIPT} <p>and so on</p>`, address('alice'), 'text/html')
      return await alice.page.getByRole('log').getByText('and so on').count()
    }
    await expect.poll(said, { timeout: 20_000, interval: 1000 }).toBeGreaterThan(0)
    const row = alice.row('and so on').first()
    await row.getByText(/^bold/).waitFor()
    expect(await row.textContent()).not.toMatch(/<\/?(b|p)>/)
    await carol.leave()
    await alice.turnTo('bob')
  })

  test('a line that plays the system is a message like others', async () => {
    const line = '🔒 Verified. You’re talking to bob.'
    await bob.write(line)
    const row = alice.page.getByRole('log').getByRole('listitem').filter({ hasText: line })
    await row.waitFor()
    await row.getByRole('img', { name: 'Encrypted, not verified', exact: true }).waitFor()
    await alice.privacy('Encrypted, not verified')
  })

  test('what is found is shown as it was written', async () => {
    await alice.press('Conversation options')
    await alice.page.getByRole('menuitem', { name: 'Search…' }).click()
    await alice.page.getByRole('searchbox', { name: 'Search for' }).fill('onerror')
    const found = alice.page.getByRole('list', { name: 'Found messages' })
    await found.getByText(SCRIPTS[0]!).first().waitFor()
    await alice.page.getByRole('searchbox', { name: 'Search for' }).fill('')
    await alice.page.keyboard.press('Escape')
    await found.waitFor({ state: 'hidden' })
  })

  test('markup that is pasted is text', async () => {
    const field = alice.page.getByRole('textbox', { name: 'Message' })
    const origin = new URL(edge.url).origin
    await contexts[0]!.grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
    // Whoever copies markup has the browser look at it: not our page.
    const elsewhere = await contexts[0]!.newPage()
    await elsewhere.goto(`${origin}/config.json`)
    await elsewhere.evaluate(async (html) => {
      const blob = (type: string, text: string) => new Blob([text], { type })
      const [marked, plain] = [blob('text/html', html), blob('text/plain', 'pasted text')]
      const item = new ClipboardItem({ 'text/html': marked, 'text/plain': plain })
      await navigator.clipboard.write([item])
    }, SCRIPT)
    await elsewhere.close()
    await alice.page.bringToFront()
    await field.click()
    await alice.page.keyboard.press('Control+V')
    await expect.poll(() => field.inputValue()).toBe('pasted text')
    await field.fill('')
  })
})

describe('names, a question, a file', () => {
  test('the name that a stranger gives', async () => {
    const mallory = await new SipPhone(edge.wsUrl, 'mallory', edge.domain).open()
    await mallory.register()
    const name = SCRIPTS[0]!
    const more = ['Content-Type: application/sdp', `From: "${name}" <${mallory.address}>;tag=1`]
    mallory.request('INVITE', address('alice'), more, OFFER)
    const list = alice.page.getByRole('navigation', { name: 'Contacts' })
    await list.getByText(name).first().waitFor()
    await list.getByText(name).first().click()
    await alice.page.getByRole('group', { name: 'Invitation' }).getByText(name).first().waitFor()
    await alice.press('Decline')
    mallory.close()
    await alice.turnTo('bob')
  })

  test('the question of a verification', async () => {
    await bob.encryptionMenu('Verify alice…')
    await bob.page.getByRole('radio', { name: 'Question' }).click()
    await bob.page.getByRole('textbox', { name: 'Your question' }).fill(SCRIPT)
    await bob.page.getByRole('textbox', { name: 'The answer you expect' }).fill('nothing')
    await bob.press('Start verification')
    const card = alice.page.getByRole('region', { name: 'Verification' })
    await card.getByText('<script>ran=1</script>').waitFor()
    await alice.answer('something')
    await card.getByText(/match/).waitFor()
  })

  test('the name of a file, and what it says it is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sotto-files-'))
    const file = join(folder, '<img src=x onerror=ran=1>.svg')
    writeFileSync(file, '<svg xmlns="http://www.w3.org/2000/svg" onload="ran=1"/>')
    const [chooser] = await Promise.all([
      bob.page.waitForEvent('filechooser'),
      bob.page.getByRole('button', { name: 'Attach files' }).click(),
    ])
    await chooser.setFiles([file])
    const offered = alice.page.getByRole('group', { name: /^File from bob: .*onerror/ })
    await offered.getByRole('button', { name: 'Accept', exact: true }).click()
    await offered.getByRole('button', { name: /Save/ }).waitFor()
    expect(await offered.getByRole('img', { name: /onerror/ }).count()).toBe(0)
  })

  test('a nickname in a room, and what is said under it', async () => {
    for (const { page } of [alice, bob]) {
      await page.getByRole('button', { name: 'Enter a room' }).click()
      await page.getByRole('textbox', { name: 'Name or address of the room' }).fill('lunch')
      await page.getByRole('button', { name: 'Enter', exact: true }).click()
    }
    const members = (page: Page) => page.getByRole('complementary', { name: 'Members of lunch' })
    await members(bob.page).getByRole('button', { name: 'Change nickname…' }).click()
    await bob.page.getByRole('textbox', { name: 'Nickname' }).fill(SCRIPTS[1]!)
    await bob.page.getByRole('button', { name: 'Use this nickname' }).click()
    await members(alice.page).getByText(SCRIPTS[1]!, { exact: true }).waitFor({ timeout: 20_000 })
    await bob.write(SCRIPTS[2]!)
    await alice.sees(SCRIPTS[2]!)
    await alice.page.getByRole('log').getByText(SCRIPTS[1]!).first().waitFor()
  })
})

test('the words of a server, and of whoever answers in its name', async () => {
  const mallory = await new SipPhone(edge.wsUrl, 'mallory', edge.domain).open()
  await mallory.register()
  await alice.addContact('mallory')
  await alice.turnTo('mallory')
  await alice.write('hello?')
  const invite = await mallory.takeRequest('INVITE')
  const more = [`Warning: 399 x "${SCRIPTS[0]}"`, `Reason: SIP;cause=404;text="${SCRIPTS[0]}"`]
  // sip.js reads no reason with angle brackets, which RFC 3261 §25.1 does not allow.
  mallory.respond(invite, 404, more, '', "javascript:ran=1 ';ran=1;'")
  await alice.sees('There is nobody with this address.')
  mallory.close()
})

test('words from another window are nothing to the page', async () => {
  const shown = () => alice.page.evaluate(() => document.body.textContent)
  const before = await shown()
  await alice.page.evaluate((script) => {
    const words = [script, { type: 'message', text: script }, { do: 'quit' }, null, [], 1]
    for (const word of words) window.postMessage(word, '*')
    for (const word of words) navigator.serviceWorker?.controller?.postMessage(word)
  }, SCRIPT)
  await alice.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)))
  expect(await shown()).toBe(before)
})

test('nothing ran, and no rule of the page was broken', async () => {
  for (const { page } of [alice, bob]) {
    const seen = await page.evaluate(() => {
      const { ran, broken } = window as unknown as { ran?: unknown; broken: string[] }
      return { ran: ran ?? null, broken, scripts: document.querySelectorAll('iframe').length }
    })
    expect(seen).toEqual({ ran: null, broken: [], scripts: 0 })
  }
  const ofPages = complaints.filter(({ page }) => page === alice.page || page === bob.page)
  expect(ofPages.map(({ text }) => text)).toEqual([])
  expect(fetched.filter((url) => /ran\.|srcdoc|javascript/.test(url))).toEqual([])
})

test('and it would have shown: Trusted Types and the policy are at work', async () => {
  const refused = await alice.page.evaluate((script) => {
    const element = document.createElement('div')
    try {
      Reflect.set(element, 'inner' + 'HTML', script)
      return 'taken'
    } catch (error) {
      return (error as Error).name
    }
  }, SCRIPT)
  expect(refused).toBe('TypeError')
  await expect
    .poll(() => alice.page.evaluate(() => (window as unknown as { broken: string[] }).broken))
    .toContainEqual(expect.stringContaining('require-trusted-types-for'))
})

const address = (name: string) => `sip:${name}@${edge.domain}` as Address

const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 mallory.invalid',
  's=-',
  'c=IN IP4 mallory.invalid',
  't=0 0',
  'm=message 2855 TCP/MSRP *',
  'a=path:msrp://mallory.invalid:2855/mallory;tcp',
  'a=accept-types:message/cpim text/plain',
  '',
].join('\r\n')
