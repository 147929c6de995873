import { expect, test } from 'vitest'
import { type Stage, stage } from './testing/stage.ts'

async function couple(on: Stage) {
  const [alice, bob] = await Promise.all([on.actor('alice'), on.actor('bob')])
  alice.client.addContact(bob.address, null)
  bob.client.addContact(alice.address, null)
  alice.client.open(bob.address)
  await alice.privacy(bob.address, 'unverified')
  await bob.privacy(alice.address, 'unverified')
  return { alice, bob }
}

test('a conversation turns encrypted by itself, and nothing of it can be read on the way', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const id = alice.client.send(bob.address, 'for your eyes only')
  const message = await bob.hears('for your eyes only')
  expect(message).toMatchObject({ id, author: 'peer', protection: 'unverified' })
  await alice.delivery(id, 'delivered')
  expect(on.wire()).toContain('?OTR:AAMD')
  expect(on.wire()).not.toContain('for your eyes only')
})
