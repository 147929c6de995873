import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Findings {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly unknown[] }[]
}

/** What axe-core holds against the page as it is now, by WCAG 2.2 A and AA: rule and count. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  await page.evaluate(restOfColours)
  const { violations } = await page.evaluate<Findings>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  )
  return violations.map(({ id, nodes }) => `${id} (${nodes.length})`)
}

/** Text that stands out by less than 7 to 1 (WCAG 2.2, 1.4.6), as axe-core sees it. */
export async function contrastFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  await page.evaluate(restOfColours)
  const { violations } = await page.evaluate<Findings>(
    `axe.run({ runOnly: { type: 'rule', values: ['color-contrast-enhanced'] }, rules: { 'color-contrast-enhanced': { enabled: true } } })`,
  )
  return violations.flatMap(({ nodes }) =>
    nodes.map((node) => JSON.stringify((node as { html: string }).html)),
  )
}

/** Where light turns dark, buttons fade over: half-way, one colour is compared with another's end. */
async function restOfColours(): Promise<void> {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
  const roots: (Document | ShadowRoot)[] = [document]
  for (const root of roots)
    for (const { shadowRoot } of root.querySelectorAll('*'))
      if (shadowRoot !== null) roots.push(shadowRoot)
  const fading = roots
    .flatMap((root) => root.getAnimations())
    .filter((one) => one instanceof CSSTransition)
  await Promise.allSettled(fading.map(({ finished }) => finished))
}
