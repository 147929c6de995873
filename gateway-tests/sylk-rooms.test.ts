import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Address, ChatEvent } from '../chat/index.ts'
import { type Actor, type Stage, stage } from '../chat/testing/stage.ts'
import { SylkFocus, type SylkFocusOptions, writeSylkCpim } from './sylk-focus.ts'

const PASSWORD = 'correct horse'

/** The bodies that crossed the wire, in order. */
const RECORDED = readFileSync(new URL('../msrp/vectors/sylk-room.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => (JSON.parse(line) as { data: string }).data)

test('the stand-in writes what SylkServer wrote', () => {
  const room = 'Conference Room <sip:room3707@conf.agp.test>'
  const recorded = (part: string) => RECORDED.find((frame) => frame.includes(`\n${part}`))
  expect(recorded('Bob <bob@sip.agp.test> has joined')).toContain(
    `\r\n\r\n${writeSylkCpim({
      from: room,
      to: room,
      dateTime: '2026-11-22T05:32:33.464161+00:00',
      isStatus: true,
      text: 'Bob <bob@sip.agp.test> has joined the room with chat',
    })}\r\n-------`,
  )
  expect(recorded('psst')).toContain(
    `\r\n\r\n${writeSylkCpim({
      from: 'Bob <sip:bob@sip.agp.test>',
      to: '<sip:alice@sip.agp.test>',
      dateTime: '2026-11-22T05:32:33.568186+00:00',
      text: 'psst',
    })}\r\n-------`,
  )
})

async function focusOn(
  on: Stage,
  options: SylkFocusOptions = {},
): Promise<SylkFocus & { readonly room: Address }> {
  await on.edge.enrol('room3707', PASSWORD)
  const focus = await new SylkFocus(on.edge, 'room3707', PASSWORD, options).start()
  return Object.assign(focus, { room: focus.address as Address })
}

async function enter(actor: Actor, room: Address): Promise<void> {
  actor.client.open(room)
  await actor.privacy(room, 'room')
}

/** Resolves once these are the members' names. */
function sees(actor: Actor, ...names: string[]): Promise<ChatEvent> {
  const wanted = names.join()
  return actor.until(
    (event) =>
      event.type === 'room' && event.room.members?.map(({ name }) => name).join() === wanted,
  )
}

const statuses = (actor: Actor) =>
  actor
    .all('notice')
    .filter(({ notice }) => notice.code === 'room-status')
    .map(({ notice }) => notice.sentence)

test('a room of SylkServer: joined, named, spoken in, replayed and left, without a word of OTR', async () => {
  await using on = await stage()
  await using focus = await focusOn(on)
  const { room } = focus
  const [alice, bob, carol] = await Promise.all(
    (['alice', 'bob', 'carol'] as const).map((name) => on.actor(name)),
  )
  if (!alice || !bob || !carol) throw new Error('three actors')
  await enter(alice, room)
  await sees(alice, 'alice')
  await enter(bob, room)
  await sees(alice, 'alice', 'bob')
  expect(alice.all('room').at(-1)?.room.allows).toEqual({ nicknames: true, privateMessages: true })
  expect(statuses(alice)[0]).toMatch(/^Welcome! You are the first participant/)
  // The room says it itself, and so it is not said a second time by the roster.
  const joined = `bob <${bob.address.slice(4)}> has joined the room with chat`
  await expect.poll(() => statuses(alice)).toContain(joined)
  expect(statuses(alice)).toHaveLength(2)

  alice.client.setNickname(room, 'Al "the" Ice')
  await sees(bob, 'Al "the" Ice', 'bob')
  expect(focus.nicknames).toEqual(['Al "the" Ice'])
  bob.client.setNickname(room, 'Al "the" Ice')
  await bob.fault('CHAT_NICKNAME_TAKEN')

  const id = alice.client.send(room, 'hello room')
  expect(await bob.hears('hello room')).toMatchObject({
    nickname: 'Al "the" Ice',
    from: alice.address,
  })
  await alice.delivery(id, 'sent')
  bob.client.sendPrivately(room, alice.address, 'psst')
  expect(await alice.hears('psst')).toMatchObject({
    privately: { address: bob.address, name: 'bob' },
  })

  carol.client.addContact(alice.address, null)
  alice.client.inviteToRoom(room, carol.address)
  expect(await alice.until(({ type }) => type === 'roomInvitation')).toMatchObject({
    who: carol.address,
    fault: null,
  })
  expect(await carol.until(({ type }) => type === 'invited')).toMatchObject({
    peer: room,
    room: true,
  })
  carol.client.accept(room)
  expect(await carol.hears('hello room')).toMatchObject({ earlier: true, nickname: 'Al "the" Ice' })
  expect(carol.heard()).toHaveLength(1)
  carol.client.send(room, 'hi from carol')
  expect((await alice.hears('hi from carol')).earlier).toBeUndefined()

  bob.client.close(room)
  const left = `bob <${bob.address.slice(4)}> has left the room after 0 seconds`
  await expect.poll(() => statuses(alice)).toContain(left)
  alice.client.startOtr(room)
  await alice.fault('CHAT_ROOM')
  alice.client.setAlwaysOtr(room, true)
  await alice.until((event) => event.type === 'fault' && event.fault.code === 'CHAT_ROOM')
  expect(focus.heard).toEqual(['hello room', 'psst', 'hi from carol'])
  expect(on.wire()).not.toContain('?OTR')
  expect(on.wire()).not.toContain('Disposition-Notification')
})

test('who always encrypts does not enter, and nothing that was written gets there', async () => {
  await using on = await stage()
  await using focus = await focusOn(on)
  const alice = await on.actor('alice')
  alice.client.addContact(focus.room, null)
  alice.client.setAlwaysOtr(focus.room, true)
  alice.client.send(focus.room, 'for one person')
  expect(await alice.until(({ type }) => type === 'closed')).toMatchObject({
    fault: { code: 'CHAT_ROOM_UNEXPECTED' },
  })
  expect(focus.heard).toEqual([])
  expect(on.wire()).not.toMatch(/\?OTR|for one person/)
})

test('where the room calls nobody, a contact asks by itself; a stranger’s wish is not heard', async () => {
  await using on = await stage()
  await using focus = await focusOn(on, { callsNobody: true })
  const { room } = focus
  const [alice, bob, carol] = await Promise.all(
    (['alice', 'bob', 'carol'] as const).map((name) => on.actor(name)),
  )
  if (!alice || !bob || !carol) throw new Error('three actors')
  await enter(alice, room)
  bob.client.addContact(alice.address, null)
  for (const { address } of [carol, bob]) {
    alice.client.inviteToRoom(room, address)
    await alice.until((event) => event.type === 'roomInvitation' && event.who === address)
  }
  expect(await bob.until(({ type }) => type === 'invited')).toEqual({
    type: 'invited',
    peer: room,
    name: null,
    room: true,
    by: alice.address,
  })
  bob.client.accept(room)
  await bob.privacy(room, 'room')
  await sees(alice, 'alice', 'bob')
  expect(carol.all('invited')).toEqual([])
})

test('what the room says again to those who come back is shown once', async () => {
  await using on = await stage()
  await using focus = await focusOn(on)
  const { room } = focus
  const alice = await on.actor('alice')
  await enter(alice, room)
  alice.client.send(room, 'first')
  const id = alice.client.send(room, 'second')
  await alice.delivery(id, 'sent')
  const bob = await on.actor('bob')
  await enter(bob, room)
  expect(await bob.hears('second')).toMatchObject({ earlier: true, from: alice.address })
  const [own] = alice.client.messages(room)
  expect(bob.heard()[0]).toMatchObject({ text: 'first', at: own!.at, writtenAt: own!.at })
  alice.client.send(room, 'third')
  expect((await bob.hears('third')).earlier).toBeUndefined()

  // One comes back with what was in memory, the other with what was stored.
  const from = alice.events.length
  alice.client.close(room)
  await alice.until((event) => event.type === 'closed', from)
  await bob.leave()
  alice.client.open(room)
  await alice.until((event) => event.type === 'opened', from)
  const again = await on.actor('bob', { store: bob.store })
  await enter(again, room)
  alice.client.send(room, 'fourth')
  await again.hears('fourth')
  const texts = ['first', 'second', 'third', 'fourth']
  expect(again.heard().map(({ text }) => text)).toEqual(texts)
  expect(again.all('message').map(({ restored }) => restored)).toEqual([true, true, true, false])
  expect(alice.client.messages(room).map(({ text }) => text)).toEqual(texts)
})

test.each([false, true])(
  'a person who turns into a room reads nothing of what waited (always-OTR: %s)',
  async (alwaysOtr) => {
    await using on = await stage()
    await using focus = await focusOn(on, { isPerson: true })
    const alice = await on.actor('alice')
    alice.client.addContact(focus.room, null)
    alice.client.setAlwaysOtr(focus.room, alwaysOtr)
    const id = alice.client.send(focus.room, 'between you and me')
    await alice.privacy(focus.room, 'starting')
    focus.turnIntoRoom()
    if (alwaysOtr) {
      expect(await alice.until(({ type }) => type === 'closed')).toMatchObject({
        fault: { code: 'CHAT_ROOM_UNEXPECTED' },
      })
    } else {
      await alice.privacy(focus.room, 'room')
      await alice.delivery(id, 'failed')
      expect(alice.client.messages(focus.room)[0]?.reason).toContain('This is a room')
    }
    const queries = on.wire().match(/\?OTR/g)?.length
    alice.client.startOtr(focus.room)
    alice.client.setAlwaysOtr(focus.room, true)
    await alice.leave()
    expect(on.wire()).not.toContain('between you and me')
    expect(on.wire().match(/\?OTR/g)).toHaveLength(queries ?? 0)
  },
)
