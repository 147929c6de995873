import { expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import type { Address, ChatEvent, Room } from './events.ts'
import { type Actor, type ActorOptions, hurried, type Stage, stage } from './testing/stage.ts'

const lobbyOf = (on: Stage) => parseAddress('lobby', `conference.${on.edge.domain}`)

async function enter(on: Stage, name: string, options: ActorOptions = {}): Promise<Actor> {
  const actor = await on.actor(name, options)
  actor.client.open(lobbyOf(on))
  await actor.privacy(lobbyOf(on), 'room')
  return actor
}

const lastRoom = (actor: Actor): Room | undefined => actor.all('room').at(-1)?.room

/** Resolves once these are the members' names, in the order in which the room tells them. */
function sees(actor: Actor, ...names: string[]): Promise<ChatEvent> {
  const wanted = names.join()
  return actor.until(
    (event) =>
      event.type === 'room' && event.room.members?.map(({ name }) => name).join() === wanted,
  )
}

const sayings = (actor: Actor) => actor.all('notice').map(({ notice }) => notice.sentence)

test.concurrent('who is there, by which name, and who comes and goes', async () => {
  await using on = await stage({ env: hurried(10) })
  const alice = await enter(on, 'alice')
  await sees(alice, 'alice')
  expect(lastRoom(alice)).toEqual({
    peer: lobbyOf(on),
    subject: null,
    members: [
      {
        address: alice.address,
        name: 'alice',
        nickname: null,
        displayName: 'alice',
        status: 'here',
        isOwn: true,
        isNameShared: false,
      },
    ],
    allows: { nicknames: true, privateMessages: true },
    nickname: null,
  })
  const bob = await enter(on, 'bob')
  await sees(alice, 'alice', 'bob')
  expect(sayings(alice)).toContain('bob came in.')
  bob.client.setNickname(lobbyOf(on), '  Bobby   Tables ')
  await bob.until((event) => event.type === 'room' && event.room.nickname === 'Bobby Tables')
  await sees(alice, 'alice', 'Bobby Tables')
  expect(sayings(alice)).toContain('bob is now Bobby Tables.')
  bob.client.send(lobbyOf(on), 'by my new name')
  expect(await alice.hears('by my new name')).toMatchObject({
    nickname: 'Bobby Tables',
    from: bob.address,
  })

  bob.client.close(lobbyOf(on))
  await alice.until(({ type }) => type === 'room', alice.events.length)
  expect(sayings(alice).at(-1)).toBe('Bobby Tables left.')
  expect(lastRoom(alice)?.members).toHaveLength(1)
})

test.concurrent('a refused nickname says why, and the old one stays', async () => {
  await using on = await stage({ env: hurried(10) })
  const [alice, bob] = await Promise.all([enter(on, 'alice'), enter(on, 'bob')])
  const named = (actor: Actor, name: string | null) =>
    actor.until(
      (event) => event.type === 'room' && event.room.nickname === name,
      actor.events.length,
    )
  alice.client.setNickname(lobbyOf(on), 'Captain')
  await named(alice, 'Captain')
  bob.client.setNickname(lobbyOf(on), 'captain')
  await bob.fault('CHAT_NICKNAME_TAKEN')
  bob.client.setNickname(lobbyOf(on), 'zero\u200bwidth')
  await bob.fault('CHAT_NICKNAME_MALFORMED')
  alice.client.setNickname(lobbyOf(on), '')
  await named(alice, null)
  bob.client.setNickname(lobbyOf(on), 'captain')
  await named(bob, 'captain')

  bob.client.open(alice.address)
  bob.client.setNickname(alice.address, 'Bob')
  await bob.fault('CHAT_NOT_A_ROOM')
})

test.concurrent('a private message is read by one, and said to be private', async () => {
  await using on = await stage({ env: hurried(10) })
  const [alice, bob, carol] = (await Promise.all(
    ['alice', 'bob', 'carol'].map((name) => enter(on, name)),
  )) as [Actor, Actor, Actor]
  await alice.until((event) => event.type === 'room' && event.room.members?.length === 3)
  const id = alice.client.sendPrivately(lobbyOf(on), bob.address, 'psst')
  expect(await bob.hears('psst')).toMatchObject({
    peer: lobbyOf(on),
    from: alice.address,
    privately: { address: alice.address, name: 'alice' },
    protection: 'none',
  })
  expect(alice.client.messages(lobbyOf(on)).at(-1)).toMatchObject({
    id,
    privately: { address: bob.address, name: 'bob' },
    delivery: 'sent',
  })
  alice.client.send(lobbyOf(on), 'aloud')
  await carol.hears('aloud')
  expect(carol.heard().map(({ text }) => text)).toEqual(['aloud'])
  expect((await bob.hears('aloud')).privately).toBeUndefined()
})

test.concurrent('a private message to someone who has just left fails, and why', async () => {
  await using on = await stage({ env: hurried(10) })
  const [alice, bob] = await Promise.all([enter(on, 'alice'), enter(on, 'bob')])
  await alice.until((event) => event.type === 'room' && event.room.members?.length === 2)
  bob.client.close(lobbyOf(on))
  await bob.until(({ type }) => type === 'closed')
  // The roster has not said so yet.
  const id = alice.client.sendPrivately(lobbyOf(on), bob.address, 'are you there?')
  await alice.delivery(id, 'failed')
  expect(alice.client.messages(lobbyOf(on)).at(-1)?.reason).toContain('Nobody with this address')
})

test.concurrent('somebody is called into the room, and asked before he is in it', async () => {
  await using on = await stage({ env: hurried(10) })
  const alice = await enter(on, 'alice')
  const bob = await on.actor('bob')
  bob.client.addContact(lobbyOf(on), 'Lobby') // Not even a room that is known draws anybody in.
  const outcome = (who: Address) =>
    alice.until<Extract<ChatEvent, { type: 'roomInvitation' }>>(
      (event) => event.type === 'roomInvitation' && event.who === who,
    )
  alice.client.inviteToRoom(lobbyOf(on), bob.address)
  expect(await bob.until(({ type }) => type === 'invited')).toMatchObject({
    peer: lobbyOf(on),
    room: true,
  })
  expect(alice.all('roomInvitation')).toEqual([])
  bob.client.accept(lobbyOf(on))
  expect(await outcome(bob.address)).toMatchObject({ fault: null })
  await bob.privacy(lobbyOf(on), 'room')
  alice.client.send(lobbyOf(on), 'welcome')
  await bob.hears('welcome')

  const away = on.address('dave')
  alice.client.inviteToRoom(lobbyOf(on), away)
  expect(await outcome(away)).toMatchObject({ fault: { code: 'SIP_UNKNOWN_PEER' } })
})

test.concurrent('a room that was always-OTR before it was known for one is left at once', async () => {
  await using on = await stage({ env: hurried(10) })
  const alice = await on.actor('alice')
  alice.client.addContact(lobbyOf(on), 'Lobby')
  alice.client.setAlwaysOtr(lobbyOf(on), true)
  const id = alice.client.send(lobbyOf(on), 'for one alone')
  expect(await alice.until(({ type }) => type === 'closed')).toMatchObject({
    fault: { code: 'CHAT_ROOM_UNEXPECTED' },
  })
  expect(alice.all('room')).toEqual([])
  expect(alice.client.messages(lobbyOf(on))).toMatchObject([{ id, delivery: 'queued' }])
  expect(on.wire()).not.toMatch(/\?OTR|for one alone/)
})
