import { expect, test } from 'vitest'
import type { ChatEvent } from './events.ts'
import { couple, stage } from './testing/stage.ts'

const isContact = (blocked: boolean) => (event: ChatEvent) =>
  event.type === 'contact' && (event.contact.blocked !== undefined) === blocked

test('nothing of a blocked stranger gets through, then or after a reload', async () => {
  await using on = await stage()
  const [alice, mallory] = await Promise.all([on.actor('alice'), on.actor('mallory')])
  mallory.client.addContact(alice.address, null)
  mallory.client.open(alice.address)
  await alice.until(({ type }) => type === 'invited')
  alice.client.block(mallory.address)
  await alice.until(isContact(true))
  expect(alice.store.contacts.get(mallory.address)).toMatchObject({ blocked: 'stranger' })
  // What her app is told is what it is told of somebody who is away.
  await mallory.notice('session-failed')

  await alice.leave()
  const from = alice.events.length
  await alice.signIn()
  await alice.until((event) => event.type === 'account' && event.account.state === 'online', from)
  mallory.client.send(alice.address, 'are you there?')
  const again = mallory.events.length
  mallory.client.open(alice.address)
  await mallory.until((event) => event.type === 'closed' || event.type === 'notice', again)
  const heard = alice.events.slice(from).map(({ type }) => type)
  expect(heard).not.toContain('invited')
  expect(heard).not.toContain('message')

  alice.client.unblock(mallory.address)
  await alice.until(({ type }) => type === 'contactRemoved')
  const after = alice.events.length
  mallory.client.open(alice.address)
  await alice.until(({ type }) => type === 'invited', after)
})

test('a blocked contact is cut off, and is the same contact afterwards', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const keys = alice.store.contacts.get(bob.address)?.keys
  alice.client.block(bob.address)
  await alice.until(isContact(true))
  await bob.until(({ type }) => type === 'closed')
  const from = alice.events.length
  alice.client.unblock(bob.address)
  const open = await alice.until(isContact(false), from)
  expect(open).toMatchObject({ contact: { keys } })
})
