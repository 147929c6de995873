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
  const { violations } = await page.evaluate<Findings>(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })`,
  )
  return violations.map(({ id, nodes }) => `${id} (${nodes.length})`)
}

/** Text that stands out by less than 7 to 1 (WCAG 2.2, 1.4.6), as axe-core sees it. */
export async function contrastFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const { violations } = await page.evaluate<Findings>(
    `axe.run({ runOnly: { type: 'rule', values: ['color-contrast-enhanced'] }, rules: { 'color-contrast-enhanced': { enabled: true } } })`,
  )
  return violations.flatMap(({ nodes }) =>
    nodes.map((node) => JSON.stringify((node as { html: string }).html)),
  )
}
