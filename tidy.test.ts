import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Who may import what: the house plan of ARCHITECTURE.md. Anything else is a red test. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  otr: ['@noble/hashes', '@noble/ciphers'],
  msrp: ['@noble/hashes'],
  sip: ['sip.js', '@noble/hashes'],
  chat: ['otr', 'msrp', 'sip'],
  web: [
    'chat',
    'lit',
    '@lit/localize',
    'idb',
    'lucide-static',
    'qr',
    'emojibase-data',
    '@scure/bip39',
  ],
  agent: ['chat', 'ws', 'node:'],
  edge: ['msrp', 'ws', 'node:', '@noble/hashes'], // Never otr or chat: the edge cannot read a message.
  'gateway-tests': [
    'otr',
    'msrp',
    'sip',
    'chat',
    'agent',
    'edge',
    'ws',
    'node:',
    'koffi',
    'vite',
  ].concat(
    ['sip.js'], // The gateway's own trunk: many users on one connection.
  ),
  '.': ['agent', 'edge', 'node:', 'tsx', 'vitest'],
}

/** What tests and benches may use beyond their room: real peers are started from `node:`. */
const TESTS_MAY_IMPORT = [
  'vitest',
  'fast-check',
  'node:',
  'ws',
  'koffi',
  'playwright-core',
  'axe-core',
  '@lit/localize-tools',
  'qr',
  'typescript',
]

/** Files that are allowed to be longer than 400 lines, with the reason. */
const LONG: Record<string, string> = {}

/** Rooms that are given time, randomness and storage, and the files there that may fetch them. */
const PURE = ['otr', 'msrp', 'sip', 'chat']
const IMPURE_FILES = ['otr/worker.ts', 'otr/worker-client.ts', 'otr/key-store.ts', 'otr/toolkit.ts']

const BANNED: readonly [RegExp, string][] = [
  [/Math\.random/, 'randomness comes from crypto.getRandomValues'],
  [/\bconsole\./, 'no logging; pass a sink'],
  [/innerHTML|unsafeHTML|insertAdjacentHTML/, 'text nodes only'],
  [/: any\b|as any\b|<any>/, 'no any'],
  [/@ts-(ignore|expect-error|nocheck)/, 'no silenced errors'],
]

const IMPURE: readonly [RegExp, string][] = [
  [/\bDate\.now\(|new Date\(\)/, 'the clock is given'],
  [/\bcrypto\.(getRandomValues|randomUUID|subtle)/, 'randomness is given'],
  [/\b(setTimeout|setInterval)\(/, 'timers are given'],
  [/\b(localStorage|sessionStorage|indexedDB)\b/, 'storage is given'],
  [/\bnew WebSocket\(/, 'sockets are given'],
]

const IGNORED = new Set([
  'node_modules',
  'dist',
  '.git',
  '.sotto',
  'public',
  'vectors',
  'languages', // Written by lit-localize.
])

interface Source {
  readonly path: string
  readonly room: string
  readonly text: string
  readonly isTest: boolean
}

function sources(folder = '.'): Source[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return []
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    if (!path.endsWith('.ts')) return []
    const room = path.includes('/') ? path.slice(0, path.indexOf('/')) : '.'
    const isTest =
      /\.(test|bench|fuzz)\.ts$/.test(path) ||
      path.includes('/testing/') ||
      room === 'gateway-tests'
    return [{ path, room, text: readFileSync(path, 'utf8'), isTest }]
  })
}

/** The room or package that an import leads to; `null` for one inside the same room. */
function destination(source: Source, specifier: string): string | null {
  if (!specifier.startsWith('.')) return specifier
  const target = join(source.path, '..', specifier)
  const room = target.includes('/') ? target.slice(0, target.indexOf('/')) : '.'
  if (room === source.room) return null
  if (source.isTest && room === '.') return null // What a bench and a fuzz target are, and what serves it all.
  if (source.isTest && target.startsWith(`${room}/testing/`)) return room
  expect(target, `${source.path} enters ${room} beside its door`).toBe(`${room}/index.ts`)
  return room
}

const all = sources()

describe.each(all.filter((source) => source.path !== 'tidy.test.ts'))('$path', (source) => {
  const { path, room, text, isTest } = source

  test('imports only what its room may', () => {
    const allowed = [
      ...(MAY_IMPORT[room] ?? []),
      ...(isTest || room === 'gateway-tests' ? TESTS_MAY_IMPORT : []),
    ]
    for (const match of text.matchAll(/(?:^|[\s}])(?:from\s|import\s|import\()\s*'([^'\s]+)'/gm)) {
      const to = destination(source, match[1]!)
      if (to === null) continue
      const ok = allowed.some(
        (name) => to === name || to.startsWith(name.endsWith(':') ? name : `${name}/`),
      )
      // A unit test may meet its neighbours through their doors; the browser's code may not.
      const metByTest = isTest && Object.hasOwn(MAY_IMPORT, to) && room !== 'web'
      expect(ok || metByTest, `${room} may not import ${to}`).toBe(true)
    }
  })

  test('keeps the house style', () => {
    const lines = text.split('\n')
    if (!Object.hasOwn(LONG, path))
      expect(lines.length, 'lines').toBeLessThanOrEqual(isTest ? 600 : 400)
    expect(text.match(/\b(TODO|FIXME|XXX)\b/)?.[0], 'finish it or open an issue').toBeUndefined()
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')
    for (const [pattern, reason] of BANNED) expect(code.match(pattern)?.[0], reason).toBeUndefined()
    if (!PURE.includes(room) || isTest || IMPURE_FILES.includes(path)) return
    for (const [pattern, reason] of IMPURE) expect(code.match(pattern)?.[0], reason).toBeUndefined()
  })
})

test('browser tests find things as people do: by role, name and text', () => {
  const browserTests = all.filter(({ path }) => /^gateway-tests\/(browser|firefox)\//.test(path))
  expect(browserTests.length).toBeGreaterThan(20)
  for (const { path, text } of browserTests)
    expect(text.match(/\.(locator\((?!':focus')|getByTestId\(|\$\$?\()/)?.[0], path).toBeUndefined()
})

test('no export star, so that each door is a table of contents', () => {
  for (const { path, text } of all.filter(({ path }) => path !== 'tidy.test.ts')) {
    expect(/export \* from/.test(text), path).toBe(false)
  }
})

/** `file` “title”, or several titles: where a document says that something is shown. */
const SHOWN_BY = /`([\w./-]+\.ts)`|“([^”]+)”/g

test.each(['SECURITY.md', 'docs/threats.md'])('%s names tests that there are', (document) => {
  for (const line of readFileSync(document, 'utf8').split('\n')) {
    let file = ''
    for (const [, path, title] of line.startsWith('|') ? line.matchAll(SHOWN_BY) : []) {
      if (path !== undefined) file = path
      else expect(readFileSync(file, 'utf8'), `${document}: ${file}`).toContain(title)
    }
  }
})

test('docs/threats.md has each case once, with a test or a reason', () => {
  const rows = [
    ...readFileSync('docs/threats.md', 'utf8').matchAll(/^\| (T\d\d)b? \|.*\|(.*)\|$/gm),
  ]
  const cases = new Set(rows.map(([, name]) => name))
  const numbers = Array.from({ length: 82 }, (_, i) => `T${String(i + 1).padStart(2, '0')}`)
  expect([...cases]).toEqual(numbers.filter((name) => name !== 'T09')) // Nobody has given that one.
  for (const [, name, shownBy] of rows) expect(shownBy!.length, name).toBeGreaterThan(20)
})
