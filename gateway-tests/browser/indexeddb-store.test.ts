import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Address, Contact, Message, Store } from '../../chat/index.ts'
import { startChromium } from './chromium.ts'

/** The store as a script of its own, in a page that has nothing else. */
const ENTRY = join(import.meta.dirname, '..', '..', 'web', 'indexeddb-store.ts')
const ORIGIN = 'http://store.test/'
const ALICE = 'sip:alice@sotto.test' as Address
const BOB = 'sip:bob@sotto.test' as Address

const CONTACT: Contact = {
  peer: BOB,
  name: 'Bob',
  alwaysOtr: false,
  allowPlaintext: false,
  keys: [],
  otrVersion: null,
}

const SAID: Message = {
  id: 'said-0',
  peer: BOB,
  author: 'peer',
  nickname: null,
  text: 'said',
  contentType: 'text/plain',
  at: 0,
  protection: 'none',
  delivery: null,
  reason: null,
  resent: false,
}
const UNSENT: Message = { ...SAID, id: 'unsent', author: 'us', delivery: 'queued' }

/** What the page has: the class, and the store that a test opened. */
interface StorePage {
  readonly Stored: { readonly IndexedDbStore: new (address: Address) => Store }
  store: Store
}

let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await startChromium()
  page = await browser.newPage()
  await page.route(ORIGIN, (route) => route.fulfill({ contentType: 'text/html', body: '<p>' }))
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      lib: { entry: ENTRY, formats: ['iife'], name: 'Stored' },
      write: false,
      minify: false,
    },
  })
  const [bundle] = Array.isArray(output) ? output : []
  const chunk = bundle?.output.find((file) => file.type === 'chunk')
  await page.goto(ORIGIN)
  await page.addScriptTag({ content: chunk?.code ?? '' })
})

afterAll(() => browser?.close())

test('a database of version 1 is taken over, with its unsent messages', async () => {
  const loaded = await page.evaluate(
    async ([address, contact, message]) => {
      await new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(`sotto:${address}`, 1)
        opening.onupgradeneeded = () => {
          opening.result.createObjectStore('contacts', { keyPath: 'peer' })
          const messages = opening.result.createObjectStore('messages', { autoIncrement: true })
          messages.createIndex('id', ['peer', 'author', 'id'])
        }
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(['contacts', 'messages'], 'readwrite')
          transaction.objectStore('contacts').put(contact)
          transaction.objectStore('messages').put(message)
          transaction.oncomplete = () => {
            opening.result.close()
            resolve()
          }
        }
      })
      const world = window as unknown as StorePage
      world.store = new world.Stored.IndexedDbStore(address)
      return await world.store.load(0)
    },
    [ALICE, CONTACT, UNSENT] as const,
  )
  expect(loaded).toEqual({ contacts: [CONTACT], messages: [UNSENT] })
})

test('a long conversation is read in pages, in order', async () => {
  const read = await page.evaluate(
    async ([peer, said]) => {
      const { store } = window as unknown as StorePage
      const put = Array.from({ length: 1_000 }, (_, n) =>
        store.putMessage({ ...said, id: `said-${n}`, text: `No. ${n}`, at: n }),
      )
      await Promise.all(put)
      await store.putMessage({ ...said, id: 'said-999', text: 'changed', at: 999 })
      const { messages } = await store.load(200)
      const older = await store.loadMessages!(peer, messages[1]!, 200)
      const oldest = await store.loadMessages!(peer, older[0]!, 1_000)
      const byTime = await store.loadMessages!(peer, { ...said, id: 'gone', at: 3 }, 1_000)
      const all = await store.loadMessages!(peer, null, 2_000)
      return {
        newest: messages.map(({ id }) => id),
        last: messages.at(-1)?.text,
        older: [older.length, older[0]?.id, older.at(-1)?.id],
        oldest: [oldest.length, oldest[0]?.id, oldest.at(-1)?.id],
        byTime: byTime.map(({ id }) => id),
        all: all.length,
      }
    },
    [BOB, SAID] as const,
  )
  expect(read.newest).toEqual([
    'unsent',
    ...Array.from({ length: 200 }, (_, n) => `said-${n + 800}`),
  ])
  expect(read.last).toBe('changed')
  expect(read.older).toEqual([200, 'said-600', 'said-799'])
  expect(read.oldest).toEqual([601, 'unsent', 'said-599'])
  expect(read.byTime).toEqual(['unsent', 'said-0', 'said-1', 'said-2'])
  expect(read.all).toBe(1_001)
})

test('deleted messages are not there any more, those of others are', async () => {
  const left = await page.evaluate(
    async ([peer, said]) => {
      const { store } = window as unknown as StorePage
      await store.putMessage({ ...said, id: 'unsent' }) // The same id, by the other author.
      await store.deleteMessage(peer, 'unsent', 'peer')
      await store.deleteMessage(peer, 'said-7', 'peer')
      const before = (await store.loadMessages!(peer, null, 2_000)).length
      await store.pruneMessages!(peer, ({ author, at }) => author === 'us' || at > 997)
      const { messages } = await store.load()
      await store.deleteContact(peer)
      return { before, pruned: messages.map(({ id }) => id), after: await store.load() }
    },
    [BOB, SAID] as const,
  )
  expect(left).toEqual({
    before: 1_000,
    pruned: ['unsent', 'said-998', 'said-999'],
    after: { contacts: [], messages: [] },
  })
})
