import { expect, test } from 'vitest'
import { MemoryStore } from './testing/memory-store.ts'
import { stage } from './testing/stage.ts'

test('a person writes from one device to the other: the same account, encrypted, each with its key', async () => {
  await using on = await stage()
  const desk = await on.actor('alice', { store: new MemoryStore() })
  const phone = await on.actor('alice', { store: new MemoryStore() })
  const own = desk.address
  for (const device of [desk, phone]) device.client.addContact(own, 'Me')

  const note = desk.client.send(own, 'note to self')
  await phone.hears('note to self')
  await desk.delivery(note, 'delivered')
  phone.client.send(own, 'got it')
  await desk.hears('got it')

  expect(desk.heard().map(({ text }) => text)).toEqual(['got it'])
  expect(phone.heard().map(({ text }) => text)).toEqual(['note to self'])
  expect(desk.privacyNow(own)?.peerFingerprint).toBe(phone.privacyNow(own)?.ownFingerprint)
  expect(on.wire()).not.toMatch(/note to self|got it/)
})

test('without another device the text waits, and goes once there is one', async () => {
  await using on = await stage()
  const desk = await on.actor('alice', { store: new MemoryStore(), speed: 10 })
  const own = desk.address
  desk.client.addContact(own, 'Me')
  desk.client.send(own, 'for later')
  await desk.until(({ type }) => type === 'closed')
  expect(desk.heard()).toEqual([])

  const phone = await on.actor('alice', { store: new MemoryStore(), speed: 10 })
  phone.client.addContact(own, 'Me')
  await phone.hears('for later')
})
