import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const WEB = join(import.meta.dirname, '..', '..', 'dist', 'web')
const ASSETS = join(WEB, 'assets')

/** What a first visit fetches before anything can be read, gzipped: 150 KB. */
const FIRST_SCREEN_MAX = 150_000
/** With all that it takes to sign in and to say something, encryption included: 250 KB. */
const FIRST_MESSAGE_MAX = 250_000
/** One language more: 24 KB; Arabic takes two bytes for a letter. */
const LANGUAGE_MAX = 24_000

function weigh(file: string): number {
  return gzipSync(readFileSync(join(ASSETS, file)), { level: 9 }).length
}

function weightOf(files: readonly string[]): number {
  expect(files).not.toHaveLength(0)
  return files.reduce((sum, file) => sum + weigh(file), 0)
}

/** Scripts that `index.html` names: the entry, and what it imports. */
function firstScripts(): readonly string[] {
  const html = readFileSync(join(WEB, 'index.html'), 'utf8')
  return [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.js)"/g)].map((match) => match[1]!)
}

function built(name: RegExp): readonly string[] {
  return readdirSync(ASSETS).filter((file) => name.test(file))
}

test('the first screen is light', () => {
  expect(weightOf(firstScripts())).toBeLessThanOrEqual(FIRST_SCREEN_MAX)
})

test('signing in and writing is not much more', () => {
  const rest = [...built(/^chat-stack-.*\.js$/), ...built(/^worker-.*\.js$/)]
  expect(rest).toHaveLength(2)
  expect(weightOf([...firstScripts(), ...rest])).toBeLessThanOrEqual(FIRST_MESSAGE_MAX)
})

test('a language is a file of its own, fetched by those who read it', () => {
  for (const language of ['ar', 'da', 'de', 'es', 'nl']) {
    const files = built(new RegExp(`^${language}-[\\w-]+\\.js$`))
    expect(files).toHaveLength(1)
    expect(firstScripts()).not.toContain(files[0])
    expect(weightOf(files)).toBeLessThanOrEqual(LANGUAGE_MAX)
  }
})
