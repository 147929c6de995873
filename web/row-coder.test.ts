import { expect, test } from 'vitest'
import type { Address, Contact, Message, NamedBytes } from '../chat/index.ts'
import { type MessageRow, plainRows, sealedRows } from './row-coder.ts'
import { ALICE, BOB } from './testing/cast.ts'

/** A vault that hides nothing from a test, and opens nothing under another name. */
const vault = {
  seal: async (_: string, records: readonly NamedBytes[]) =>
    records.map(({ name, bytes }) => new TextEncoder().encode(`${name}|${btoa(text(bytes))}`)),
  unseal: async (_: string, records: readonly NamedBytes[]) =>
    records.map(({ name, bytes }) => {
      const [sealedAs, content] = text(bytes).split('|')
      if (sealedAs !== name) throw new Error(`sealed as ${sealedAs}, not as ${name}`)
      return new TextEncoder().encode(atob(content!))
    }),
  label: async (_: string, names: readonly string[]) => names.map((name) => `label-${btoa(name)}`),
}
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

const CONTACT: Contact = {
  peer: BOB,
  name: 'Bob',
  alwaysOtr: true,
  allowPlaintext: false,
  keys: [],
  otrVersion: 3,
}
const SAID: Message = {
  id: 'm1',
  peer: BOB,
  author: 'peer',
  nickname: null,
  text: 'the draft is ready',
  contentType: 'text/plain',
  at: 12,
  protection: 'none',
  delivery: null,
  reason: null,
  resent: false,
}
const WAITING: Message = { ...SAID, id: 'm2', author: 'us', delivery: 'queued' }

const sealed = sealedRows(vault, ALICE, true)

test('sealed, what was stored comes back, in its order', async () => {
  const contacts = await sealed.contactRows([CONTACT])
  const messages = await sealed.messageRows([SAID, WAITING], [false, true])
  expect(await sealed.contacts(contacts)).toEqual([CONTACT])
  expect(await sealed.messages(messages)).toEqual([SAID, WAITING])
})

test('a row shows how it is found, when and whose it was, and no more', async () => {
  const [row] = await sealed.messageRows([WAITING], [true])
  expect(Object.keys(row!).sort()).toEqual(['at', 'author', 'id', 'peer', 'sealed', 'unsent'])
  expect(row!.peer).toBe(await sealed.peer(BOB))
  expect(row!.id).toBe(await sealed.id(BOB, 'm2'))
  expect(JSON.stringify([row!.peer, row!.id])).not.toMatch(/bob|m2/)
  expect(Object.keys((await sealed.contactRows([CONTACT]))[0]!)).toEqual(['peer', 'sealed'])
})

test('a row that was moved to another person, or marked unsent, does not open', async () => {
  const [row] = (await sealed.messageRows([SAID], [false])) as [MessageRow]
  const carol = await sealed.peer('sip:carol@sip.example.org' as Address)
  for (const moved of [
    { ...row, peer: carol },
    { ...row, author: 'us' },
    { ...row, unsent: 1 },
  ])
    await expect(sealed.messages([moved as MessageRow])).rejects.toThrow('sealed as')
  const [contact] = await sealed.contactRows([CONTACT])
  await expect(
    sealed.contacts([{ ...contact!, peer: carol } as typeof contact & {}]),
  ).rejects.toThrow()
})

test('a plain row among sealed ones was put there by somebody else, once all has been sealed', async () => {
  const mixed = [
    ...(await sealed.messageRows([SAID], [false])),
    ...(await plainRows.messageRows([WAITING], [true])),
  ]
  expect(await sealed.messages(mixed)).toEqual([SAID])
  expect(await sealed.contacts([CONTACT])).toEqual([])
  const lenient = sealedRows(vault, ALICE, false)
  expect(await lenient.messages(mixed)).toEqual([SAID, WAITING])
  expect(await lenient.contacts([CONTACT])).toEqual([CONTACT])
})

test('without a passphrase rows are what they were, and sealed ones are left out', async () => {
  expect(await plainRows.messageRows([SAID, WAITING], [false, true])).toEqual([
    SAID,
    { ...WAITING, unsent: 1 },
  ])
  const rows = await sealed.messageRows([SAID], [false])
  expect(await plainRows.messages([...rows, { ...WAITING, unsent: 1 }])).toEqual([WAITING])
})
