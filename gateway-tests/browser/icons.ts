/** Draws the icons of the installed app from `web/public/icon.svg`: `npx tsx gateway-tests/browser/icons.ts`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startChromium } from './chromium.ts'

const PUBLIC = join(import.meta.dirname, '..', '..', 'web', 'public')
const GROUND = '#53449f'
const svg = readFileSync(join(PUBLIC, 'icon.svg'), 'utf8')

const browser = await startChromium()
for (const size of [192, 512]) await draw(`icon-${size}.png`, size, 'transparent', 1)
// Systems cut their own shape out of it: the drawing stays within the inner four fifths.
await draw('icon-maskable-512.png', 512, GROUND, 0.8)
await browser.close()

async function draw(name: string, size: number, ground: string, scale: number): Promise<void> {
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  const drawing = Buffer.from(svg).toString('base64')
  await page.setContent(
    `<style>body { margin: 0; height: 100vh; display: grid; place-items: center; background: ${ground} }</style>
     <img width="${size * scale}" height="${size * scale}" src="data:image/svg+xml;base64,${drawing}">`,
  )
  await page.screenshot({ path: join(PUBLIC, name), omitBackground: true })
  await page.close()
}
