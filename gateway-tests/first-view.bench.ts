import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Bench } from '../bench.ts'
import { serve } from '../serve.ts'
import { startChromium } from './browser/chromium.ts'

/** What Lighthouse takes for a phone of the middle range on a mobile network. */
const CPU_SLOWDOWN = 4
const NETWORK = {
  offline: false,
  latency: 150,
  downloadThroughput: (1_600 * 1_000) / 8,
  uploadThroughput: (750 * 1_000) / 8,
}
const PASSWORD = 'correct horse'

export const benches: readonly Bench[] = [
  {
    name: 'web.firstView',
    unit: 'ms',
    peer: 'the same files fetched, and not run',
    rounds: 5,
    async prepare() {
      const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
      const served = await serve({
        port: 0,
        dataDir: join(folder, 'edge'),
        webRoot: join(import.meta.dirname, '..', 'dist', 'web'),
      })
      const browser = await startChromium()
      const { url } = served.edge
      await served.edge.enrol('ann', PASSWORD)
      const files = await filesOf(browser, url)
      return {
        ours: { time: (count) => repeat(count, browser, (page) => firstView(page, url)) },
        peers: { time: (count) => repeat(count, browser, (page) => fetchAll(page, url, files)) },
        async end() {
          await browser.close()
          await served.stop()
          rmSync(folder, { recursive: true })
        },
      }
    },
  },
]

/** A first visit each time: nothing is stored, nothing is cached. */
async function repeat(
  count: number,
  browser: Browser,
  visit: (page: Page) => Promise<number>,
): Promise<number> {
  let total = 0
  for (let i = 0; i < count; i++) {
    const context = await browser.newContext({ serviceWorkers: 'block' })
    const page = await context.newPage()
    const devtools = await context.newCDPSession(page)
    await devtools.send('Network.enable')
    await devtools.send('Network.emulateNetworkConditions', NETWORK)
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
    total += await visit(page)
    await context.close()
  }
  return total
}

/** From opening the address, through the form, to a conversation that takes text; typing takes no time. */
async function firstView(page: Page, url: string): Promise<number> {
  const begun = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  await page.getByRole('tab', { name: 'Sign in' }).click()
  await page.getByRole('textbox', { name: 'SIP address' }).fill('ann')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Practice with the buddy' }).first().click()
  await page.getByRole('textbox', { name: 'Message' }).fill('there')
  return performance.now() - begun
}

async function fetchAll(page: Page, url: string, files: readonly string[]): Promise<number> {
  const begun = performance.now()
  await page.goto(new URL('/manifest.webmanifest', url).href)
  await page.evaluate(
    (names) => Promise.all(names.map(async (name) => (await fetch(name)).arrayBuffer())),
    files,
  )
  return performance.now() - begun
}

/** What the way to the first conversation fetches, by path. */
async function filesOf(browser: Browser, url: string): Promise<readonly string[]> {
  const context = await browser.newContext({ serviceWorkers: 'block' })
  const page = await context.newPage()
  const files: string[] = []
  context.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/assets/')) files.push(pathname)
  })
  await firstView(page, url)
  await context.close()
  return files
}
