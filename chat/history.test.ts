import { expect, test } from 'vitest'
import type { Address, ChatEvent, HistoryRule, Message } from './events.ts'
import { isKept, isUnsent } from './history.ts'
import { RESTORED_MAX } from './limits.ts'
import { MemoryStore } from './testing/memory-store.ts'
import { type Actor, couple, stage } from './testing/stage.ts'

const BOB = 'sip:bob@sotto.localhost' as Address

const SAID: Message = {
  id: 'said-0001',
  peer: BOB,
  author: 'peer',
  nickname: null,
  text: 'said',
  contentType: 'text/plain',
  at: 1_700_000_000_000,
  protection: 'none',
  delivery: null,
  reason: null,
  resent: false,
}

test('what is kept, by rule and protection; the outbox always', () => {
  const encrypted: Message = { ...SAID, protection: 'verified' }
  const rules = ['automatic', 'keep', 'session', 'never'] as const satisfies HistoryRule[]
  expect(rules.map((rule) => isKept(SAID, rule))).toEqual([true, true, false, false])
  expect(rules.map((rule) => isKept(encrypted, rule))).toEqual([false, true, false, false])
  for (const delivery of ['queued', 'sent', 'failed'] as const) {
    const unsent: Message = { ...encrypted, author: 'us', delivery }
    expect(rules.every((rule) => isKept(unsent, rule))).toBe(true)
    expect(isUnsent({ ...unsent, settled: true })).toBe(false)
  }
  for (const delivery of ['delivered', 'displayed'] as const) {
    expect(isUnsent({ ...encrypted, author: 'us', delivery })).toBe(false)
  }
})

/** A store with a long conversation in it, and someone to have it with. */
async function longStory(count: number): Promise<MemoryStore> {
  const store = new MemoryStore()
  await store.putContact({
    peer: BOB,
    name: 'Bob',
    alwaysOtr: false,
    allowPlaintext: false,
    keys: [],
    otrVersion: null,
  })
  for (let n = 0; n < count; n++) {
    await store.putMessage({ ...SAID, id: `said-${n}`, text: `No. ${n}`, at: SAID.at + n })
  }
  return store
}

const restored = (actor: Actor) => actor.all('message').filter((event) => event.restored)

const history = (actor: Actor, from: number) =>
  actor.until<Extract<ChatEvent, { type: 'history' }>>((event) => event.type === 'history', from)

test('of ten thousand messages the newest come by themselves, the others when asked for', async () => {
  await using on = await stage()
  const store = await longStory(10_000)
  const alice = await on.actor('alice', { store })
  expect(restored(alice)).toHaveLength(RESTORED_MAX)
  expect(restored(alice)[0]?.message.text).toBe('No. 9800')
  alice.client.loadEarlier(BOB)
  const { messages, isComplete } = await history(alice, 0)
  expect([messages[0]?.text, messages.at(-1)?.text]).toEqual(['No. 9600', 'No. 9799'])
  expect(isComplete).toBe(false)
  expect(alice.client.messages(BOB)[0]?.text).toBe('No. 9600')

  const found = await alice.client.searchHistory('nO. 77', null)
  expect(found).toHaveLength(111) // 77, 770 to 779, 7700 to 7799.
  expect(found[0]?.text).toBe('No. 7799')
  expect(await alice.client.searchHistory('nothing like it', BOB)).toEqual([])
})

test('the beginning is reached, and said to be it', async () => {
  await using on = await stage()
  const alice = await on.actor('alice', { store: await longStory(RESTORED_MAX + 1) })
  alice.client.loadEarlier(BOB)
  expect(await history(alice, 0)).toMatchObject({ messages: [{ text: 'No. 0' }], isComplete: true })
  const from = alice.events.length
  alice.client.loadEarlier(BOB)
  expect(await history(alice, from)).toMatchObject({ messages: [], isComplete: true })
})

test('encrypted messages are gone after sign-out, others are there again', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const secret = alice.client.send(bob.address, 'between us')
  await alice.delivery(secret, 'delivered')
  alice.client.stopOtr(bob.address)
  await bob.privacy(alice.address, 'ended')
  bob.client.stopOtr(alice.address)
  await bob.privacy(alice.address, 'plaintext')
  const open = alice.client.send(bob.address, 'for everybody')
  await alice.delivery(open, 'delivered')
  bob.client.send(alice.address, 'so say I')
  await alice.hears('so say I')
  await alice.leave()
  const again = await on.actor('alice', { store: alice.store })
  expect(restored(again).map(({ message }) => message.text)).toEqual(['for everybody', 'so say I'])
  expect(again.client.messages(bob.address)[0]).toMatchObject({ delivery: 'delivered' })
})

test('a rule that keeps keeps, and one that does not deletes what was kept', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const stored = () => [...alice.store.messages.values()].map(({ text }) => text)
  alice.client.setHistory(bob.address, 'keep')
  bob.client.send(alice.address, 'remember this')
  await alice.hears('remember this')
  expect(stored()).toEqual(['remember this'])
  alice.client.setHistory(bob.address, 'automatic')
  await expect.poll(stored).toEqual([])
  expect(alice.client.messages(bob.address)).toHaveLength(1)
  alice.client.setHistory(bob.address, 'keep')
  await expect.poll(stored).toEqual(['remember this'])
  expect(alice.contact(bob.address)?.history).toBe('keep')
})

test('never: with the conversation everything is gone but what has yet to be sent', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  alice.client.setHistory(bob.address, 'never')
  bob.client.send(alice.address, 'in passing')
  await alice.hears('in passing')
  await bob.leave()
  await alice.until(({ type }) => type === 'historyCleared')
  expect(alice.client.messages(bob.address)).toEqual([])
  const id = alice.client.send(bob.address, 'when you are back')
  await alice.until((event) => event.type === 'kept' && event.id === id)
  alice.client.close(bob.address)
  await expect.poll(() => alice.store.messages.size).toBe(1)
  expect(alice.client.messages(bob.address)).toMatchObject([{ id, delivery: 'queued' }])
})

test('deleted is deleted, in memory and in the store', async () => {
  await using on = await stage()
  const store = await longStory(300)
  const alice = await on.actor('alice', { store })
  const id = alice.client.send(BOB, 'not sent yet')
  await alice.until((event) => event.type === 'kept' && event.id === id)
  alice.client.deleteMessage(BOB, 'said-299')
  await alice.until((event) => event.type === 'messageRemoved' && event.id === 'said-299')
  alice.client.deleteMessage(BOB, 'said-7') // Not read from the store yet.
  await expect.poll(() => store.messages.size).toBe(299)
  alice.client.clearHistory(BOB)
  const cleared = await alice.until(({ type }) => type === 'historyCleared')
  expect(cleared).toMatchObject({ left: [id] })
  await expect
    .poll(() => [...store.messages.values()].map(({ text }) => text))
    .toEqual(['not sent yet'])
  expect(alice.client.messages(BOB)).toHaveLength(1)
  alice.client.removeContact(BOB)
  await expect.poll(() => store.messages.size).toBe(0)
})

test('a conversation can be taken along, whatever of it is in memory or stored', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  bob.client.send(alice.address, 'one\ntwo')
  const { at } = await alice.hears('one\ntwo')
  const taken = await alice.client.exportHistory(bob.address)
  expect(taken).toMatchObject({ account: alice.address, peer: bob.address, name: 'bob' })
  expect(taken?.messages).toMatchObject([{ text: 'one\ntwo', protection: 'unverified' }])
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ')
  expect(taken?.text).toBe(`${time}Z  bob: one\n  two  [encrypted, not verified]\n`)
  expect(await alice.client.exportHistory('sip:nobody@here' as Address)).toBeNull()
})

test('text is kept before anybody may forget it, and all of its parts', async () => {
  await using on = await stage()
  const alice = await on.actor('alice')
  const writes: string[] = []
  const put = alice.store.putMessage.bind(alice.store)
  alice.store.putMessage = async (message) => {
    await put(message)
    writes.push(message.text.slice(0, 1))
  }
  const bob = on.address('bob')
  const id = alice.client.send(bob, `${'a'.repeat(6_000)}${'b'.repeat(6_000)}`)
  await alice.until((event) => event.type === 'kept' && event.id === id)
  expect(writes.slice(0, 2)).toEqual(['a', 'b'])
  expect(alice.all('kept')).toHaveLength(1)

  alice.store.putMessage = () => Promise.reject(new Error('the disk is full'))
  alice.client.send(bob, 'and this?')
  await alice.fault('CHAT_STORE')
  alice.client.loadEarlier(bob)
  await alice.until(({ type }) => type === 'history')
  expect(alice.all('kept')).toHaveLength(1)
})

test('muted is the contact’s, and kept', async () => {
  await using on = await stage()
  const alice = await on.actor('alice', { store: await longStory(0) })
  alice.client.setMuted(BOB, true)
  await alice.until((event) => event.type === 'contact' && event.contact.muted === true)
  await expect.poll(() => alice.store.contacts.get(BOB)?.muted).toBe(true)
})
