/**
 * OTR's arithmetic in Chromium, served by the edge: WebAssembly under the policy that the edge sends,
 * `bigint` under one that forbids it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Edge, startEdge } from '../edge/index.ts'
import { startChromium } from './browser/chromium.ts'
import { builtPage } from './otr-bench/built-page.ts'
import type { PageClock } from './otr-bench/page.ts'

const POLICY = 'content-security-policy'
const webRoot = mkdtempSync(join(tmpdir(), 'sotto-wasm-'))
let edge: Edge
let browser: Browser

beforeAll(async () => {
  writeFileSync(join(webRoot, 'page.js'), await builtPage())
  writeFileSync(join(webRoot, 'index.html'), '<script type="module" src="/page.js"></script>')
  edge = await startEdge({ port: 0, dataDir: null, webRoot })
  browser = await startChromium()
})

afterAll(async () => {
  await browser?.close()
  await edge?.close()
  rmSync(webRoot, { recursive: true })
})

/** How many modules were compiled for two handshakes and a verification. */
async function modulesCompiled(change: (policy: string) => string): Promise<number> {
  const page = await browser.newPage()
  await page.route('**/*', async (route) => {
    const response = await route.fetch()
    const headers = response.headers()
    await route.fulfill({ response, headers: { ...headers, [POLICY]: change(headers[POLICY]!) } })
  })
  await page.addInitScript(() => {
    const counter = Object.assign(window, { compiled: 0 })
    WebAssembly.Module = new Proxy(WebAssembly.Module, {
      construct(target, [bytes]: [BufferSource]) {
        const module = new target(bytes)
        counter.compiled++
        return module
      },
    })
  })
  await page.goto(edge.url)
  return page.evaluate(async () => {
    const { time } = window as unknown as { time: PageClock }
    for (const task of ['ake', 'smp'] as const) await time(task, 1)
    return (window as unknown as { compiled: number }).compiled
  })
}

test('under the policy of the edge, there is a module for each size of number', async () => {
  expect(await modulesCompiled((policy) => policy)).toBe(2)
})

test('under a policy without WebAssembly, everything works without it', async () => {
  const strict = (policy: string) => policy.replace(" 'wasm-unsafe-eval'", '')
  expect(await modulesCompiled(strict)).toBe(0)
})
