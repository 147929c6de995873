import { expect, test } from 'vitest'
import type { OtrEngine, OtrOutput } from '../otr/index.ts'
import type { Message } from './events.ts'
import { PlainPeer } from './testing/plain-peer.ts'
import { type Actor, couple, stage } from './testing/stage.ts'

const received = (actor: Actor, text: string): Message =>
  actor.heard().find((message) => message.text === text)!

test('displayed is told inside OTR, and only once it was seen', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const id = alice.client.send(bob.address, 'read me')
  await alice.delivery(id, 'delivered')
  await bob.hears('read me')
  expect(on.wire()).toContain('Disposition-Notification: display')
  expect(on.wire()).not.toContain('message/imdn+xml\r\n')
  bob.client.displayed(alice.address, id)
  await alice.delivery(id, 'displayed')
  const sent = on.wire().split('Content-Type: message/imdn+xml\r\n')
  expect(sent).toHaveLength(2)
  expect(sent[1]).toMatch(/^Content-Disposition: notification\r\n\r\n\?OTR:/)
  expect(on.wire()).not.toContain('<imdn')

  // The end of the session does not make it go again, and nothing is told twice.
  bob.client.displayed(alice.address, id)
  await alice.leave()
  expect(alice.client.messages(bob.address)).toEqual([])
  expect([...alice.store.messages.values()]).toEqual([])
  expect(on.wire().match(/message\/imdn\+xml\r\n/g)).toHaveLength(1)
})

test('whoever does not want it does not tell, and does not ask', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  bob.client.setReceipts(false)
  const id = alice.client.send(bob.address, 'read me')
  await bob.hears('read me')
  bob.client.displayed(alice.address, id)
  bob.client.setReceipts(true)
  bob.client.displayed(alice.address, id) // Seen while it was off: never told.
  const other = alice.client.send(bob.address, 'and me')
  await bob.hears('and me')
  bob.client.displayed(alice.address, other)
  await alice.delivery(other, 'displayed')
  expect(alice.client.messages(bob.address).map(({ delivery }) => delivery)).toEqual([
    'delivered',
    'displayed',
  ])
  alice.client.setReceipts(false)
  const asked = on.wire().match(/Disposition-Notification/g)!.length
  const quiet = alice.client.send(bob.address, 'never mind')
  await alice.delivery(quiet, 'delivered')
  expect(on.wire().match(/Disposition-Notification/g)).toHaveLength(asked)
})

test('what came encrypted is never told of in clear', async () => {
  await using on = await stage()
  const { alice, bob } = await couple(on)
  const id = alice.client.send(bob.address, 'read me')
  await bob.hears('read me')
  alice.client.stopOtr(bob.address)
  await bob.privacy(alice.address, 'ended')
  bob.client.stopOtr(alice.address)
  await bob.privacy(alice.address, 'plaintext')
  bob.client.displayed(alice.address, id)
  const clear = alice.client.send(bob.address, 'in clear')
  await bob.hears('in clear')
  bob.client.displayed(alice.address, clear)
  await alice.delivery(clear, 'displayed')
  expect(on.wire().match(/<message-id>\w+/g)).toEqual([`<message-id>${clear}`])

  // Nor is somebody on the way believed: it is told again once there is encryption again.
  expect(alice.client.messages(bob.address)[0]).toMatchObject({ id, delivery: 'delivered' })
  alice.client.startOtr(bob.address)
  await alice.delivery(id, 'displayed')
})

test('a peer that did not offer to take notifications is not asked, and gets none', async () => {
  await using on = await stage()
  const alice = await on.actor('alice')
  await on.edge.enrol('oldie', 'correct horse')
  const oldie = new PlainPeer(on.edge, 'oldie', 'correct horse')
  await oldie.signIn()
  alice.client.open(oldie.address)
  await alice.privacy(oldie.address, 'starting')
  alice.client.stopOtr(oldie.address)
  await alice.privacy(oldie.address, 'plaintext')
  const id = alice.client.send(oldie.address, 'hello')
  await alice.delivery(id, 'delivered')
  oldie.say('hello yourself', alice.address)
  await alice.hears('hello yourself')
  alice.client.displayed(oldie.address, received(alice, 'hello yourself').id)
  const last = alice.client.send(oldie.address, 'bye')
  await alice.delivery(last, 'delivered')
  expect(on.wire()).not.toMatch(/Disposition-Notification|<imdn/)
  await oldie.leave()
})

/** Cannot read the first data message, as if its key were gone, and says so as OTR does. */
function forgetful(engine: OtrEngine): OtrEngine {
  let isDone = false
  return {
    identity: (account) => engine.identity(account),
    renewIdentity: (account) => engine.renewIdentity(account),
    open: (session, setup) => engine.open(session, setup),
    close: (session) => engine.close(session),
    dispose: () => engine.dispose(),
    async run(session, command): Promise<OtrOutput> {
      const isData = command.op === 'receive' && command.text.startsWith('?OTR:AAMD')
      if (!isData || isDone) return engine.run(session, command)
      isDone = true
      return {
        wire: [{ text: '?OTR Error: You sent me unreadable data.', carries: null }],
        events: [{ type: 'unreadable', why: 'OTR_UNKNOWN_KEY', silent: false }],
      }
    },
  }
}

test('what the peer could not read goes again by itself, once encryption is renewed', async () => {
  await using on = await stage()
  const [alice, bob] = await Promise.all([on.actor('alice'), on.actor('bob', { otr: forgetful })])
  bob.client.addContact(alice.address, null)
  const id = alice.client.send(bob.address, 'can you read this?')
  await alice.delivery(id, 'failed')
  const { id: gap } = await bob.notice('message-unreadable')
  await bob.hears('can you read this?')
  await alice.delivery(id, 'delivered')
  expect(alice.client.messages(bob.address)).toMatchObject([{ id, resent: true, reason: null }])

  bob.client.askResend(alice.address, gap)
  expect(
    await alice.hears('I could not read your last message. Please send it again.'),
  ).toMatchObject({ protection: 'unverified' })
  bob.client.askResend(alice.address, gap)
  await bob.fault('CHAT_NO_GAP')
})
