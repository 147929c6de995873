import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Findings {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What axe-core holds against the page as it is now, by WCAG 2.2 A and AA: rule and count. */
export async function accessibilityFindings(page: Page): Promise<string[]> {
  const { violations } = await axe(page, { runOnly: RULES })
  return violations.map(({ id, nodes }) => `${id} (${nodes.length})`)
}

/** Of the same rules those about colours, which are all that another theme can break. */
export async function colourFindings(page: Page): Promise<string[]> {
  return await elementsAgainst(page, 'color-contrast')
}

/** Text that stands out by less than 7 to 1 (WCAG 2.2, 1.4.6), as axe-core sees it. */
export async function contrastFindings(page: Page): Promise<string[]> {
  return await elementsAgainst(page, 'color-contrast-enhanced')
}

async function elementsAgainst(page: Page, rule: string): Promise<string[]> {
  const { violations } = await axe(page, {
    runOnly: { type: 'rule', values: [rule] },
    rules: { [rule]: { enabled: true } },
  })
  return violations.flatMap(({ nodes }) => nodes.map(({ html }) => JSON.stringify(html)))
}

async function axe(page: Page, options: object): Promise<Findings> {
  await page.evaluate(AXE)
  await page.evaluate(restOfColours)
  return await page.evaluate<Findings>(`axe.run(${JSON.stringify(options)})`)
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
