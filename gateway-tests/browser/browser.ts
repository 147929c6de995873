import type { Browser } from 'playwright-core'
import { startChromium } from './chromium.ts'
import { startFirefox } from './firefox.ts'

/** The browser that this run is about: Chromium, or with `SOTTO_BROWSER=firefox` Firefox. */
export async function startBrowser(): Promise<Browser> {
  const name = process.env['SOTTO_BROWSER'] ?? 'chromium'
  if (name === 'chromium') return await startChromium()
  if (name === 'firefox') return await startFirefox()
  throw new RangeError(`No browser of the tests: ${name}`)
}
