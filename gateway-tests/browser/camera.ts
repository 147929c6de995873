import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'screens')
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
] as const

/** The states that were asked for by name; none: all of them. */
const WANTED = process.argv.slice(2)

mkdirSync(FOLDER, { recursive: true })

/**
 * One state in light and dark, wide and narrow, as a picture of `docs/screens/`.
 *
 * @param open - what a change of size closes, opened again
 */
export async function take(page: Page, state: string, open = async () => {}): Promise<void> {
  if (WANTED.length > 0 && !WANTED.includes(state)) return
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const size of SIZES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize(size)
      await open()
      await page.waitForTimeout(250)
      await page.screenshot({ path: join(FOLDER, `${state}-${colorScheme}-${size.width}.png`) })
    }
  }
  await page.setViewportSize(SIZES[0])
}
