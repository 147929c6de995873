import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises'
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
