import { expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import { OverheardCall } from './testing/overheard-call.ts'
import { type Actor, couple, stage } from './testing/stage.ts'

/** OTR as other software would send it into a room, between words of people. */
const RAW = ['?OTRv23? I would like to talk privately', '?OTR:AAMDAAAA.', '?OTR Error: nonsense']

test('rooms carry text in clear, and OTR neither goes there nor is shown from there', async () => {
  await using on = await stage()
  const names = ['alice', 'bob', 'carol'] as const
  const [alice, bob, carol] = (await Promise.all(names.map((name) => on.actor(name)))) as [
    Actor,
    Actor,
    Actor,
  ]
  const room = parseAddress('lobby', `conference.${on.edge.domain}`)
  for (const actor of [alice, bob, carol]) {
    actor.client.open(room)
    expect(await actor.until((event) => event.type === 'opened')).toMatchObject({ room: true })
    await actor.privacy(room, 'room')
  }
  expect((await alice.notice('room-entered')).sentence).toContain('Rooms are not encrypted')

  const id = alice.client.send(room, 'hello everybody')
  expect(await bob.hears('hello everybody')).toMatchObject({
    nickname: 'alice',
    protection: 'none',
    peer: room,
  })
  await carol.hears('hello everybody')
  await alice.delivery(id, 'sent')

  expect(on.wire()).not.toContain('?OTR')
  for (const raw of RAW) bob.client.send(room, raw)
  bob.client.send(room, 'between people')
  await alice.hears('between people')
  expect(alice.heard().map(({ text }) => text)).toEqual(['between people'])
  await carol.hears('between people')
  expect(carol.heard().map(({ text }) => text)).toEqual(['hello everybody', 'between people'])

  const typed = on.wire().match(/\?OTR/g)!.length
  expect(alice.client.messages(room).filter(({ author }) => author === 'us')).toHaveLength(1)
  alice.client.startOtr(room)
  await alice.fault('CHAT_ROOM')
  alice.client.stopOtr(room)
  alice.client.verify(room, 'secret', null)
  await alice.fault('CHAT_NOT_ENCRYPTED')
  bob.client.send(room, 'after that')
  await alice.hears('after that')
  expect(on.wire().match(/\?OTR/g)).toHaveLength(typed)
  const notices = new Set(alice.all('notice').map(({ notice }) => notice.code))
  expect([...notices]).toEqual(['room-entered'])
  expect([...alice.store.messages.values()].filter(({ text }) => text.includes('?OTR'))).toEqual([])
})

/** Says that whoever answers is a room, as an operator in between could. */
const saysFocus = (sip: string) =>
  sip.startsWith('SIP/2.0 200') && sip.includes('m=message')
    ? sip.replace(/^(Contact: [^\r\n]*)/im, '$1;isfocus')
    : sip

test('a person who is said to be a room gets nothing that was meant for the person', async () => {
  await using on = await stage()
  const first = await on.actor('alice')
  const bob = await on.actor('bob')
  bob.client.addContact(first.address, null)
  first.client.open(bob.address)
  await first.privacy(bob.address, 'unverified')
  await first.leave()

  const alice = await on.actor('alice', { store: first.store, forge: saysFocus })
  alice.client.send(bob.address, 'between you and me')
  expect(await alice.until((event) => event.type === 'closed')).toMatchObject({
    by: 'refused',
    fault: { code: 'CHAT_ROOM_UNEXPECTED' },
  })
  expect(alice.client.messages(bob.address)[0]!.delivery).toBe('queued')
  expect(on.wire()).not.toContain('between you and me')

  // Someone who was never seen to encrypt may be a room; but not without a word.
  const carol = await on.actor('carol')
  carol.client.addContact(alice.address, null)
  const id = alice.client.send(carol.address, 'hello, Carol?')
  await alice.delivery(id, 'failed')
  expect(alice.client.messages(carol.address)[0]!.reason).toContain('This is a room')
  expect(on.wire()).not.toContain('hello, Carol?')
  alice.client.setAlwaysOtr(carol.address, true)
  await alice.fault('CHAT_ROOM')
})

test.each(['UPDATE', 'INVITE'])(
  'a person who becomes a room by %s in the middle of it gets nothing more',
  async (method) => {
    await using on = await stage()
    const call = new OverheardCall()
    const { alice, bob } = await couple(on, { forge: call.listen })
    const sdp = method === 'INVITE' ? call.sdp : ''
    alice.mishear('sip', call.request(method, `<${bob.address}>;isfocus`, sdp))
    expect(await alice.until((event) => event.type === 'closed')).toMatchObject({
      fault: { code: 'CHAT_ROOM_UNEXPECTED' },
    })
    const before = on.wire().match(/\?OTR/g)!.length
    const id = alice.client.send(bob.address, 'between you and me')
    await alice.until((event) => event.type === 'kept' && event.id === id)
    expect(alice.client.messages(bob.address).find((one) => one.id === id)).toMatchObject({
      delivery: 'queued',
    })
    expect(on.wire()).not.toContain('between you and me')
    expect(on.wire().match(/\?OTR/g), 'and not a word of OTR').toHaveLength(before)
  },
)
