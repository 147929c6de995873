import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessibilityFindings, colourFindings } from './accessible.ts'
import { startChromium } from './chromium.ts'
import { Gallery } from './gallery.ts'

/** Every scene of the gallery, which is every state that the window has a picture for. */
let browser: Browser
let gallery: Gallery
let names: readonly string[]

beforeAll(async () => {
  browser = await startChromium()
  gallery = await Gallery.open()
  const page = await browser.newPage()
  names = await gallery.scenes(page)
  await page.close()
})

afterAll(async () => {
  await browser?.close()
  await gallery?.[Symbol.asyncDispose]()
})

test('there is a scene for each state of encryption and of a verification', () => {
  expect(names).toEqual(
    expect.arrayContaining(
      'none connecting plaintext unsupported starting unverified verified key-changed ended room'
        .split(' ')
        .concat('waiting asked asked-code succeeded one-sided verification-failed'.split(' '))
        .concat('aborted no-questions failed gap offline invited room-called'.split(' ')),
    ),
  )
})

/** What a scene opens, so that an empty page cannot pass for it. */
const OPENED: Readonly<Record<string, readonly ['dialog' | 'menu', RegExp]>> = {
  'add-contact': ['dialog', /^Add contact$/],
  'clear-history': ['dialog', /^Clear the history with Bob\?$/],
  compare: ['dialog', /^Verify Bob$/],
  emoji: ['dialog', /^Emoji$/],
  'enter-room': ['dialog', /^Enter a room$/],
  export: ['dialog', /^Export/],
  'history-rule': ['dialog', /^Messages with Bob$/],
  keys: ['dialog', /^Keys$/],
  menu: ['menu', /^Encryption: Encrypted, not verified$/],
  options: ['menu', /^Conversation options$/],
  'remove-contact': ['dialog', /^Remove Bob/],
  rename: ['dialog', /^Rename Bob/],
  'room-invite': ['dialog', /^Invite/],
  'room-nickname': ['dialog', /nickname/],
  search: ['dialog', /^Search messages$/],
  settings: ['dialog', /^Settings$/],
  'verify-dialog': ['dialog', /^Verify Bob$/],
}

test.each([1280, 320])(
  'at %i px axe finds nothing, light or dark, and nothing hangs over',
  async (width) => {
    const page = await browser.newPage({
      viewport: { width, height: 800 },
      reducedMotion: 'reduce',
    })
    const found: Record<string, readonly string[]> = {}
    for (const name of names) {
      await gallery.show(page, name)
      const opened = OPENED[name]
      if (opened === undefined) await page.getByRole('heading').first().waitFor()
      else await page.getByRole(opened[0], { name: opened[1] }).waitFor()
      await page.emulateMedia({ colorScheme: 'light' })
      const findings = [...(await overhang(page)), ...(await accessibilityFindings(page))]
      await page.emulateMedia({ colorScheme: 'dark' }) // Only the colours are others.
      findings.push(...(await colourFindings(page)).map((one) => `dark: ${one}`))
      if (findings.length > 0) found[name] = findings
    }
    await page.close()
    expect(found).toEqual({})
  },
  600_000, // Sixty-odd scenes, each looked at twice, by whatever core is left.
)

/** What is cut off by the window's edge, or is wider than the page or the dialog that it is in. */
async function overhang(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    const over: string[] = []
    const check = (what: Element) => {
      if (what.scrollWidth > what.clientWidth)
        over.push(`${what.localName}: ${what.scrollWidth} of ${what.clientWidth} px`)
    }
    check(document.documentElement)
    const roots: (Document | ShadowRoot)[] = [document]
    for (const root of roots) {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot !== null) roots.push(element.shadowRoot)
        const isOver = element.matches('dialog[open], :popover-open')
        if (isOver) check(element)
        if (!isOver && !element.matches('button, input, select, textarea, h1, h2, h3, p')) continue
        if (!element.checkVisibility()) continue
        const { left, right, width } = element.getBoundingClientRect()
        if (width <= 1) continue // It is only read out.
        if (left < 0 || right > innerWidth)
          over.push(`${element.localName} ${element.textContent?.trim()}: ${left} to ${right}`)
      }
    }
    return over
  })
}
