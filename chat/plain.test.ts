import { expect, test } from 'vitest'
import { PlainPeer } from './testing/plain-peer.ts'
import { type Stage, stage } from './testing/stage.ts'

/** Time-outs of 15 s come after less than a second. */
const SPEED = 20

async function withOldPeer(on: Stage) {
  await on.edge.enrol('old', 'password')
  const old = new PlainPeer(on.edge, 'old', 'password')
  const [alice] = await Promise.all([on.actor('alice', { speed: SPEED }), old.signIn()])
  return { alice, old, [Symbol.asyncDispose]: () => old.leave() }
}

test('a peer that does not speak OTR gets nothing until the person says so', async () => {
  await using on = await stage()
  await using cast = await withOldPeer(on)
  const { alice, old } = cast
  const id = alice.client.send(old.address, 'are you there?')
  const { sentence } = await alice.notice('encryption-unsupported')
  expect(sentence).toBe(
    'old’s app does not answer to encryption. Your messages wait here: try again, or choose to send them unencrypted.',
  )
  expect(alice.privacyNow(old.address)).toMatchObject({ state: 'unsupported', composer: 'holds' })
  expect(alice.client.messages(old.address)[0]).toMatchObject({
    delivery: 'queued',
    reason: 'Held: old’s app does not answer to encryption.',
  })
  expect(on.wire()).not.toContain('are you there?')
  expect(old.texts).toHaveLength(1) // The query.

  old.say('I have no encryption', alice.address)
  expect(await alice.hears('I have no encryption')).toMatchObject({ protection: 'none' })

  alice.client.stopOtr(old.address)
  await alice.delivery(id, 'delivered')
  expect(old.texts.at(-1)).toBe('are you there?')
  expect(alice.client.messages(old.address)[0]).toMatchObject({ protection: 'none' })
  expect(alice.contact(old.address)).toMatchObject({ allowPlaintext: true })
})

test('the choice is remembered: next time text goes after the wait', async () => {
  await using on = await stage()
  await using cast = await withOldPeer(on)
  const { alice, old } = cast
  alice.client.open(old.address)
  await alice.privacy(old.address, 'unsupported')
  alice.client.stopOtr(old.address)
  await alice.privacy(old.address, 'plaintext')
  alice.client.close(old.address)
  await alice.privacy(old.address, 'none')
  const from = alice.events.length
  const id = alice.client.send(old.address, 'me again')
  await alice.delivery(id, 'delivered')
  expect((await alice.notice('encryption-unsupported', from)).sentence).toContain('as you chose')
})

test('to a contact who is always encrypted, nothing goes whatever the person tries', async () => {
  await using on = await stage()
  await using cast = await withOldPeer(on)
  const { alice, old } = cast
  alice.client.addContact(old.address, 'Old')
  alice.client.setAlwaysOtr(old.address, true)
  alice.client.send(old.address, 'top secret')
  await alice.privacy(old.address, 'unsupported')
  alice.client.stopOtr(old.address)
  await alice.fault('CHAT_ALWAYS_OTR')
  const from = alice.events.length
  alice.client.startOtr(old.address)
  await alice.notice('encryption-unsupported', from)
  old.say('?OTR Error: please send it in clear', alice.address)
  await alice.notice('peer-otr-error')
  expect(on.wire()).not.toContain('top secret')
  expect(old.texts.every((text) => text.startsWith('?OTRv23?'))).toBe(true)
  // Raw OTR is never a message.
  expect(alice.heard()).toEqual([])
})

test('switching always-OTR on takes clear text back at once', async () => {
  await using on = await stage()
  await using cast = await withOldPeer(on)
  const { alice, old } = cast
  alice.client.open(old.address)
  await alice.privacy(old.address, 'unsupported')
  alice.client.stopOtr(old.address)
  await alice.privacy(old.address, 'plaintext')
  alice.client.setAlwaysOtr(old.address, true)
  await alice.privacy(old.address, 'starting')
  alice.client.send(old.address, 'no longer in clear')
  await alice.privacy(old.address, 'unsupported')
  expect(on.wire()).not.toContain('no longer in clear')
})
