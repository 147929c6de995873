import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessibilityFindings } from './accessible.ts'
import { startChromium } from './chromium.ts'
import { Gallery } from './gallery.ts'

/** A system that has few colours and takes away all of ours: what is told has to be drawn. */
let browser: Browser
let gallery: Gallery
let page: Page

beforeAll(async () => {
  browser = await startChromium()
  gallery = await Gallery.open()
  page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    forcedColors: 'active',
  })
})

afterAll(async () => {
  await browser?.close()
  await gallery?.[Symbol.asyncDispose]()
})

/** How it stands out from the paper: what it is written, framed or outlined in, if that is another colour. */
async function drawn(what: Locator): Promise<readonly string[]> {
  return await what.evaluate((element) => {
    const probe = document.createElement('p')
    probe.style.color = 'Canvas'
    document.body.append(probe)
    const paper = getComputedStyle(probe).color
    probe.remove()
    const isSeen = (colour: string) => colour !== paper && !/^rgba\(.*, 0\)$/.test(colour)
    const look = getComputedStyle(element)
    return [
      ...(isSeen(look.color) ? ['written'] : []),
      ...(Number.parseFloat(look.borderTopWidth) >= 1 &&
      look.borderTopStyle !== 'none' &&
      isSeen(look.borderTopColor)
        ? ['framed']
        : []),
      ...(Number.parseFloat(look.outlineWidth) >= 2 &&
      look.outlineStyle !== 'none' &&
      isSeen(look.outlineColor)
        ? ['outlined']
        : []),
    ]
  })
}

/** The lines that an icon is drawn of. */
const shape = (what: Locator) =>
  what.evaluate((element) => {
    const roots: (Element | ShadowRoot)[] = [element]
    for (const root of roots)
      for (const inner of root.querySelectorAll('*'))
        if (inner.shadowRoot !== null) roots.push(inner.shadowRoot)
    return roots.flatMap((root) => [...root.querySelectorAll('svg')].map((svg) => svg.outerHTML))
  })

test('the locks of messages are drawn, each in a shape of its own', async () => {
  await gallery.show(page, 'verified')
  const shapes = new Set<string>()
  for (const name of ['Not encrypted', 'Encrypted, not verified', 'Encrypted and verified']) {
    const lock = page.getByRole('img', { name, exact: true }).first()
    expect(await drawn(lock), name).toContain('written')
    const lines = await shape(lock)
    expect(lines, name).toHaveLength(1)
    shapes.add(lines[0]!)
  }
  expect(shapes.size).toBe(3)
})

test('the open conversation is outlined, the others are not', async () => {
  const list = page.getByRole('navigation', { name: 'Contacts' })
  const bob = list.getByRole('button', { name: /^Bob/ })
  expect(await bob.getAttribute('aria-current')).toBe('true')
  expect(await drawn(bob)).toContain('outlined')
  const carol = list.getByRole('button', { name: /^Carol/ })
  expect(await carol.getAttribute('aria-current')).not.toBe('true')
  expect(await drawn(carol)).not.toContain('outlined')
})

test.each([
  ['ended', 'alert', /ended encryption/],
  ['key-changed', 'alert', /identity has changed/],
  ['unsupported', 'status', /doesn’t answer to encryption/],
  ['invited', 'group', /wants to chat/],
] as const)('%s: the card has a frame, and so have its buttons', async (scene, role, words) => {
  await gallery.show(page, scene)
  const card = page.getByRole(role).filter({ hasText: words })
  expect(await drawn(card)).toEqual(['written', 'framed'])
  for (const button of await card.getByRole('button').all())
    expect(await drawn(button)).toContain('framed')
  expect(await accessibilityFindings(page)).toEqual([])
})

test('the field for an answer has a frame', async () => {
  await gallery.show(page, 'asked')
  expect(await drawn(page.getByRole('textbox', { name: 'Answer' }))).toContain('framed')
  expect(await accessibilityFindings(page)).toEqual([])
})

test('switches are the system’s own, which draws whether they are on', async () => {
  await gallery.show(page, 'settings')
  const switches = await page.getByRole('switch').all()
  expect(switches.length).toBeGreaterThan(5)
  const looks = await Promise.all(
    switches.map((one) =>
      one.evaluate((input) => {
        const { appearance, forcedColorAdjust } = getComputedStyle(input) as CSSStyleDeclaration & {
          forcedColorAdjust: string
        }
        return { appearance, forcedColorAdjust }
      }),
    ),
  )
  expect(looks).toEqual(switches.map(() => ({ appearance: 'auto', forcedColorAdjust: 'auto' })))
  expect(await accessibilityFindings(page)).toEqual([])
})
