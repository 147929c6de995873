import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const CSS = readFileSync(join(import.meta.dirname, 'theme.css'), 'utf8')

type Colours = ReadonlyMap<string, string>

/** Colours of the first rule after `start`, as they are in one of the two schemes. */
function coloursAfter(start: string, scheme: 'light' | 'dark'): Colours {
  const from = CSS.indexOf(start)
  expect(from, start).toBeGreaterThan(-1)
  const rule = CSS.slice(CSS.indexOf('--paper:', from), CSS.indexOf('}', from))
  const pairs = [...rule.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)]
  return new Map(pairs.map(([, name, light, dark]) => [name!, scheme === 'light' ? light! : dark!]))
}

/** WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (high! + 0.05) / (low! + 0.05)
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}

/** Which text stands on which ground somewhere in the app. */
const TEXT: readonly (readonly [ink: string, ground: string])[] = [
  ...['paper', 'surface', 'raised', 'sunken', 'own', 'accent-soft'].flatMap((ground) => [
    ['ink', ground] as const,
    ['ink-soft', ground] as const,
  ]),
  ...['paper', 'surface', 'raised'].flatMap((ground) =>
    ['accent', 'accent-strong', 'safe', 'caution', 'danger'].map((ink) => [ink, ground] as const),
  ),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['safe', 'safe-soft'],
  ['caution', 'caution-soft'],
  ['danger', 'danger-soft'],
]

const USUAL = ':root,\n:host {\n  color-scheme'
const CHOSEN = ':root[data-contrast="more"]'
const ASKED_FOR = '@media (prefers-contrast: more)'

describe.each(['light', 'dark'] as const)('%s', (scheme) => {
  const check = (start: string, least: number) => {
    const colours = coloursAfter(start, scheme)
    for (const [ink, ground] of TEXT) {
      const ratio = contrast(colours.get(ink)!, colours.get(ground)!)
      expect(ratio, `${ink} on ${ground}`).toBeGreaterThanOrEqual(least)
    }
  }

  test('text stands out by 4.5 to 1', () => check(USUAL, 4.5))

  test('with high contrast by 7 to 1, and lines by 3 to 1', () => {
    check(CHOSEN, 7)
    const colours = coloursAfter(CHOSEN, scheme)
    for (const line of ['line', 'line-strong', 'focus'])
      for (const ground of ['paper', 'surface', 'raised', 'sunken', 'own'])
        expect(contrast(colours.get(line)!, colours.get(ground)!)).toBeGreaterThanOrEqual(3)
  })

  test('who asks the system for contrast gets what others choose', () => {
    expect(coloursAfter(ASKED_FOR, scheme)).toEqual(coloursAfter(CHOSEN, scheme))
    expect(coloursAfter(CHOSEN, scheme).size).toBeGreaterThan(15)
  })
})
