import { expect, test } from 'vitest'
import { stage } from './testing/stage.ts'

test('two devices of one account: one has the conversation, and the other when that one leaves', async () => {
  await using on = await stage()
  const alice = await on.actor('alice', { speed: 5 })
  const devices = await Promise.all([on.actor('bob'), on.actor('bob')])
  const [{ address }] = devices
  alice.client.addContact(address, null)
  for (const bob of devices) bob.client.addContact(alice.address, null)

  const first = alice.client.send(address, 'who has me?')
  await alice.delivery(first, 'delivered')
  const here = devices.filter((bob) => bob.heard().length > 0)
  expect(here, 'one device, not both').toHaveLength(1)
  const [one] = here
  const other = devices.find((bob) => bob !== one)!
  one!.client.send(alice.address, 'this one')
  await alice.hears('this one')
  expect(alice.all('closed')).toEqual([])

  await one!.leave()
  await alice.privacy(address, 'none')
  const second = alice.client.send(address, 'and now?')
  await other.hears('and now?')
  await alice.delivery(second, 'delivered')
  other.client.send(alice.address, 'the other')
  await alice.hears('the other')
  expect(other.heard().map(({ text }) => text)).toEqual(['and now?'])
  expect(on.wire()).not.toMatch(/who has me|and now/)
})
