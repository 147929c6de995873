import { describe, expect, test } from 'vitest'
import { mergeContact, mergeContacts, readBackupContent, writeBackupContent } from './backup.ts'
import type { Address, Contact, KnownKey, Message } from './events.ts'

const BOB = 'sip:bob@example.com' as Address
const A = 'aa'.repeat(20)
const B = 'bb'.repeat(20)

function key(fingerprint: string, verified: KnownKey['verified'] = null): KnownKey {
  return { fingerprint, firstSeen: 10, lastSeen: 20, verified }
}

const SMP = { method: 'smp', at: 15 } as const

function bob(part: Partial<Contact> = {}): Contact {
  return {
    peer: BOB,
    name: 'Bob',
    alwaysOtr: false,
    allowPlaintext: false,
    keys: [],
    otrVersion: null,
    ...part,
  }
}

const SAID: Message = {
  id: 'm1',
  peer: BOB,
  author: 'peer',
  nickname: null,
  text: 'hello',
  contentType: 'text/plain',
  at: 12,
  protection: 'verified',
  delivery: null,
  reason: null,
  resent: false,
}

describe('content', () => {
  test('comes back as it was, but for what has yet to be sent', () => {
    const contact = bob({
      keys: [key(A, SMP)],
      alwaysOtr: true,
      otrVersion: 3,
      history: 'keep',
      muted: true,
    })
    const waiting: Message = { ...SAID, id: 'm2', author: 'us', delivery: 'queued' }
    const text = writeBackupContent({
      contacts: [contact],
      messages: [SAID, waiting],
      settings: { a: 1 },
    })
    expect(readBackupContent(text)).toEqual({
      contacts: [contact],
      messages: [SAID],
      settings: { a: 1 },
    })
  })

  test('of an older schema may lack fields, of a newer one is refused', () => {
    expect(readBackupContent('{"schema":0,"contacts":[{"peer":"sip:bob@example.com"}]}')).toEqual({
      contacts: [bob({ name: 'bob' })],
      messages: [],
      settings: null,
    })
    expect(() => readBackupContent('{"schema":2}')).toThrow('VAULT_NEWER')
    for (const text of ['', 'null', '[]', '{"contacts":[]}', '{"schema":"1"}'])
      expect(() => readBackupContent(text)).toThrow('VAULT_DAMAGED')
  })

  test('nonsense in it is left out, trust above all', () => {
    const keys = [
      { fingerprint: 'AA' },
      null,
      { ...key(A), verified: { method: 'magic', at: 1 } },
      { ...key(B), verified: true },
    ]
    const contacts = [{ peer: 'bob' }, { peer: 4 }, 'x', { ...bob(), keys }]
    const text = JSON.stringify({
      schema: 1,
      contacts,
      messages: [{ peer: BOB }, { ...SAID, author: 'eve' }],
    })
    expect(readBackupContent(text)).toEqual({
      contacts: [bob({ keys: [key(A), key(B)] })],
      messages: [],
      settings: null,
    })
  })
})

describe('merging', () => {
  test('what is trusted here stays trusted, as it was', () => {
    const here = bob({ keys: [key(A, SMP)] })
    expect(mergeContact(here, bob({ keys: [key(A)] }))).toEqual(here)
    const other = bob({ keys: [key(A, { method: 'fingerprint', at: 99 })] })
    expect(mergeContact(here, other).keys[0]!.verified).toEqual(SMP)
  })

  test('trust comes under its own fingerprint only', () => {
    const merged = mergeContact(bob({ keys: [key(B)] }), bob({ keys: [key(A, SMP)] }))
    expect(merged.keys).toEqual([key(B), key(A, SMP)])
  })

  test('the stricter rule holds, the name here stays', () => {
    const here = bob({ name: 'Robert', allowPlaintext: true })
    const backup = bob({ alwaysOtr: true, otrVersion: 3, name: 'Bob' })
    expect(mergeContact(here, backup)).toMatchObject({
      name: 'Robert',
      alwaysOtr: true,
      allowPlaintext: false,
      otrVersion: 3,
    })
  })

  test('what it comes to is counted before it is done', () => {
    const carol = { ...bob({ keys: [key(B, SMP)] }), peer: 'sip:carol@example.com' as Address }
    const summary = mergeContacts([bob({ keys: [key(A)] })], [bob({ keys: [key(A, SMP)] }), carol])
    expect(summary).toMatchObject({ added: 1, verified: 2 })
    expect(summary.contacts.map(({ peer }) => peer)).toEqual([BOB, carol.peer])
    expect(mergeContacts([bob({ keys: [key(A, SMP)] })], [bob({ keys: [key(A)] })])).toMatchObject({
      added: 0,
      verified: 0,
    })
  })
})
