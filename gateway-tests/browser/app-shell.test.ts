import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edge } from '../../edge/index.ts'
import { startEdge } from '../edge.ts'
import { accessibilityFindings } from './accessible.ts'
import { newPerson, startChromium } from './chromium.ts'
import { Person } from './person.ts'

/** A copy of the built app, because a new version of it comes out here. */
const WEB = mkdtempSync(join(tmpdir(), 'sotto-web-'))
const dataDir = mkdtempSync(join(tmpdir(), 'sotto-edge-'))

let browser: Browser
let edge: Edge
let port: number
let context: BrowserContext
let page: Page
let alice: Person
const complaints: string[] = []

beforeAll(async () => {
  cpSync(join(import.meta.dirname, '..', '..', 'dist', 'web'), WEB, { recursive: true })
  browser = await startChromium()
  edge = await startEdge({ port: 0, dataDir, webRoot: WEB })
  port = Number(new URL(edge.url).port)
  context = await newPerson(browser, new URL(edge.url).origin)
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  alice = await Person.arrive(context, edge.url, 'alice')
  page = alice.page
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
})

const restart = async () => {
  edge = await startEdge({ port, dataDir, webRoot: WEB })
}

const stored = () =>
  page.evaluate(async () => {
    const paths: string[] = []
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys())
        paths.push(new URL(url).pathname)
    return paths
  })

test('what is stored is the app’s files, and nothing that a server says', async () => {
  await alice.createAccount()
  await alice.online()
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  const paths = await stored()
  expect(paths).toContain('/')
  expect(
    paths.filter(
      (path) => !/^\/(?:assets\/[\w-]+\.(?:js|css)|[\w-]+\.(?:png|svg|webmanifest))?$/.test(path),
    ),
  ).toEqual([])
  expect(paths.some((path) => path.startsWith('/assets/chat-stack-'))).toBe(true)
  expect(complaints).toEqual([])
})

test('can be installed: name, address, icons of both kinds', async () => {
  const manifest = (await page.evaluate(() =>
    fetch('/manifest.webmanifest').then((response) => response.json()),
  )) as { icons: readonly { src: string; sizes: string; purpose: string }[] }
  expect(manifest).toMatchObject({ id: '/', start_url: '/', display: 'standalone' })
  expect(manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual([
    'any any',
    '192x192 any',
    '512x512 any',
    '512x512 maskable',
  ])
  for (const { src, sizes } of manifest.icons.filter(({ src }) => src.endsWith('.png'))) {
    const width = await page.evaluate(
      (path) =>
        fetch(path)
          .then((response) => response.blob())
          .then((blob) => createImageBitmap(blob))
          .then((picture) => picture.width),
      src,
    )
    expect(`${width}x${width}`, src).toBe(sizes)
  }
})

test('starts without a network, and says that there is none', async () => {
  await edge.close()
  await context.setOffline(true)
  await page.reload()
  await page.getByRole('heading', { name: 'Sotto' }).waitFor()
  await page.getByRole('status').getByText('You are offline.').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
})

test('goes on when the network is back', async () => {
  await restart()
  await context.setOffline(false)
  await page.getByText('You are offline.').waitFor({ state: 'detached' })
  await page.reload()
  await alice.signIn()
  await alice.online()
})

test('a new version is announced, and never comes by itself', async () => {
  await edge.close()
  const worker = readFileSync(join(WEB, 'shell-worker.js'), 'utf8')
  const next = worker.replace(/"version":"\w+"/, '"version":"next"')
  expect(next).not.toBe(worker)
  writeFileSync(join(WEB, 'shell-worker.js'), next)
  await restart()
  await page.evaluate(() => Object.assign(window, { stillHere: true }))
  await page.evaluate(async () => {
    await (await navigator.serviceWorker.getRegistration())?.update()
  })
  await page.getByText('A new version is ready.').waitFor()
  expect(await page.evaluate(() => 'stillHere' in window)).toBe(true)
  expect(await accessibilityFindings(page)).toEqual([])
})

test('and comes when the person says so', async () => {
  await page.getByRole('button', { name: 'Start it now' }).click()
  await page.getByRole('tab', { name: 'Sign in' }).waitFor()
  expect(await page.evaluate(() => 'stillHere' in window)).toBe(false)
  await expect.poll(() => page.evaluate(() => caches.keys())).toContain('sotto-shell next')
  await alice.signIn()
  await alice.online()
})
