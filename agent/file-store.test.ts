import { appendFile, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Address, Contact, Message } from '../chat/index.ts'
import { FileStore, FileStoreError } from './file-store.ts'

const ALICE = 'sip:alice@sotto.test' as Address
const BOB = 'sip:bob@sotto.test' as Address

const CONTACT: Contact = {
  peer: BOB,
  name: 'Bob',
  alwaysOtr: true,
  allowPlaintext: false,
  keys: [],
  otrVersion: 3,
}

const MESSAGE: Message = {
  id: 'm-1',
  peer: BOB,
  author: 'us',
  nickname: null,
  text: 'held',
  contentType: 'text/plain',
  at: 1,
  protection: 'none',
  delivery: 'queued',
  reason: null,
  resent: false,
}

test('gives back after a restart what was put, and keeps the installation', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sotto-store-'))
  const first = await FileStore.open(directory, ALICE)
  await first.putContact(CONTACT)
  await first.putMessage(MESSAGE)
  await first.putMessage({ ...MESSAGE, id: 'm-2' })
  await first.deleteMessage(BOB, 'm-1')
  await first.keys.save(ALICE, { key: Uint8Array.of(1, 2, 3), instanceTag: 0x100 })

  const second = await FileStore.open(directory, ALICE)
  expect(await second.load()).toEqual({
    contacts: [CONTACT],
    messages: [{ ...MESSAGE, id: 'm-2' }],
  })
  const record = await second.keys.load(ALICE)
  expect([...(record?.key ?? [])]).toEqual([1, 2, 3])
  expect(record?.instanceTag).toBe(0x100)
  expect(await second.keys.load('sip:other@h')).toBeNull()
  expect(second.instanceId).toBe(first.instanceId)
})

test('is readable by its owner alone', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sotto-store-'))
  const store = await FileStore.open(directory, ALICE)
  await store.putContact(CONTACT)
  const folder = join(directory, encodeURIComponent(ALICE))
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, 'contacts.json'))).mode & 0o777).toBe(0o600)
})

test('refuses a damaged file and leaves it as it is', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sotto-store-'))
  const store = await FileStore.open(directory, ALICE)
  await store.putContact(CONTACT)
  const path = join(directory, encodeURIComponent(ALICE), 'contacts.json')
  await writeFile(path, '[{"peer"')
  await expect(FileStore.open(directory, ALICE)).rejects.toThrow(FileStoreError)
  expect(await readFile(path, 'utf8')).toBe('[{"peer"')
})

test('writes in the order of the calls', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sotto-store-'))
  const store = await FileStore.open(directory, ALICE)
  await Promise.all(
    Array.from({ length: 50 }, (_, n) => store.putContact({ ...CONTACT, name: `Bob ${n}` })),
  )
  const kept = await (await FileStore.open(directory, ALICE)).load()
  expect(kept.contacts[0]?.name).toBe('Bob 49')
})

const SAID: Message = { ...MESSAGE, id: 'said-1', author: 'peer', delivery: null, text: 'said' }

test('what was said is kept apart from what is unsent, and read in pages', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sotto-store-'))
  const store = await FileStore.open(directory, ALICE)
  await store.putContact(CONTACT)
  for (let n = 0; n < 30; n++) await store.putMessage({ ...SAID, id: `said-${n}`, at: n })
  await store.putMessage({ ...MESSAGE, at: 100 })
  await store.putMessage({ ...SAID, id: 'said-29', at: 29, text: 'changed' })

  const again = await FileStore.open(directory, ALICE)
  const { messages } = await again.load(10)
  expect(messages.map(({ id }) => id)).toEqual([
    ...Array.from({ length: 10 }, (_, n) => `said-${n + 20}`),
    'm-1',
  ])
  expect(messages[9]?.text).toBe('changed')
  const older = await again.loadMessages(BOB, messages[0]!, 15)
  expect([older.length, older[0]?.id, older.at(-1)?.id]).toEqual([15, 'said-5', 'said-19'])
  expect(await again.loadMessages(BOB, older[0]!, 15)).toHaveLength(5)
  expect(await again.loadMessages(BOB, { ...SAID, id: 'gone', at: 3 }, 15)).toHaveLength(3)

  await again.putMessage({ ...MESSAGE, at: 100, delivery: 'delivered' })
  expect((await again.load(1)).messages).toMatchObject([{ id: 'm-1', delivery: 'delivered' }])
})

test('deleting leaves no trace in the files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sotto-store-'))
  const store = await FileStore.open(directory, ALICE)
  await store.putContact(CONTACT)
  for (const text of ['one', 'two', 'three']) {
    await store.putMessage({ ...SAID, id: text, text: `secret ${text}` })
  }
  await store.putMessage({ ...MESSAGE, id: 'one' }) // The same id, by the other author.
  const found = async () => {
    const files = await readdir(directory, { recursive: true, withFileTypes: true })
    const texts = await Promise.all(
      files
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
    )
    return texts.join().match(/secret \w+|held/g)
  }
  await store.deleteMessage(BOB, 'two', 'peer')
  expect(await found()).toEqual(expect.arrayContaining(['secret one', 'secret three', 'held']))
  expect(await found()).not.toContain('secret two')
  await store.pruneMessages(BOB, () => false)
  expect(await found()).toEqual(['held'])
  await store.deleteContact(BOB)
  expect(await found()).toBeNull()
})

test('a line that a crash cut off costs that message alone', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sotto-store-'))
  const store = await FileStore.open(directory, ALICE)
  await store.putContact(CONTACT)
  await store.putMessage(SAID)
  const folder = join(directory, encodeURIComponent(ALICE), 'history')
  const [name] = await readdir(folder)
  await appendFile(join(folder, name!), '\n{"id":"said-2","te')
  await store.putMessage({ ...SAID, id: 'said-3', at: 3 })
  expect((await store.load()).messages.map(({ id }) => id)).toEqual(['said-1', 'said-3'])
})
