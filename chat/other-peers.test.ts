import { expect, test } from 'vitest'
import { OverheardCall } from './testing/overheard-call.ts'
import { PlainPeer } from './testing/plain-peer.ts'
import { type ActorOptions, couple, type Stage, stage } from './testing/stage.ts'

const PLAIN = 'text/plain; charset=utf-8'

async function withOldPeer(on: Stage, options: ActorOptions = {}) {
  await on.edge.enrol('old', 'password')
  const old = new PlainPeer(on.edge, 'old', 'password')
  const [alice] = await Promise.all([on.actor('alice', options), old.signIn()])
  alice.client.addContact(old.address, 'Old')
  return { alice, old, [Symbol.asyncDispose]: () => old.leave() }
}

test('what a peer sends without a session is shown, in clear, with the reason', async () => {
  await using on = await stage()
  await using cast = await withOldPeer(on)
  const { alice, old } = cast
  old.page('no session here', alice.address)
  expect(await alice.hears('no session here')).toMatchObject({ protection: 'none' })
  expect((await alice.notice('page-message')).sentence).toContain('Old')
  old.page('?OTRv23?', alice.address)
  old.page('and more', alice.address)
  await alice.hears('and more')
  expect(alice.heard().map(({ text }) => text)).toEqual(['no session here', 'and more'])
})

test('markup is shown as the text that it means, and nothing of it is obeyed', async () => {
  await using on = await stage()
  await using cast = await withOldPeer(on)
  const { alice, old } = cast
  alice.client.open(old.address)
  await expect.poll(() => old.texts.length).toBeGreaterThan(0)
  const html =
    '<html><head><script>alert(1)</script></head><body onload="x()"><p>Fish &amp; <b>chips</b></p>' +
    '<img src="https://tracker.test/"><p>&lt;i&gt;</p></body></html>'
  old.say(html, alice.address, 'text/html; charset=utf-8')
  old.say('<b>as it is</b>', alice.address, PLAIN)
  await alice.hears('<b>as it is</b>')
  expect(alice.heard().map(({ text }) => text)).toEqual(['Fish & chips\n<i>', '<b>as it is</b>'])
})

// Pidgin's OTR plugin encrypts the markup that it would have sent.
test('an app that encrypts markup as plain text is known by its name', async () => {
  await using on = await stage()
  const rename = (sip: string) =>
    sip.replace(/^(User-Agent|Server): Sotto/gim, '$1: Pidgin/2.14.12')
  const { alice, bob } = await couple(on, { forge: rename })
  bob.client.send(alice.address, 'Fish &amp; <b>chips</b>')
  expect(await alice.hears('Fish & chips')).toMatchObject({ protection: 'unverified' })
})

/** A word from Bob, then one to him, and what becomes of its delivery once he asks for keys anew. */
async function afterHeAsksAnew(on: Stage, userAgent: string, answers: boolean) {
  const forge = (sip: string) => sip.replace(/^(User-Agent|Server): Sotto/gim, `$1: ${userAgent}`)
  const { alice, bob } = await couple(on, { forge })
  bob.client.send(alice.address, 'here')
  await alice.hears('here')
  const id = alice.client.send(bob.address, 'did you get it?')
  await alice.delivery(id, 'delivered')
  if (answers) {
    bob.client.send(alice.address, 'yes')
    await alice.hears('yes')
  }
  const from = alice.events.length
  bob.client.startOtr(alice.address)
  await alice.until((event) => event.type === 'privacy' && event.privacy.ssid !== null, from)
  return alice.all('delivery').findLast((event) => event.id === id)
}

test('what a gateway called delivered is not confirmed once the peer seems to have lost its keys', async () => {
  await using on = await stage()
  expect(await afterHeAsksAnew(on, 'SylkServer-6.6', false)).toMatchObject({
    delivery: 'sent',
    reason: 'It left, but the other network does not confirm it.',
  })
})

test.each([
  ['the peer had written under the same keys since', 'SylkServer-6.6', true],
  ['the peer itself had reported it', 'Sotto', false],
])('but it stays delivered where %s', async (_, userAgent, answers) => {
  await using on = await stage()
  expect(await afterHeAsksAnew(on, userAgent, answers)).toMatchObject({ delivery: 'delivered' })
})

test('nor is it in doubt because we ask for new keys', async () => {
  await using on = await stage()
  const forge = (sip: string) => sip.replace(/^(User-Agent|Server): Sotto/gim, '$1: SylkServer')
  const { alice, bob } = await couple(on, { forge })
  const id = alice.client.send(bob.address, 'did you get it?')
  await alice.delivery(id, 'delivered')
  alice.client.startOtr(bob.address)
  await alice.notice('encryption-refreshed')
  const now = alice.all('delivery').findLast((event) => event.id === id)
  expect(now).toMatchObject({ delivery: 'delivered' })
})

test('a peer that moves in the middle of it is followed, and nothing is lost', async () => {
  await using on = await stage()
  const call = new OverheardCall()
  await using cast = await withOldPeer(on, { forge: call.listen })
  const { alice, old } = cast
  alice.client.open(old.address)
  await alice.privacy(old.address, 'starting')
  alice.client.stopOtr(old.address)
  await alice.privacy(old.address, 'plaintext')
  await alice.delivery(alice.client.send(old.address, 'here'), 'delivered')

  const path = await old.move()
  const sdp = call.sdp.replace(/^a=path:.*$/m, `a=path:${path.join(' ')}`)
  alice.mishear('sip', call.request('UPDATE', `<${old.address}>`, sdp))
  await alice.delivery(alice.client.send(old.address, 'and there'), 'delivered')
  expect(old.texts.slice(-2)).toEqual(['here', 'and there'])
  old.say('from there', alice.address)
  await alice.hears('from there')
  expect(alice.all('closed')).toEqual([])
})
