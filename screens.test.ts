import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** `docs/screens/` holds what `npm run screens` takes: each state in two themes at two widths. */
const SCRIPTS = ['gateway-tests/browser/screens.ts', 'gateway-tests/browser/rare-screens.ts']
const LOOKS = ['light-1280', 'light-390', 'dark-1280', 'dark-390']

const taken = SCRIPTS.flatMap((script) =>
  [...readFileSync(script, 'utf8').matchAll(/\btake\(\s*[\w.]+,\s*'([\w-]+)'/g)].map(
    ([, state]) => state!,
  ),
)
const calls = SCRIPTS.flatMap((script) => readFileSync(script, 'utf8').match(/\btake\(/g) ?? [])

test('each picture has a name of its own, written where it is taken', () => {
  expect(taken.length).toBeGreaterThan(50)
  expect(taken).toHaveLength(calls.length)
  expect(taken.filter((state, at) => taken.indexOf(state) !== at)).toEqual([])
})

test('every state that is taken is there in light and dark, wide and narrow, and none is left over', () => {
  const wanted = taken.flatMap((state) => LOOKS.map((look) => `${state}-${look}.png`))
  expect(readdirSync('docs/screens').sort()).toEqual(wanted.sort())
})
