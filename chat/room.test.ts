import { expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import { type Actor, stage } from './testing/stage.ts'

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
  alice.client.startOtr(room)
  await alice.fault('CHAT_ROOM')
  alice.client.stopOtr(room)
  alice.client.verify(room, 'secret', null)
  await alice.fault('CHAT_NOT_ENCRYPTED')
  bob.client.send(room, 'after that')
  await alice.hears('after that')
  expect(on.wire().match(/\?OTR/g)).toHaveLength(typed)
  const notices = new Set(alice.all('notice').map(({ notice }) => notice.code))
  expect([...notices]).toEqual(['room-entered', 'room-status'])
  expect(alice.store.messages.size).toBe(0)
})
