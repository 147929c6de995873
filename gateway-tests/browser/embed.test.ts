import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build, createServer as createVite, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, PATIENCE_MS, startChromium } from './chromium.ts'
import { Person } from './person.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const WEB = join(ROOT, 'dist', 'web')
const LIBRARY = mkdtempSync(join(tmpdir(), 'sotto-embed-'))
const PASSWORD = 'correct horse'

/** A page that is something else, and has the chat in a corner. Its own rules are strict. */
const HOST = (options: object) => `<!doctype html>
<html lang="nl">
  <head>
    <meta charset="utf-8"><title>Host</title>
    <link rel="stylesheet" href="/host.css">
  </head>
  <body>
    <h1>Een andere pagina</h1>
    <p><input aria-label="Iets anders" autofocus></p>
    <sotto-chat></sotto-chat>
    <script type="application/json" id="options">${JSON.stringify(options)}</script>
    <script type="module" src="/host.js"></script>
  </body>
</html>`

const HOST_SCRIPT = `import { startSotto } from "/sotto.js"
const element = document.querySelector('sotto-chat')
window.told = []
for (const name of ['sotto-account', 'sotto-unread', 'sotto-event'])
  element.addEventListener(name, ({ detail }) =>
    window.told.push([name, detail.state ?? detail.type ?? detail]))
const options = JSON.parse(document.querySelector('#options').textContent)
window.start = (others) => {
  window.sotto = startSotto(element, { ...options, ...others })
}
window.start({})`

const HOST_STYLE = `sotto-chat { block-size: 36rem; inline-size: 60rem; --accent: rgb(0, 90, 90) }
sotto-chat::part(list) { border: 3px solid rgb(0, 90, 90) }
sotto-chat::part(conversation) { border: 5px solid rgb(90, 0, 90) }`

const POLICY = (edge: Edge) =>
  [
    "default-src 'none'; script-src 'self'; style-src 'self'; worker-src 'self'; img-src 'self'",
    `connect-src 'self' ${edge.wsUrl}`,
  ].join('; ')

let browser: Browser
let edge: Edge
let host: Server
let origin: string
let vite: ViteDevServer
let vitePort: number
let page: Page
let bob: Person
const complaints: string[] = []

beforeAll(async () => {
  browser = await startChromium()
  await build({
    configFile: join(ROOT, 'vite.embed.ts'),
    logLevel: 'error',
    root: join(ROOT, 'web'),
    build: { outDir: LIBRARY, emptyOutDir: true },
  })
  // Packages that Vite finds while the page runs make it load the page anew, as it does only once on
  // a machine; here they are served as they are.
  const optimizeDeps = { noDiscovery: true, include: [] }
  vite = await createVite({
    configFile: false,
    root: ROOT,
    server: { port: 0 },
    optimizeDeps,
    logLevel: 'error',
  })
  await vite.listen()
  host = createServer((request, response) => {
    const path = request.url ?? '/'
    const [type, body] = answer(path)
    response.setHeader('Content-Type', type)
    response.setHeader('Content-Security-Policy', POLICY(edge))
    response.writeHead(body === null ? 404 : 200).end(body)
  }).listen(0, '127.0.0.1')
  await once(host, 'listening')
  origin = `http://127.0.0.1:${portOf(host)}`
  vitePort = portOf(vite.httpServer!)
  edge = await startEdge({
    port: 0,
    dataDir: null,
    webRoot: WEB,
    origins: [origin, `http://localhost:${vitePort}`],
  })
  for (const name of ['alice', 'dora']) await edge.enrol(name, PASSWORD)
  bob = await Person.arrive(await newPerson(browser, new URL(edge.url).origin), edge.url, 'bob')
  await bob.createAccount()
  await bob.online()
})

afterAll(async () => {
  await browser?.close()
  await vite?.close()
  host?.close()
  await edge?.close()
})

function portOf(server: Pick<Server, 'address'>): number {
  return (server.address() as AddressInfo).port
}

function answer(path: string): readonly [type: string, body: string | Buffer | null] {
  const options = { address: `alice@${edge.domain}`, password: PASSWORD, server: edge.wsUrl }
  if (path === '/') return ['text/html', HOST({ ...options, language: 'en', theme: 'light' })]
  if (path === '/host.js') return ['text/javascript', HOST_SCRIPT]
  if (path === '/host.css') return ['text/css', HOST_STYLE]
  if (path === '/favicon.ico') return ['image/x-icon', '']
  const type = extname(path) === '.js' ? 'text/javascript' : 'text/css'
  try {
    return [type, readFileSync(join(LIBRARY, path))]
  } catch {
    return [type, null]
  }
}

/** What the page has of the library. */
interface Host {
  start(options: { readonly theme?: string }): void
  readonly sotto: { open(peer: string | null): void; stop(): Promise<void> }
}

const open = (peer: string | null) =>
  page.evaluate((whom) => (window as unknown as Host).sotto.open(whom), peer)

const told = (name: string) =>
  page.evaluate(
    (wanted) =>
      (window as unknown as { told: [string, unknown][] }).told
        .filter(([event]) => event === wanted)
        .map(([, detail]) => detail),
    name,
  )

test('the library: one call brings the element to life, under the page’s own strict rules', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(origin)
  await page.getByRole('navigation', { name: 'Contacts' }).waitFor()
  expect(await told('sotto-account')).toContain('online')
})

test('leaves the page its title, its language and its focus', async () => {
  expect(await page.title()).toBe('Host')
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('nl')
  expect(
    await page.evaluate(() => document.querySelector('sotto-chat')!.getAttribute('lang')),
  ).toBe('en')
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
})

test('looks as the page wants it', async () => {
  const seen = await page.evaluate(() => {
    const chat = document.querySelector('sotto-chat')!
    const panes = chat.shadowRoot!.querySelector('sotto-panes')!
    const list = panes.shadowRoot!.querySelector('sotto-contact-list')!
    return {
      accent: getComputedStyle(list).getPropertyValue('--accent'),
      border: getComputedStyle(list).borderTopColor,
      height: chat.getBoundingClientRect().height,
    }
  })
  expect(seen).toEqual({ accent: 'rgb(0, 90, 90)', border: 'rgb(0, 90, 90)', height: 576 })
})

test('tells the page what happens, and how much is unread', async () => {
  await bob.addContact('alice')
  await bob.turnTo('alice')
  await bob.write('a word for the page')
  await page.getByRole('button', { name: /^bob/ }).waitFor()
  await expect.poll(() => told('sotto-unread')).toContain(1)
  expect(await told('sotto-event')).toContain('invited')
  await page.getByRole('button', { name: /^bob/ }).click()
  await page.getByRole('button', { name: 'Accept' }).click()
  await page.getByRole('log').getByText('a word for the page').waitFor()
  await page.getByRole('button', { name: 'Encryption: Encrypted, not verified' }).waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
})

test('one conversation alone, for whoever is being called', async () => {
  await page.evaluate((peer) => {
    document.querySelector('sotto-chat')!.setAttribute('peer', peer)
  }, `bob@${edge.domain}`)
  await page.getByRole('navigation', { name: 'Contacts' }).waitFor({ state: 'detached' })
  await page.getByRole('region', { name: 'Conversation with bob' }).waitFor({ state: 'attached' })
  expect(await page.getByRole('button', { name: 'Back to contacts' }).count()).toBe(0)
  // Nor is there a place for a room.
  await bob.write(`we are in sip:lunch@conference.${edge.domain}`)
  await page.getByRole('log').getByText('we are in sip:lunch@').waitFor()
  expect(await page.getByRole('button', { name: /^sip:lunch@/ }).count()).toBe(0)
})

test('the page opens a conversation, another one, and all of them again', async () => {
  await open(null)
  const list = page.getByRole('navigation', { name: 'Contacts' })
  await list.waitFor()
  await open(`sip:bob@${edge.domain}`)
  await list.waitFor({ state: 'detached' })
  await page.getByRole('heading', { name: 'bob' }).waitFor()
  await page.getByRole('log').getByText('a word for the page').waitFor()
  const frame = await page.getByRole('region', { name: 'Conversation with bob' }).evaluate((at) => {
    const host = at.closest('[part="conversation"]') ?? (at.getRootNode() as ShadowRoot).host
    return getComputedStyle(host).borderTopColor
  })
  expect(frame).toBe('rgb(90, 0, 90)')
  await open('dora') // With whom nothing was ever said.
  await page.getByRole('heading', { name: 'dora' }).waitFor()
  expect(await page.getByRole('log').getByText('a word for the page').count()).toBe(0)
  await open(null)
  await list.getByRole('button', { name: /^bob/ }).waitFor()
})

test('stops, says goodbye, and leaves an empty place', async () => {
  await page.evaluate(() => (window as unknown as Host).sotto.stop())
  await bob.sees('alice left the conversation.')
  expect(
    await page.evaluate(() =>
      document.querySelector('sotto-chat')!.shadowRoot!.textContent?.trim(),
    ),
  ).toBe('')
  expect(complaints).toEqual([])
})

test('begins anew in the same place, dark where the page is light', async () => {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const before = await paper()
  await page.evaluate(() => (window as unknown as Host).start({ theme: 'dark' }))
  const list = page.getByRole('navigation', { name: 'Contacts' })
  await list.getByRole('button', { name: /^bob/ }).waitFor()
  const { scheme, letters } = await list.evaluate((at) => {
    const { colorScheme, color } = getComputedStyle(at)
    return { scheme: colorScheme, letters: color }
  })
  expect(scheme).toBe('dark')
  const [red] = letters.match(/\d+/g)!.map(Number)
  expect(red, 'light letters').toBeGreaterThan(200)
  expect(await paper()).toBe(before)
  expect(await accessibilityFindings(page)).toEqual([])
  await page.evaluate(() => (window as unknown as Host).sotto.stop())
})

test('the example page: conversations over the softphone’s own connection', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const phone = await context.newPage()
  phone.setDefaultTimeout(PATIENCE_MS)
  await phone.goto(`http://localhost:${vitePort}/docs/embedding-example/window.html`)
  await phone.getByLabel('Address').fill(`sip:dora@${edge.domain}`)
  await phone.getByLabel('Password').fill(PASSWORD)
  await phone.getByLabel('Server').fill(edge.wsUrl)
  await phone.getByRole('button', { name: 'Start' }).click()
  await phone.getByRole('navigation', { name: 'Contacts' }).waitFor()
  await bob.page.getByRole('button', { name: 'Add contact' }).click()
  await bob.page.getByRole('textbox', { name: 'Name or address' }).fill('dora')
  await bob.page.getByRole('button', { name: 'Add', exact: true }).click()
  await bob.turnTo('dora')
  await bob.write('over your own line')
  await phone.getByRole('button', { name: /^bob/ }).click()
  await phone.getByRole('button', { name: 'Accept' }).click()
  await phone.getByRole('log').getByText('over your own line').waitFor()
  await bob.privacy('Encrypted, not verified')
})
