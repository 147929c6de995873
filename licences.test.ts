import { expect, test } from 'vitest'
import lock from './package-lock.json' with { type: 'json' }

/** What a program under the MIT licence may be built with, and handed out together with. */
const FREE = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0']
/** Only as a tool beside it: its sources stay their own, and no part of it is handed out. */
const TOOLS = ['axe-core', 'lightningcss']

interface Package {
  readonly license?: string
}

test('every package has a licence that goes with ours', () => {
  for (const [path, { license = 'none' }] of Object.entries<Package>(lock.packages)) {
    if (path === '' || TOOLS.some((name) => path.startsWith(`node_modules/${name}`))) continue
    const choices = license.replace(/[()]/g, '').split(' OR ')
    expect(
      choices.some((choice) => FREE.includes(choice)),
      `${path}: ${license}`,
    ).toBe(true)
  }
})
